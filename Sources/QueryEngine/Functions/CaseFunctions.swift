import MailLog
import QuerySyntax

/// `lower(x)` and `upper(x)`: ASCII letters in one case; other bytes stay as they are.
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
            Typed(.text(.plain), of: call.arguments, range: call.range) { operands in
                let text = operands[0]
                return { row in
                    let value = text(row)
                    guard value.kind == .text else { return .missing }
                    let bytes = value.bytes
                    return row.worker.arena.text(
                        UnsafeBufferPointer(start: bytes.base, count: bytes.count).lazy.map(change))
                }
            }
        }
    }
}
