import MailLog
import QuerySyntax

/// `if(c, a, b)`, `case(c, a, …, else)` and `coalesce(a, b…)`: choose one of several values.
enum ChoiceFunctions {
    static let ifElse = Function.form(
        "if",
        [
            ArgumentRule("condition", .condition), ArgumentRule("a", .any),
            ArgumentRule("b", .any, optional: true),
        ],
        summary: "a if the condition holds, otherwise b; missing without b",
        examples: [#"filter event=delivery | extend slow = if(delay > 1m, "slow", "fast") | count by slow"#]
    ) { (call, _) throws(Diagnostic) in
        try choice([call[0]], Array(call.arguments[1...1]), call.arguments.dropFirst(2).first, call)
    }

    static let cases = Function.form(
        "case", [ArgumentRule("condition, value", .any, repeats: true)],
        summary: "the value after the first condition that holds; a single last value is the default",
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
        for index in stride(from: 0, to: call.arguments.count - 1, by: 2) {
            guard call[index].type == .bool || call[index].type == .any else {
                throw Diagnostic(
                    "argument \(index + 1) of 'case' must be a condition, not \(call[index].type.article)",
                    at: call[index].range)
            }
            conditions.append(call[index])
            values.append(call[index + 1])
        }
        let rest = call.arguments.count.isMultiple(of: 2) ? nil : call.arguments.last
        return try choice(conditions, values, rest, call)
    }

    static let coalesce = Function.form(
        "coalesce", [ArgumentRule("a", .any, repeats: true)],
        summary: "the first argument that is not missing",
        examples: ["filter event=delivery | extend asked = coalesce(orig_to, to) | top 3 asked"]
    ) { (call, _) throws(Diagnostic) in
        let (type, values) = try common(call.arguments)
        return choice(type, of: values, call) { values in
            for index in 0..<values.count {
                let value = values[index]
                if !value.isMissing { return value }
            }
            return .missing
        }
    }

    private static func choice(
        _ conditions: [Typed], _ values: [Typed], _ rest: Typed?, _ call: Call
    ) throws(Diagnostic) -> Typed {
        let (type, values) = try common(values + (rest.map { [$0] } ?? []))
        let count = conditions.count
        return choice(type, of: conditions + values, call) { operands in
            for index in 0..<count where operands[index].isTrue { return operands[count + index] }
            return operands.count > 2 * count ? operands[2 * count] : .missing
        }
    }

    /// Values of the operands for one row; each is computed on access.
    private struct Operands {
        let evaluators: [Typed.Evaluate]
        let row: Row

        var count: Int { evaluators.count }
        subscript(index: Int) -> Value { evaluators[index](row) }
    }

    /// Creates the choice. Computes only the chosen operand, unless an operand reads neighbour rows: then it must see
    /// every row.
    private static func choice(
        _ type: ValueType, of operands: [Typed], _ call: Call,
        _ choose: @escaping @Sendable (Operands) -> Value
    ) -> Typed {
        let isSequential = operands.contains(where: \.isSequential)
        return Typed(type, of: operands, range: call.range) { evaluators in
            guard isSequential else { return { choose(Operands(evaluators: evaluators, row: $0)) } }
            return { row in
                let values = evaluators.map { $0(row) }
                return choose(Operands(evaluators: values.map { value in { _ in value } }, row: row))
            }
        }
    }

    // MARK: Types

    /// Returns the common type of all values, and the values converted to it. Null has any type. A text literal takes
    /// the type of the other texts (address, host).
    private static func common(_ values: [Typed]) throws(Diagnostic) -> (ValueType, [Typed]) {
        let typed = values.filter { $0.constant?.isMissing != true }
        // Literals last: they contain the least type information.
        let ordered = typed.filter { $0.constant == nil } + typed.filter { $0.constant != nil }
        guard var type = ordered.first?.type else { return (.any, values) }
        for value in ordered.dropFirst() {
            if value.constant != nil, value.type.isText, type.ignoresCase { continue }
            guard let joined = join(type, value.type) else {
                throw Diagnostic(
                    "all values must have one type, not both \(type.article) and \(value.type.article)",
                    at: value.range)
            }
            type = joined
        }
        return (type, values.map { $0.converted(to: type) })
    }

    /// Returns the wider of two types that are both texts, times, lists or numbers; nil if there is no common type.
    private static func join(_ a: ValueType, _ b: ValueType) -> ValueType? {
        if a == b { return a }
        switch (a, b) {
        case (.any, _), (_, .any): return .any
        case (.text, .text): return a.joined(asText: b)
        case (.time, .time): return .time(.instant)
        case (.duration, .size), (.size, .duration): return nil
        case (.list(let x), .list(let y)): return join(x, y).map { .list($0) }
        default:
            guard a.isNumeric, b.isNumeric else { return nil }
            // Same rule as for `+`: a plain number counts as seconds with a duration, and as bytes with a size.
            return [.duration, .size, .number].first { $0 == a || $0 == b }
        }
    }
}

extension Typed {
    /// Returns the value converted to another numeric type.
    fileprivate func converted(to type: ValueType) -> Typed {
        guard type != self.type, self.type.isNumeric, type == .duration || type == .number else {
            return self
        }
        return Typed(type, of: [self], range: range) { operands in
            { row in
                let value = operands[0](row)
                guard value.isNumber else { return .missing }
                if type == .number { return .double(value.number) }
                return RoundFunctions.microseconds(value).map { .duration($0) } ?? .missing
            }
        }
    }
}
