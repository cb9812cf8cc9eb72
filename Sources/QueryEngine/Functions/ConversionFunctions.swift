import MailLog
import QuerySyntax

/// `duration(x)` and `tonumber(x)`: convert numbers and texts to a duration or a plain number.
enum ConversionFunctions {
    static let duration = Function.form(
        "duration", [ArgumentRule("x", .any)],
        summary: "a number of seconds, or a text such as 1h30m, as a duration",
        examples: [#"filter event=delivery | extend b = duration(delay_b) | max b"#]
    ) { (call, _) throws(Diagnostic) in
        guard call[0].type.isText || call[0].type.isNumeric else {
            throw Diagnostic(
                "'duration' needs a number or a text, not \(call[0].type.article)", at: call[0].range)
        }
        return call.value(.duration) { value, _ in
            let microseconds =
                value.kind == .text
                ? Literals.duration(value.bytes.string) : RoundFunctions.microseconds(value)
            return microseconds.map { .duration($0) } ?? .missing
        }
    }

    static let tonumber = Function.form(
        "tonumber", [ArgumentRule("x", .any)],
        summary: "a text, a duration (seconds), a size (bytes) or a time (seconds since 1970) as a number",
        details: "Missing if a text is not a number.",
        examples: [#"filter event=delivery | extend s = tonumber(delay) | avg s"#]
    ) { (call, _) throws(Diagnostic) in
        if case .list = call[0].type {
            throw Diagnostic("'tonumber' does not take \(call[0].type.article)", at: call[0].range)
        }
        return call.value(.number) { value, _ in
            switch value.kind {
            case .text: decimal(value.bytes).map { .double($0) } ?? .missing
            case .integer, .double, .duration: .double(value.number)
            case .bool: .double(value.isTrue ? 1 : 0)
            case .time: .double(Double(value.integer) / 1_000_000)
            default: .missing
            }
        }
    }

    /// Parses a finite decimal number with an optional exponent.
    private static func decimal(_ text: Bytes) -> Double? {
        guard text.count <= 64 else { return nil }
        for index in 0..<text.count {
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                continue
            default: return nil
            }
        }
        guard let number = Double(text.string), number.isFinite else { return nil }
        return number
    }
}
