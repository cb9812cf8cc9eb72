import SystemText

/// The expression grammar. Operators from lowest precedence: `or`, `and` (also side by side), `not`, comparison, `+ -`,
/// `* / %`.
extension Parser {
    package mutating func expression() throws(Diagnostic) -> Expression {
        try nested { (parser) throws(Diagnostic) in try parser.disjunction() }
    }

    private mutating func disjunction() throws(Diagnostic) -> Expression {
        var (first, sideBySide) = try conjunction()
        var parts = [first]
        while takeKeyword("or", role: .operator) ?? takeSymbol("||", .operator) != nil {
            let (next, nextSideBySide) = try conjunction()
            parts.append(next)
            sideBySide = sideBySide ?? nextSideBySide
        }
        if parts.count == 1 { return first }
        if let sideBySide { throw ambiguous(sideBySide, parts) }
        first = .or(parts)
        return first
    }

    /// Error for `a b or c`, which has two readings. The notes list both.
    private func ambiguous(_ range: SourceRange, _ parts: [Expression]) -> Diagnostic {
        let text = { (part: Expression) in self.source[part.range] }
        var readings: [String] = []
        if case .and(let factors) = parts.first(where: { if case .and = $0 { true } else { false } })
            ?? parts[0], factors.count > 1
        {
            let others = parts.filter {
                $0.range != SourceRange(factors[0].range.lower, factors.last!.range.upper)
            }
            if let other = others.first {
                let joined = factors.map(text).joined(separator: " ")
                let otherFirst = other.range.lower < factors[0].range.lower
                if otherFirst {
                    let rest = factors.dropFirst().map(text).joined(separator: " ")
                    readings = [
                        "\(text(other)) or (\(joined))", "(\(text(other)) or \(text(factors[0]))) \(rest)",
                    ]
                } else {
                    let rest = factors.dropLast().map(text).joined(separator: " ")
                    readings = [
                        "(\(joined)) or \(text(other))",
                        "\(rest) (\(text(factors[factors.count - 1])) or \(text(other)))",
                    ]
                }
            }
        }
        return Diagnostic(
            "conditions side by side next to an 'or' can be read two ways", at: range,
            hint: "put parentheses", notes: readings.map { "either  \($0)" })
    }

    /// Parses conditions. `sideBySide` is the first position between two of them without `and`.
    private mutating func conjunction() throws(Diagnostic) -> (Expression, sideBySide: SourceRange?) {
        var parts = [try inversion()]
        var sideBySide: SourceRange?
        while true {
            if takeKeyword("and", role: .operator) ?? takeSymbol("&&", .operator) != nil {
                parts.append(try inversion())
            } else if operandFollows(after: parts[parts.count - 1]) {
                sideBySide = sideBySide ?? here()
                parts.append(try inversion())
            } else {
                break
            }
        }
        return (parts.count == 1 ? parts[0] : .and(parts), sideBySide)
    }

    /// Whether another condition follows.
    private mutating func operandFollows(after last: Expression) -> Bool {
        // An operator must follow a field.
        if case .field = last {} else { expectOperand() }
        guard !atEndOfStage(), let next = byte() else { return false }
        switch next {
        case 34, 39, 40, 96, 123: return true
        case 47: return byte(1).map { $0 != 32 && $0 != 10 } == true
        default:
            guard Parser.startsWord(next), let word = peekWord() else { return false }
            let lower = word.lowercased()
            // `if(…)` is a function, `if …` a clause.
            if lower == "if" { return byte(2) == 40 }
            return !ReservedWords.all.contains(lower) || ReservedWords.operands.contains(lower)
        }
    }

    private mutating func inversion() throws(Diagnostic) -> Expression {
        if let start = takeKeyword("not", role: .operator) {
            let inner = try nested { (parser) throws(Diagnostic) in try parser.inversion() }
            return .not(inner, start.through(inner.range))
        }
        skipSpace()
        if byte() == 33, byte(1) != 61, byte(1) != 126 {
            throw Diagnostic("'!' is not an operator here", at: here(), hint: "write `not`")
        }
        return try comparison()
    }

