import MailLog
import QuerySyntax

/// `lower(x)` and `upper(x)`: convert the case of ASCII letters; other bytes are unchanged.
enum CaseFunctions {
    static let lower = form("lower", "x in lower case", \.asciiLowercased)
    static let upper = form("upper", "x in upper case", \.asciiUppercased)

    private static func form(
        _ name: String, _ summary: String, _ change: @escaping @Sendable (UInt8) -> UInt8
    ) -> Form<Function> {
        Function.form(
            name, [ArgumentRule("x", .text)], summary: summary, details: "Only ASCII letters change.",
            examples: ["count by \(name)(process) as p"]
        ) { (call, _) throws(Diagnostic) in
            // An address keeps its type. A word of a closed set becomes plain text.
            let type = call[0].type.ignoresCase ? call[0].type : .text(.plain)
            return call.text(type) { text, row in changed(text, row.worker.arena, change) }
        }
    }

    private static func changed(_ text: Bytes, _ arena: Arena, _ change: (UInt8) -> UInt8) -> Value {
        withoutActuallyEscaping(change) { change in
            arena.text(UnsafeBufferPointer(start: text.base, count: text.count).lazy.map(change))
        }
    }

    static func lowercased(_ text: Bytes, _ arena: Arena) -> Value { changed(text, arena, \.asciiLowercased) }
}
