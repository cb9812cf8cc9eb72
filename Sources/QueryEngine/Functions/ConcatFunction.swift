import MailLog
import QuerySyntax

/// `concat(a, b…)`: joins values to one text.
enum ConcatFunction {
    static let form = Function.form(
        "concat", [ArgumentRule("a", .any, repeats: true)],
        summary: "all arguments joined to one text; missing values are skipped",
        examples: [#"extend route = concat(process, " to ", relay_name) | top 3 route"#]
    ) { (call, _) throws(Diagnostic) in
        let types = call.arguments.map(\.type)
        return Typed(.text(.plain), of: call.arguments, range: call.range) { operands in
            { row in
                var text: [UInt8] = []
                for (operand, type) in zip(operands, types) {
                    let value = operand(row)
                    if value.kind == .text {
                        text.append(value.bytes)
                    } else if !value.isMissing {
                        ValueText.append(value, type, to: &text)
                    }
                }
                return row.worker.arena.text(text)
            }
        }
    }
}