    // MARK: Comparison

    private mutating func comparison() throws(Diagnostic) -> Expression {
        let left = try sum()
        if let (comparison, range) = try takeComparison() {
            if case .field(let name) = left { expect(.value(of: name.text)) } else { expect(.value(of: nil)) }
            let right = try comparisonValue(comparison, range)
            try refuseOperator(after: right)
            return .comparison(comparison, left, right, operatorRange: range)
        }
        if let (negated, range) = takeMembership() {
            var field: String?
            if case .field(let name) = left { field = name.text }
            return .membership(left, negated: negated, try members(of: field), operatorRange: range)
        }
        switch left {
        case .string, .regex: return .search(left)
        default: return left
        }
    }

    private mutating func takeComparison() throws(Diagnostic) -> (Expression.Comparison, SourceRange)? {
        expect(.comparison)
        skipSpace()
        let symbols: [(StaticString, Expression.Comparison)] = [
            ("==", .equal), ("!=", .notEqual), ("<=", .lessOrEqual), (">=", .greaterOrEqual),
            ("!~", .notMatches),
            ("=~", .matches), ("<>", .notEqual), ("=", .equal), ("<", .less), (">", .greater),
            ("~", .matches),
        ]
        for (symbol, comparison) in symbols {
            if let range = takeSymbol(symbol, .operator) { return (comparison, range) }
        }
        if byte() == 124, byte(1) == 61 {
            throw Diagnostic(
                "'|=' is not an operator", at: SourceRange(position, position + 2),
                hint: "write `filter \"text\"` for lines that contain a text")
        }
        let words: [(String, Expression.Comparison, negated: Expression.Comparison?)] = [
            ("isnt", .notEqual, nil), ("matches", .matches, .notMatches),
            ("contains", .contains, .notContains),
            ("startswith", .startswith, .notStartswith), ("endswith", .endswith, .notEndswith),
        ]
        guard let word = peekWord()?.lowercased() else { return nil }
        if word == "not" {
            guard let next = wordAfterNot(), let match = words.first(where: { $0.0 == next }),
                let negated = match.negated
            else { return nil }
            let start = takeKeyword("not", role: .operator)!
            return (negated, start.through(takeKeyword(next, role: .operator)!))
        }
        if let match = words.first(where: { $0.0 == word }) {
            return (match.1, takeKeyword(word, role: .operator)!)
        }
        let hints = [
            "between": "write `field in a..b`", "like": "write `field = *part*` or `field ~ /regex/`",
            "is": "write `=`, or `missing(field)` for a row without the field", "eq": "write `=`",
        ]
        if let hint = hints[word] {
            throw Diagnostic(
                "'\(word)' is not an operator",
                at: SourceRange(position, position + SystemText.bytes(word).count),
                hint: hint)
        }
        return nil
    }

    /// The word after `not`, for `not in` and `not contains`.
    private mutating func wordAfterNot() -> String? {
        lookAhead { parser in
            guard parser.takeKeyword("not") != nil else { return nil }
            parser.skipSpace()
            return parser.peekWord()?.lowercased()
        }
    }

    private mutating func takeMembership() -> (negated: Bool, SourceRange)? {
        skipSpace()
        if let range = takeKeyword("in", role: .operator) { return (false, range) }
        guard peekWord()?.lowercased() == "not", wordAfterNot() == "in" else { return nil }
        let start = takeKeyword("not", role: .operator)!
        return (true, start.through(takeKeyword("in", role: .operator)!))
    }

