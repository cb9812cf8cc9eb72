import MailLog
import QuerySyntax

/// `substr(x, start, [n])`: a part of a text.
enum SubstrFunction {
    static let form = Function.form(
        "substr",
        [
            ArgumentRule("x", .text), ArgumentRule("start", .number),
            ArgumentRule("n", .number, optional: true),
        ],
        summary: "n characters of x from character number start; without n, all characters up to the end",
        details: "The first character has number 1. A negative start counts from the end.",
        examples: ["extend prefix = substr(queue_id, 1, 2) | count by prefix"]
    ) { (call, _) throws(Diagnostic) in
        Typed(.text(.plain), of: call.arguments, range: call.range) { operands in
            { row in
                let value = operands[0](row)
                let start = operands[1](row)
                guard value.kind == .text, start.isNumber else { return .missing }
                let text = value.bytes
                var first = Int(clamping: start.number)
                if first < 0 {
                    first = max(0, CodePoint.count(in: text) + first)
                } else {
                    first = max(1, first) - 1
                }
                let lower = CodePoint.offset(of: first, in: text)
                guard operands.count > 2 else { return .text(text.dropFirst(lower)) }
                let count = operands[2](row)
                guard count.isNumber else { return .missing }
                let rest = text.dropFirst(lower)
                return .text(rest.prefix(CodePoint.offset(of: max(0, Int(clamping: count.number)), in: rest)))
            }
        }
    }
}

extension Int {
    /// The whole part of a number, limited to about half the range of `Int`; 0 for NaN.
    init(clamping number: Double) {
        self =
            number.isNaN ? 0 : Int(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min / 2 : .max / 2)
    }
}
