import MailLog
import QuerySyntax

/// `if(c, a, b)`, `case(c, a, …, else)` and `coalesce(a, b…)`: one of several values.
enum ChoiceFunctions {
    static let ifElse = Function.form(
        "if",
        [
            ArgumentRule("condition", .condition), ArgumentRule("a", .any),
            ArgumentRule("b", .any, optional: true),
        ],
        summary: "a where the condition holds, else b, or missing without b",
        examples: [#"filter event=delivery | extend slow = if(delay > 1m, "slow", "fast") | count by slow"#]
    ) { (call, _) throws(Diagnostic) in
        try choice([call[0]], Array(call.arguments[1...1]), call.arguments.dropFirst(2).first, call)
    }

    static let cases = Function.form(
        "case", [ArgumentRule("condition, value", .any, repeats: true)],
        summary: "the value after the first condition that holds; a last value alone is for all other rows",
        examples: [
            #"filter event=delivery | extend age = case(delay < 1m, "new", delay < 1h, "waiting", "old") | count by age"#
        ]
    ) { (call, _) throws(Diagnostic) in
        guard call.arguments.count >= 2 else {
            throw Diagnostic(
                "'case' takes conditions and values in turn", at: call.range,
                hint: #"such as case(delay < 1m, "new", "old")"#)
        }
        var conditions: [Typed] = []
        var values: [Typed] = []
        for place in stride(from: 0, to: call.arguments.count - 1, by: 2) {
            guard call[place].type == .bool || call[place].type == .any else {
                throw Diagnostic(
                    "argument \(place + 1) of 'case' must be a condition, not \(call[place].type.article)",
                    at: call[place].range)
            }
            conditions.append(call[place])
            values.append(call[place + 1])
        }
        let rest = call.arguments.count.isMultiple(of: 2) ? nil : call.arguments.last
        return try choice(conditions, values, rest, call)
    }

    static let coalesce = Function.form(
        "coalesce", [ArgumentRule("a", .any, repeats: true)],
        summary: "the first of its arguments that is not missing",
        examples: ["filter event=delivery | extend asked = coalesce(orig_to, to) | top 3 asked"]
    ) { (call, _) throws(Diagnostic) in
        let type = try common(call.arguments)
        return Typed(type, of: call.arguments, range: call.range) { operands in
            { row in
                for operand in operands {
                    let value = operand(row)
                    if !value.isMissing { return value }
                }
                return .missing
            }
        }
    }

    private static func choice(
        _ conditions: [Typed], _ values: [Typed], _ rest: Typed?, _ call: Call
    ) throws(Diagnostic) -> Typed {
        let type = try common(values + (rest.map { [$0] } ?? []))
        let count = conditions.count
        return Typed(type, of: conditions + values + (rest.map { [$0] } ?? []), range: call.range) {
            operands in
            { row in
                for place in 0..<count where operands[place](row).isTrue {
                    return operands[count + place](row)
                }
                return operands.count > 2 * count ? operands[2 * count](row) : .missing
            }
        }
    }

    /// The type that all values have; what differs only in what a text or a number means loses that meaning.
    private static func common(_ values: [Typed]) throws(Diagnostic) -> ValueType {
        var type = values.first { $0.type != .any }?.type ?? .any
        for value in values where value.type != type && value.type != .any {
            if value.type.isText, type.isText {
                type = .text(.plain)
            } else if value.type.isNumeric, type.isNumeric, value.type != .duration, type != .duration {
                type = .number
            } else if value.type.isTime, type.isTime {
                type = .time(.instant)
            } else {
                throw Diagnostic(
                    "the values must be of one kind, and here are \(type.article) and \(value.type.article)",
                    at: value.range)
            }
        }
        return type
    }
}
