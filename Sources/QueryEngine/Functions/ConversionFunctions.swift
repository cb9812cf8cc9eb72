import MailLog
import QuerySyntax

/// `duration(x)` and `tonumber(x)`: from one kind of number, or from text, to another.
enum ConversionFunctions {
    static let duration = Function.form(
        "duration", [ArgumentRule("x", .any)],
        summary: "a number of seconds, or a text such as 1h30m, as a duration",
        examples: [#"filter event=delivery | extend b = duration(delay_b) | max b"#]
    ) { (call, _) throws(Diagnostic) in
        Typed(.duration, of: call.arguments, range: call.range) { operands in
            { row in
                let value = operands[0](row)
                let microseconds =
                    value.kind == .text
                    ? Literals.duration(value.bytes.string) : RoundFunctions.microseconds(value)
                return microseconds.map { .duration($0) } ?? .missing
            }
        }
    }

    static let tonumber = Function.form(
        "tonumber", [ArgumentRule("x", .any)],
        summary: "a text, a duration (seconds), a size (bytes) or a time (seconds since 1970) as a number",
        details: "Missing where a text is no number.",
        examples: [#"filter event=delivery | extend s = tonumber(delay) | avg s"#]
    ) { (call, _) throws(Diagnostic) in
        Typed(.number, of: call.arguments, range: call.range) { operands in
            { row in
                let value = operands[0](row)
                switch value.kind {
                case .text:
                    guard value.bytes.count <= 64, let number = Double(value.bytes.string), number.isFinite
                    else {
                        return .missing
                    }
                    return .double(number)
                case .integer, .double, .duration: return .double(value.number)
                case .bool: return .double(value.isTrue ? 1 : 0)
                case .time: return .double(Double(value.integer) / 1_000_000)
                default: return .missing
                }
            }
        }
    }
}
