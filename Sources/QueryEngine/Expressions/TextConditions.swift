import MailLog
import QuerySyntax
import SystemText

/// Conditions on texts: globs, `contains` and its like, regexes, searches.
extension Resolution {
    func glob(
        _ text: String, _ comparison: Expression.Comparison, _ value: Typed, _ left: Expression,
        _ range: SourceRange
    ) -> Condition {
        let glob = Glob(SystemText.bytes(text), ignoresCase: value.type.ignoresCase)
        let wanted = comparison == .equal
        var condition = textCondition(value, range) { glob.matches($0) == wanted }
        if let field = lineField(left) {
            condition.presence = [presence(of: field)]
            if wanted, field.standsInLine, let literal = glob.longestLiteral, literal.count >= 3 {
                condition.raw = .anyOf([RawLiteral(literal, ignoresCase: value.type.ignoresCase)])
            }
        }
        return condition
    }

    /// Makes a test of a text. A list passes if one of its elements does.
    func textCondition(
        _ value: Typed, _ range: SourceRange, _ test: @escaping @Sendable (Bytes) -> Bool
    ) -> Condition {
        Condition(value, range) { value, _ in
            switch value.kind {
            case .text: test(value.bytes)
            case .list: value.elements.contains { $0.kind == .text && test($0.bytes) }
            default: false
            }
        }
    }

    mutating func literalText(
        _ comparison: Expression.Comparison, _ value: Typed, _ left: Expression, _ right: Expression,
        _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        guard value.type.isText || value.type.isList else {
            throw Diagnostic(
                "'\(comparison.rawValue)' needs text, not \(value.type.article)", at: left.range)
        }
        let literal = try word(right)
        guard !literal.text.isEmpty else { throw Diagnostic("the text is empty", at: right.range) }
        let ignoresCase = literal.ignoresCase || value.type.ignoresCase
        let needle = TextSearch(literal.text, ignoresCase: ignoresCase)
        let test: @Sendable (Bytes) -> Bool =
            switch comparison {
            case .contains: { needle.isContained(in: $0) }
            case .startswith: { needle.isPrefix(of: $0) }
            case .endswith: { needle.isSuffix(of: $0) }
            case .notContains: { !needle.isContained(in: $0) }
            case .notStartswith: { !needle.isPrefix(of: $0) }
            default: { !needle.isSuffix(of: $0) }
            }
        var condition = textCondition(value, range, test)
        if let field = lineField(left) {
            condition.presence = [presence(of: field)]
            let isPositive = [.contains, .startswith, .endswith].contains(comparison)
            if isPositive, field.standsInLine {
                condition.raw = .anyOf([RawLiteral(SystemText.bytes(literal.text), ignoresCase: ignoresCase)])
            }
        }
        return condition
    }

    func pattern(_ expression: Expression) throws(Diagnostic) -> Pattern {
        let (source, ignoresCase): (String, Bool) =
            switch expression {
            case .regex(let source, let ignoresCase, _), .search(.regex(let source, let ignoresCase, _)),
                .string(let source, let ignoresCase, _):
                (source, ignoresCase)
            case .search(.string(let text, let ignoresCase, _)): (Pattern.escaped(text), ignoresCase)
            case .word(let source, _): (source, false)
            default:
                throw Diagnostic(
                    "'~' needs a regex, as /…/", at: expression.range,
                    hint: "a parameter is text: compare it with = or contains")
            }
        do throws(PatternError) {
            return try Pattern(source, ignoresCase: ignoresCase)
        } catch {
            let start = expression.range.lower + 1 + error.offset
            let index = min(start, max(expression.range.lower, expression.range.upper - 1))
            throw Diagnostic("bad regex: \(error.message)", at: SourceRange(index, index + 1))
        }
    }

    func matching(
        _ value: Typed, _ left: Expression, _ pattern: Pattern, negated: Bool, _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        guard value.type.isText || value.type.isList else {
            throw Diagnostic("'~' needs text, not \(value.type.article)", at: left.range)
        }
        var condition = Condition(value, range) { value, row in
            switch value.kind {
            case .text: pattern.test(value.bytes, row.worker) != negated
            case .list:
                value.elements.contains { $0.kind == .text && pattern.test($0.bytes, row.worker) } != negated
            default: false
            }
        }
        if let field = lineField(left) {
            condition.presence = [presence(of: field)]
            if !negated, field.standsInLine { condition.raw = pattern.raw }
        }
        return condition
    }

    /// Resolves a text or regex without a field: a line contains it, or any text of another row.
    mutating func search(_ expression: Expression) throws(Diagnostic) -> Condition {
        let range = expression.range
        let columns =
            schema.isLines
            ? schema.columns.filter { $0.name == "raw" } : schema.columns.filter { $0.type.isText }
        guard !columns.isEmpty else {
            throw Diagnostic("\(schema.rowName) has no text to search", at: range)
        }
        let slots = columns.map(\.slot)
        var condition: Condition
        switch expression {
        case .string(let text, let ignoresCase, _):
            guard !text.isEmpty else { throw Diagnostic("the text is empty", at: range) }
            let needle = TextSearch(text, ignoresCase: ignoresCase)
            condition = Condition(range: range, needs: Set(slots)) {
                { row in
                    slots.contains { row[$0].kind == .text && needle.isContained(in: row[$0].bytes) }
                }
            }
            condition.raw = .anyOf([RawLiteral(SystemText.bytes(text), ignoresCase: ignoresCase)])
            condition.isRawExact = true
        default:
            let pattern = try pattern(expression)
            condition = Condition(range: range, needs: Set(slots)) {
                { row in slots.contains { row[$0].kind == .text && pattern.test(row[$0].bytes, row.worker) } }
            }
            condition.raw = pattern.raw
            condition.isRawExact = pattern.isLiterals
        }
        if !schema.isLines {
            condition.raw = .anything
            condition.isRawExact = false
        }
        return condition
    }
}

extension Pattern {
    /// Whether the pattern matches. A pattern that gives up fails the run.
    func test(_ text: Bytes, _ worker: Worker) -> Bool {
        isYes(matches(text, scratch: worker.patterns), worker)
    }

    /// The same. Afterwards the worker's scratch has the ranges of the groups.
    func testGroups(_ text: Bytes, from start: Int = 0, _ worker: Worker) -> Bool {
        isYes(search(text, from: start, scratch: worker.patterns), worker)
    }

    private func isYes(_ match: Match, _ worker: Worker) -> Bool {
        switch match {
        case .yes: return true
        case .no: return false
        case .gaveUp:
            worker.run.fail(
                RunFailure(
                    "a regex takes too long on a line of the log; make it simpler (nested + or * explode)",
                    status: 2))
            return false
        }
    }

    var raw: RawCondition {
        guard case .anyOf(let literals, _) = necessary else { return .anything }
        return .anyOf(literals.map { RawLiteral($0, ignoresCase: ignoresCase) })
    }
}
