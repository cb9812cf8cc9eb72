/// Syntax of an expression. The planner resolves names to fields, and bare words to values of the type that they are
/// compared with.
package indirect enum Expression: Sendable {
    case number(String, SourceRange)
    case string(String, ignoresCase: Bool, SourceRange)
    case regex(String, ignoresCase: Bool, SourceRange)
    case constant(Constant, SourceRange)
    /// A bare word on the right of a comparison.
    case word(String, SourceRange)
    case field(Name)
    /// `{name}`: the value of a `param`.
    case parameter(Name)
    case call(Name, [Argument], SourceRange)
    case negation(Expression, SourceRange)
    case not(Expression, SourceRange)
    /// Operands of equal precedence, from left to right. A chain of any length is one level deep.
    case arithmetic(Expression, [Term])
    case comparison(Comparison, Expression, Expression, operatorRange: SourceRange)
    case membership(Expression, negated: Bool, Members, operatorRange: SourceRange)
    case and([Expression])
    case or([Expression])
    /// A string or regex without a field: the text of the row contains it.
    case search(Expression)

    package enum Constant: String, Sendable { case `true`, `false`, null }

    package enum Comparison: String, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case matches = "~"
        case notMatches = "!~"
        case contains, startswith, endswith
        case notContains = "not contains"
        case notStartswith = "not startswith"
        case notEndswith = "not endswith"
    }

    /// An operator and its right operand.
    package struct Term: Sendable {
        package let sign: Name
        package let value: Expression
    }

    /// Right side of `in`.
    package enum Members: Sendable {
        case list([Expression], SourceRange)
        case range(TimeRange)
        /// A file with a value on each line.
        case file(String, SourceRange)
        /// A network, a day, or the name of a `let` pipeline.
        case word(String, SourceRange)
        case parameter(Name)
    }

    /// `value` or `name=value` between the parentheses of a call.
    package struct Argument: Sendable {
        package let name: Name?
        package let value: Expression

        package init(name: Name?, value: Expression) {
            self.name = name
            self.value = value
        }
    }
}

/// `a..b`, `a..`, `..b` or `a`, whose ends are words, strings or parameters.
package struct TimeRange: Sendable {
    package let lower: Expression?
    package let upper: Expression?
    package let range: SourceRange

    package init(lower: Expression?, upper: Expression?, range: SourceRange) {
        self.lower = lower
        self.upper = upper
        self.range = range
    }
}

extension Expression {
    package var range: SourceRange {
        switch self {
        case .number(_, let range), .string(_, _, let range), .regex(_, _, let range),
            .constant(_, let range), .word(_, let range), .call(_, _, let range), .negation(_, let range),
            .not(_, let range):
            return range
        case .field(let name), .parameter(let name): return name.range
        case .arithmetic(let first, let terms): return first.range.through(terms[terms.count - 1].value.range)
        case .comparison(_, let left, let right, _): return left.range.through(right.range)
        case .membership(let left, _, let members, _): return left.range.through(members.range)
        case .and(let parts), .or(let parts): return parts[0].range.through(parts[parts.count - 1].range)
        case .search(let inner): return inner.range
        }
    }
}

extension Expression.Members {
    package var range: SourceRange {
        switch self {
        case .list(_, let range), .file(_, let range), .word(_, let range): range
        case .range(let range): range.range
        case .parameter(let name): name.range
        }
    }
}
