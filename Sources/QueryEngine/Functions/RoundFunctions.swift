import MailLog
import QuerySyntax

/// `round(x, [unit])` and `abs(x)`.
enum RoundFunctions {
    static let round = Function.form(
        "round", [ArgumentRule("x", .number), ArgumentRule("unit", .number, optional: true)],
        summary: "x to the nearest multiple of a unit: 1, or a second for durations",
        details: "`round(x, 0.1)`, `round(delay, 1m)`. Half-way goes away from zero.",
        examples: ["filter status=sent | count by round(delay, 1s) as seconds"]
    ) { (call, _) throws(Diagnostic) in
        let type = call[0].type
        if type == .duration {
            return Typed(.duration, of: call.arguments, range: call.range) { operands in
                { row in
                    let value = operands[0](row)
                    let unit = operands.count > 1 ? microseconds(operands[1](row)) : 1_000_000
                    guard value.kind == .duration, let unit, unit > 0 else { return .missing }
                    let half = value.integer >= 0 ? unit / 2 : -(unit / 2)
                    return .duration((value.integer &+ half) / unit * unit)
                }
            }
        }
        let isWhole = call.arguments.count == 1
        return Typed(isWhole && type == .number ? .integer : type, of: call.arguments, range: call.range) {
            operands in
            { row in
                let value = operands[0](row)
                let unit = operands.count > 1 ? operands[1](row) : .integer(1)
                guard value.isNumber, unit.isNumber, unit.number > 0 else { return .missing }
                if value.kind == .integer, isWhole { return value }
                let count = (value.number / unit.number).rounded()
                if unit.kind == .integer, let whole = Int(exactly: count * unit.number) {
                    return type == .number && !isWhole ? .double(Double(whole)) : .integer(whole)
                }
                // Tenths and the like are divided out, which is exact where multiplying is not.
                let inverse = (1 / unit.number).rounded()
                let isFraction = unit.number < 1 && 1 / inverse == unit.number
                return .double(isFraction ? count / inverse : count * unit.number)
            }
        }
    }

    static let abs = Function.form(
        "abs", [ArgumentRule("x", .number)], summary: "x without its sign",
        examples: ["filter status=sent | extend d = abs(delay - 1s) | max d"]
    ) { (call, _) throws(Diagnostic) in
        Typed(call[0].type, of: call.arguments, range: call.range) { operands in
            { row in
                let value = operands[0](row)
                return value.isNumber && value.number < 0 ? Arithmetic.negate(value) : value
            }
        }
    }

    /// A span of time; a plain number counts seconds.
    static func microseconds(_ value: Value) -> Int? {
        switch value.kind {
        case .duration: value.integer
        case .integer, .double: Int(exactly: (value.number * 1_000_000).rounded())
        default: nil
        }
    }
}