    /// Parses the right side of a comparison. A bare word is a value. A field is written in parentheses or backticks.
    private mutating func comparisonValue(
        _ comparison: Expression.Comparison, _ operatorRange: SourceRange
    ) throws(Diagnostic) -> Expression {
        if atEndOfStage() {
            throw Diagnostic(
                "a value is missing after '\(comparison.rawValue)'", at: operatorRange)
        }
        let isMatch = comparison == .matches || comparison == .notMatches
        switch byte() {
        case 34, 39: return try takeString()
        case 40:
            let opening = try open()
            let inner = try expression()
            _ = try close(opening)
            return inner
        case 96: return .field(try takeName("a field"))
        case 123: return .parameter(try takeParameter())
        case 47 where isMatch: return try takeRegex()
        default:
            let (text, range) = try takeWord("a value")
            if !isMatch, text.count > 2, text.hasPrefix("/"), text.hasSuffix("/") || text.hasSuffix("/i") {
                throw Diagnostic(
                    "'\(text)' after '\(comparison.rawValue)' is a value, not a regex", at: range,
                    hint: "use ~ to match a regex, or quote the text")
            }
            if text.lowercased() == "null" {
                throw Diagnostic(
                    "nothing equals null", at: operatorRange.through(range),
                    hint: "write `missing(field)` or `not missing(field)`")
            }
            return .word(text, range)
        }
    }

    private mutating func refuseOperator(after right: Expression) throws(Diagnostic) {
        guard case .word(let word, _) = right, !atEndOfStage(), let next = byte() else { return }
        if [43, 45, 42, 37].contains(next) || (next == 47 && byte(1) == 32) {
            throw Diagnostic(
                "an operator after the value '\(word)'", at: SourceRange(position, position + 1),
                hint:
                    "put the calculation in parentheses: (\(word) \(source[SourceRange(position, position + 1)]) …)"
            )
        }
    }

    package mutating func takeParameter() throws(Diagnostic) -> Name {
        let start = position
        var end = position + 1
        while let next = byte(end - start), Parser.continuesWord(next) { end += 1 }
        guard end > start + 1, byte(end - start) == 125 else {
            throw Diagnostic("'{' begins the name of a parameter: {name}", at: SourceRange(start, start + 1))
        }
        let text = source[SourceRange(start + 1, end)]
        return Name(text, take(end + 1 - start, .parameter))
    }

    // MARK: Membership and ranges

    private mutating func members(of field: String?) throws(Diagnostic) -> Expression.Members {
        expect(.binding)
        expect(.value(of: field))
        skipSpace()
        switch byte() {
        case 40:
            let opening = try open()
            var values: [Expression] = []
            while true {
                expect(.value(of: field))
                if byte() == 41, values.isEmpty {
                    throw Diagnostic("an empty list", at: opening, hint: "name at least one value")
                }
                values.append(try listValue())
                if takeSymbol(",", .comma) == nil { break }
            }
            let closing = try close(opening)
            return .list(values, opening.through(closing))
        case 64:
            let start = position
            take(1, .operator)
            expect(.file)
            if byte() == 34 || byte() == 39 {
                guard case .string(let text, _, let range) = try takeString() else { break }
                return .file(text, SourceRange(start, range.upper))
            }
            let (text, range) = try takeWord("the name of a file")
            return .file(text, SourceRange(start, range.upper))
        default: break
        }
        let range = try timeRange()
        if let lower = range.lower, range.upper == nil, range.range == lower.range {
            switch lower {
            case .word(let text, let range): return .word(text, range)
            case .parameter(let name): return .parameter(name)
            default: break
            }
        }
        return .range(range)
    }

    private mutating func listValue() throws(Diagnostic) -> Expression {
        skipSpace()
        switch byte() {
        case 34, 39: return try takeString()
        case 96: return .field(try takeName("a field"))
        case 123: return .parameter(try takeParameter())
        default:
            let (text, range) = try takeWord("a value")
            return .word(text, range)
        }
    }

    /// Parses `a..b`, `a..`, `..b`, or one bound, which is both ends.
    package mutating func timeRange() throws(Diagnostic) -> TimeRange {
        skipSpace()
        let start = position
        let lower = try bound()
        if takeSymbol("..", .operator) == nil {
            guard let lower else { throw Diagnostic("expected a range a..b, found \(found())", at: here()) }
            return TimeRange(lower: lower, upper: nil, range: lower.range)
        }
        let end = position
        let upper = endsAfterDots() ? nil : try bound()
        return TimeRange(lower: lower, upper: upper, range: SourceRange(start, upper?.range.upper ?? end))
    }

