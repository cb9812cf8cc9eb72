import MailLog
import QuerySyntax
import SystemText

/// Resolves expressions to conditions, with what they require of the bytes of a line.
extension Resolution {
    package mutating func condition(_ expression: Expression) throws(Diagnostic) -> Condition {
        switch expression {
        case .and(let parts): return Condition(all: try conditions(parts))
        case .or(let parts):
            // A side of it does not bound the rows.
            let bounds = timeRange
            defer { timeRange = bounds }
            return try any(parts)
        case .not(let inner, let range):
            let bounds = timeRange
            defer { timeRange = bounds }
            let inner = try condition(inner)
            let make = inner.make
            return Condition(range: range, needs: inner.needs, isSequential: inner.isSequential) {
                let test = make()
                return { !test($0) }
            }
        case .comparison(let comparison, let left, let right, let operatorRange):
            return try compare(comparison, left, right, operatorRange)
        case .membership(let left, let negated, let members, let operatorRange):
            return try membership(left, negated, members, operatorRange)
        case .search(let pattern): return try search(pattern)
        case .field(let name) where schema.column(name.text) == nil && !schema.isOpen && !schema.isBroken:
            throw Diagnostic(
                "'\(name.text)' alone is not a condition", at: name.range,
                hint: "search text: `filter \"\(name.text)\"`; compare a field: `field=\(name.text)`")
        default:
            let value = try self.expression(expression)
            guard value.type == .bool || value.type == .any else {
                throw Diagnostic(
                    "this is \(value.type.article), not a condition", at: expression.range,
                    hint: "compare it: = != < > ~ in …")
            }
            return Condition(value, value.range) { value, _ in value.isTrue }
        }
    }

    private mutating func conditions(_ parts: [Expression]) throws(Diagnostic) -> [Condition] {
        var conditions: [Condition] = []
        for part in parts { conditions.append(try condition(part)) }
        return conditions
    }

    mutating func any(_ parts: [Expression]) throws(Diagnostic) -> Condition {
        let conditions = try conditions(parts)
        let makers = conditions.map(\.make)
        let isSequential = conditions.contains(where: \.isSequential)
        var condition = Condition(
            range: parts[0].range.through(parts[parts.count - 1].range),
            needs: conditions.reduce(into: []) { $0.formUnion($1.needs) }, isSequential: isSequential
        ) {
            let tests = makers.map { $0() }
            // `prev` and its like must see every row, so all tests run.
            if isSequential { return { row in tests.reduce(false) { $1(row) || $0 } } }
            return { row in tests.contains { $0(row) } }
        }
        condition.raw = conditions.dropFirst().reduce(conditions[0].raw) { $0.or($1.raw) }
        let presence = conditions.flatMap(\.presence)
        condition.presence = presence.count <= 16 ? presence : [LinePresence()]
        condition.times = conditions.dropFirst().reduce(conditions[0].times) { mine, other in
            guard let mine, let times = other.times else { return nil }
            return min(mine.lowerBound, times.lowerBound)..<max(mine.upperBound, times.upperBound)
        }
        return condition
    }

    // MARK: Comparison

    mutating func compare(
        _ comparison: Expression.Comparison, _ left: Expression, _ right: Expression,
        _ operatorRange: SourceRange
    ) throws(Diagnostic) -> Condition {
        let value = try expression(left)
        let range = left.range.through(right.range)
        switch comparison {
        case .matches, .notMatches:
            return try matching(value, left, try pattern(right), negated: comparison == .notMatches, range)
        case .contains, .startswith, .endswith, .notContains, .notStartswith, .notEndswith:
            return try literalText(comparison, value, left, right, range)
        default: break
        }
        switch right {
        case .word, .string, .parameter:
            return try compare(comparison, value, left, to: right, range)
        default:
            let other = try expression(right)
            return try compare(comparison, value, other, range)
        }
    }

    func compare(
        _ comparison: Expression.Comparison, _ left: Typed, _ right: Typed, _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        let comparable =
            left.type == .any || right.type == .any || (left.type.isNumeric && right.type.isNumeric)
            || (left.type.isText && right.type.isText) || (left.type.isTime && right.type.isTime)
            || left.type == right.type
        guard comparable else {
            throw Diagnostic(
                "\(left.type.article) does not compare with \(right.type.article)", at: range)
        }
        let ignoresCase = left.type.ignoresCase || right.type.ignoresCase
        let test = comparison.test
        let comparison = Typed(.bool, of: [left, right], range: range) { operands in
            let (left, right) = (operands[0], operands[1])
            return { row in
                let (a, b) = (left(row), right(row))
                guard !a.isMissing, !b.isMissing else { return .bool(false) }
                return .bool(test(Ordering.compare(a, b, ignoresCase: ignoresCase)))
            }
        }
        return Condition(comparison, range) { value, _ in value.isTrue }
    }

    /// Compares with a bare word, string or parameter. The type on the left determines its meaning.
    mutating func compare(
        _ comparison: Expression.Comparison, _ value: Typed, _ left: Expression, to right: Expression,
        _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        let literal = try word(right)
        warnOfFieldName(literal, right, value.type)
        if value.type.isTime {
            let interval = try interval(literal.text, right.range)
            if comparison == .equal { noteTimeRange(left, interval) }
            var condition = timeComparison(comparison, value, interval, range)
            let end = interval.isMoment ? interval.start + 1 : interval.end
            switch comparison {
            case .equal: condition.times = times(left, interval.start, end)
            case .less: condition.times = times(left, .min, interval.start)
            case .lessOrEqual: condition.times = times(left, .min, end)
            case .greater: condition.times = times(left, end, .max)
            case .greaterOrEqual: condition.times = times(left, interval.start, .max)
            default: break
            }
            return condition
        }
        if value.type.isText || value.type.isList, !literal.isQuoted,
            literal.text.contains(where: { $0 == "*" || $0 == "?" }),
            comparison == .equal || comparison == .notEqual
        {
            return glob(literal.text, comparison, value, left, range)
        }
        let constant = try self.value(literal, as: value.type, right.range)
        var condition = constantComparison(comparison, value, constant, range)
        describe(&condition, left, comparison, literal, value.type)
        return condition
    }
}

extension Expression.Comparison {
    /// Test of the sign of a comparison.
    var test: @Sendable (Int) -> Bool {
        switch self {
        case .equal: { $0 == 0 }
        case .notEqual: { $0 != 0 }
        case .less: { $0 < 0 }
        case .lessOrEqual: { $0 <= 0 }
        case .greater: { $0 > 0 }
        default: { $0 >= 0 }
        }
    }
}