    private func endsAfterDots() -> Bool {
        guard let next = byte() else { return true }
        return [32, 9, 10, 13, 41, 44, 59, 124].contains(next)
    }

    private mutating func bound() throws(Diagnostic) -> Expression? {
        switch byte() {
        case 34, 39: return try takeString()
        case 123: return .parameter(try takeParameter())
        case 46 where byte(1) == 46: return nil
        default:
            let (text, range) = try takeWord("the end of a range", endsAtDots: true)
            return .word(text, range)
        }
    }

    // MARK: Arithmetic

    private mutating func sum() throws(Diagnostic) -> Expression {
        let first = try product()
        var terms: [Expression.Term] = []
        while true {
            skipSpace()
            guard let next = byte(), next == 43 || next == 45 else { break }
            let range = take(1, .operator)
            terms.append(Expression.Term(sign: Name(source[range], range), value: try product()))
        }
        return terms.isEmpty ? first : .arithmetic(first, terms)
    }

    private mutating func product() throws(Diagnostic) -> Expression {
        let first = try operand()
        var terms: [Expression.Term] = []
        while true {
            let spaceBefore = position < source.bytes.count && [32, 9].contains(source.bytes[position])
            skipSpace()
            guard let next = byte(), next == 42 || next == 47 || next == 37 else { break }
            // ` /x` starts a regex, which is the next condition.
            if next == 47, spaceBefore, byte(1) != 32 { break }
            let range = take(1, .operator)
            terms.append(Expression.Term(sign: Name(source[range], range), value: try operand()))
        }
        return terms.isEmpty ? first : .arithmetic(first, terms)
    }

    /// Records the expectations at the start of an operand.
    private mutating func expectOperand() {
        expect(.field)
        expect(.function)
        expect(.keyword("not"))
    }

    private mutating func operand() throws(Diagnostic) -> Expression {
        expectOperand()
        guard !atEndOfStage() || byte() == 10 else {
            throw Diagnostic("expected an expression, found \(found())", at: here())
        }
        switch byte() {
        case 40:
            let opening = try open()
            let inner = try expression()
            _ = try close(opening)
            return inner
        case 34, 39: return try takeString()
        case 47: return try takeRegex()
        case 96: return .field(try takeName("a field"))
        case 123: return .parameter(try takeParameter())
        case 45:
            let start = take(1, .operator)
            let inner = try nested { (parser) throws(Diagnostic) in try parser.operand() }
            return .negation(inner, start.through(inner.range))
        case 36:
            throw Diagnostic(
                "'$' does not name a field", at: here(),
                hint: "fields have names: time, process, relay, … (mlq help fields)")
        case let digit? where digit &- 48 < 10: return takeNumber()
        default: break
        }
        guard let word = peekWord() else {
            throw Diagnostic("expected an expression, found \(found())", at: here())
        }
        let lower = word.lowercased()
        if let constant = Expression.Constant(rawValue: lower) {
            return .constant(constant, take(SystemText.bytes(word).count, .keyword))
        }
        let isCall = byte(SystemText.bytes(word).count) == 40
        if isCall {
            let name = Name(word, take(SystemText.bytes(word).count, .function))
            return try call(name)
        }
        return .field(try takeName("an expression"))
    }

    private mutating func call(_ name: Name) throws(Diagnostic) -> Expression {
        let opening = try open()
        var arguments: [Expression.Argument] = []
        skipSpace()
        if byte() != 41 {
            arguments = try list { (parser) throws(Diagnostic) in
                Expression.Argument(name: nil, value: try parser.expression())
            }
        }
        return .call(name, arguments, name.range.through(try close(opening)))
    }
}
