import MailLog
import QuerySyntax
import SystemText

/// From syntax to conditions: what keeps a row, and what that says about the bytes of a line.
extension Resolution {
    package mutating func condition(_ expression: Expression) throws(Diagnostic) -> Condition {
        switch expression {
        case .and(let parts): return try all(parts)
        case .or(let parts): return try any(parts)
        case .not(let inner, let range):
            let inner = try condition(inner)
            let make = inner.make
            var condition = Condition(range: range, needs: inner.needs) {
                let test = make()
                return { !test($0) }
            }
            condition.isSequential = inner.isSequential
            return condition
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
            let make = value.make
            var condition = Condition(range: value.range, needs: value.needs) {
                let evaluate = make()
                return { evaluate($0).isTrue }
            }
            condition.isSequential = value.isSequential
            return condition
        }
    }

    private mutating func all(_ parts: [Expression]) throws(Diagnostic) -> Condition {
        var conditions: [Condition] = []
        for part in parts { conditions.append(try condition(part)) }
        return Condition(all: conditions)
    }

    private mutating func any(_ parts: [Expression]) throws(Diagnostic) -> Condition {
        var conditions: [Condition] = []
        for part in parts { conditions.append(try condition(part)) }
        let makers = conditions.map(\.make)
        let isSequential = conditions.contains(where: \.isSequential)
        var condition = Condition(
            range: parts[0].range.through(parts[parts.count - 1].range),
            needs: conditions.reduce(into: []) { $0.formUnion($1.needs) }
        ) {
            let tests = makers.map { $0() }
            // What looks at neighbours must see every row.
            if isSequential { return { row in tests.reduce(false) { $1(row) || $0 } } }
            return { row in tests.contains { $0(row) } }
        }
        condition.isSequential = isSequential
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

    private mutating func compare(
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

    /// A field or expression on both sides.
    private func compare(
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
        let makeLeft = left.make
        let makeRight = right.make
        var condition = Condition(range: range, needs: left.needs.union(right.needs)) {
            let left = makeLeft()
            let right = makeRight()
            return { row in
                let a = left(row)
                let b = right(row)
                guard !a.isMissing, !b.isMissing else { return false }
                return test(Ordering.compare(a, b, ignoresCase: ignoresCase))
            }
        }
        condition.isSequential = left.isSequential || right.isSequential
        return condition
    }

    /// A bare word, string or parameter on the right: its meaning depends on the type on the left.
    private mutating func compare(
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

    /// What stands for a value: its text, without the brackets of an address that was pasted from a log.
    private struct Literal {
        var text: String
        var isQuoted: Bool
        var ignoresCase = false
    }

    private func word(_ expression: Expression) throws(Diagnostic) -> Literal {
        switch expression {
        case .word(var text, _):
            if text.hasPrefix("<"), text.hasSuffix(">") { text = String(text.dropFirst().dropLast()) }
            return Literal(text: text, isQuoted: false)
        case .string(let text, let ignoresCase, _):
            return Literal(text: text, isQuoted: true, ignoresCase: ignoresCase)
        case .parameter(let name):
            guard let value = environment.parameters[name.text] else { throw unknownParameter(name) }
            return try word(value)
        case .number(let text, _): return Literal(text: text, isQuoted: false)
        default:
            throw Diagnostic("expected a value", at: expression.range)
        }
    }

    private mutating func warnOfFieldName(_ literal: Literal, _ right: Expression, _ type: ValueType) {
        guard !literal.isQuoted, case .word(let word, let range) = right, schema.column(word) != nil else {
            return
        }
        if case .text(.oneOf(let words)) = type, words.contains(word) { return }
        if case .text(.plain) = type, schema.isLines, ["local", "error", "queue", "client"].contains(word) {
            return
        }
        warn(
            "'\(word)' is taken as text, though a field has that name", at: range,
            hint: "the field is (\(word)); quote the text to silence this")
    }

    /// A literal as a value of a type, or why it is none.
    private func value(
        _ literal: Literal, as type: ValueType, _ range: SourceRange
    ) throws(Diagnostic) -> Value {
        let text = literal.text
        switch type {
        case .integer:
            if let value = Literals.integer(text) { return .integer(value) }
            if let value = Double(text), value.isFinite { return .double(value) }
        case .number: if let value = Double(text), value.isFinite { return .double(value) }
        case .size: if let value = Literals.size(text) { return .integer(value) }
        case .duration: if let value = Literals.duration(text) { return .duration(value) }
        case .bool:
            if let value = Bool(text.lowercased()) { return .bool(value) }
        case .text(.oneOf(let words)):
            if words.contains(text) { return Literals.text(text) }
            if words.contains(text.lowercased()) { return Literals.text(text.lowercased()) }
            let near = Spelling.nearest(to: text, among: words)
            throw Diagnostic(
                "'\(text)' is not one of its values", at: range, hint: near.map { "did you mean '\($0)'?" },
                notes: ["values: \(words.joined(separator: ", "))"])
        case .text: return Literals.text(text)
        case .list(let element): return try value(literal, as: element, range)
        case .any:
            if !literal.isQuoted, let (value, _) = Literals.number(text) { return value }
            return Literals.text(text)
        case .time: break
        }
        let examples: [ValueType: String] = [
            .integer: "10", .number: "1.5", .size: "10MB", .duration: "30s, 5m or 1h30m",
            .bool: "true or false",
        ]
        throw Diagnostic(
            "'\(text)' is not \(type.article)", at: range, hint: examples[type].map { "write it as \($0)" })
    }

    private func constantComparison(
        _ comparison: Expression.Comparison, _ value: Typed, _ constant: Value, _ range: SourceRange
    ) -> Condition {
        let make = value.make
        var condition: Condition
        let ignoresCase = value.type.ignoresCase
        if value.type.isList {
            // A list equals a value that it contains.
            condition = Condition(range: range, needs: value.needs) {
                let evaluate = make()
                return { row in
                    let value = evaluate(row)
                    if value.isMissing { return false }
                    let elements = value.kind == .list ? Array(value.elements) : [value]
                    let found = elements.contains { Ordering.equal($0, constant, ignoresCase: true) }
                    return found == (comparison != .notEqual)
                }
            }
        } else if constant.kind == .text, comparison == .equal || comparison == .notEqual, !ignoresCase,
            value.type.isText, value.type != .any
        {
            let wanted = comparison == .equal
            let column = value.column
            condition = Condition(range: range, needs: value.needs) {
                let evaluate = make()
                let bytes = constant.bytes
                return { row in
                    let value = column.map { row[$0] } ?? evaluate(row)
                    return value.kind == .text && value.bytes.isSame(as: bytes) == wanted
                }
            }
        } else {
            let test = comparison.test
            // A value of open type compares with a word as text where it is no number.
            let text = value.type == .any && constant.kind != .text ? nil : constant
            condition = Condition(range: range, needs: value.needs) {
                let evaluate = make()
                return { row in
                    let value = evaluate(row)
                    if value.isMissing { return false }
                    if text == nil, value.kind == .text {
                        guard let number = Literals.number(value.bytes.string)?.0 else {
                            return comparison == .notEqual
                        }
                        return test(Ordering.compare(number, constant))
                    }
                    return test(Ordering.compare(value, constant, ignoresCase: ignoresCase))
                }
            }
        }
        condition.isSequential = value.isSequential
        return condition
    }

    /// What `field = value` says about a line: the field is there, and the value stands in its bytes.
    private func describe(
        _ condition: inout Condition, _ left: Expression, _ comparison: Expression.Comparison,
        _ literal: Literal, _ type: ValueType
    ) {
        guard let field = lineField(left) else { return }
        condition.presence = [presence(of: field)]
        guard comparison == .equal, type.isText else { return }
        if case .text(.oneOf) = type, case .shape = field.origin {
            condition.presence[0].words[field.slot] = literal.text
        }
        if field.name == "event" {
            condition.presence = [LinePresence(fields: [], events: [literal.text])]
            if let markers = LineShapes.markers(of: literal.text), !markers.isEmpty,
                markers.count <= RawCondition.maximumLiterals
            {
                condition.raw = .anyOf(markers.map { RawLiteral(SystemText.bytes($0)) })
            }
            return
        }
        let texts = field.rawTexts(of: literal.text)
        if !texts.isEmpty {
            condition.raw = .anyOf(
                texts.map { RawLiteral(SystemText.bytes($0), ignoresCase: type.ignoresCase) })
        }
    }

    /// The field of a line that an expression is, if the rows are lines.
    private func lineField(_ expression: Expression) -> Field? {
        guard schema.isLines, case .field(let name) = expression else { return nil }
        return Fields.named(name.text)
    }

    private func presence(of field: Field) -> LinePresence {
        var field = field
        while case .derived(let source, _) = field.origin { field = Field(source) }
        if case .shape = field.origin { return LinePresence(fields: [field.slot], events: nil) }
        return LinePresence()
    }

    // MARK: Text

    private func glob(
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

    /// A test of a text; on a list, some element must pass.
    private func textCondition(
        _ value: Typed, _ range: SourceRange, _ test: @escaping @Sendable (Bytes) -> Bool
    ) -> Condition {
        let make = value.make
        var condition = Condition(range: range, needs: value.needs) {
            let evaluate = make()
            return { row in
                let value = evaluate(row)
                switch value.kind {
                case .text: return test(value.bytes)
                case .list: return value.elements.contains { $0.kind == .text && test($0.bytes) }
                default: return false
                }
            }
        }
        condition.isSequential = value.isSequential
        return condition
    }

    private mutating func literalText(
        _ comparison: Expression.Comparison, _ value: Typed, _ left: Expression, _ right: Expression,
        _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        guard value.type.isText || value.type.isList else {
            throw Diagnostic(
                "'\(comparison.rawValue)' needs text, not \(value.type.article)", at: left.range)
        }
        let literal = try word(right)
        guard !literal.text.isEmpty else { throw Diagnostic("an empty text", at: right.range) }
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
        let (source, ignoresCase, isLiteral): (String, Bool, Bool) =
            switch expression {
            case .regex(let source, let ignoresCase, _), .search(.regex(let source, let ignoresCase, _)):
                (source, ignoresCase, false)
            case .string(let source, let ignoresCase, _): (source, ignoresCase, false)
            case .search(.string(let text, let ignoresCase, _)):
                (Pattern.escaped(text), ignoresCase, true)
            case .word(let source, _): (source, false, false)
            default:
                throw Diagnostic(
                    "'~' needs a regex, as /…/", at: expression.range,
                    hint: "a parameter is text: compare it with = or contains")
            }
        _ = isLiteral
        do throws(PatternError) {
            return try Pattern(source, ignoresCase: ignoresCase)
        } catch {
            let start = expression.range.lower + 1 + error.offset
            let place = min(start, max(expression.range.lower, expression.range.upper - 1))
            throw Diagnostic("bad regex: \(error.message)", at: SourceRange(place, place + 1))
        }
    }

    private func matching(
        _ value: Typed, _ left: Expression, _ pattern: Pattern, negated: Bool, _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        guard value.type.isText || value.type.isList else {
            throw Diagnostic("'~' needs text, not \(value.type.article)", at: left.range)
        }
        let make = value.make
        var condition = Condition(range: range, needs: value.needs) {
            let evaluate = make()
            return { row in
                let value = evaluate(row)
                switch value.kind {
                case .text: return pattern.test(value.bytes, row.worker) != negated
                case .list:
                    return value.elements.contains { $0.kind == .text && pattern.test($0.bytes, row.worker) }
                        != negated
                default: return false
                }
            }
        }
        condition.isSequential = value.isSequential
        if let field = lineField(left) {
            condition.presence = [presence(of: field)]
            if !negated, field.standsInLine { condition.raw = pattern.raw }
        }
        return condition
    }

    /// A text or regex that stands alone: the line contains it, or any text of another row.
    private mutating func search(_ expression: Expression) throws(Diagnostic) -> Condition {
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
            guard !text.isEmpty else { throw Diagnostic("an empty text", at: range) }
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

    // MARK: Times and sets

    /// The interval that a word names, on the wall clock.
    package func interval(_ word: String, _ range: SourceRange) throws(Diagnostic) -> TimeWords.Interval {
        do throws(TimeWords.Problem) {
            return try TimeWords(environment).interval(word)
        } catch {
            switch error {
            case .notATime:
                throw Diagnostic(
                    "'\(word)' is not a time", at: range,
                    hint: "times: 2012-12-26, 12-26, 2012-12, 13:00, 2012-12-26T13:00, now, end-2h, -1d")
            case .noData:
                throw Diagnostic(
                    "'\(word)' counts from the data, and no input has a stamp", at: range,
                    hint: "write the year: 2012-12-26")
            }
        }
    }

    private func timeComparison(
        _ comparison: Expression.Comparison, _ value: Typed, _ interval: TimeWords.Interval,
        _ range: SourceRange
    ) -> Condition {
        // A moment is as wide as its microsecond.
        let end = interval.isMoment ? interval.start + 1 : interval.end
        let start = interval.start
        let test: @Sendable (Int64) -> Bool =
            switch comparison {
            case .equal: { $0 >= start && $0 < end }
            case .notEqual: { $0 < start || $0 >= end }
            case .less: { $0 < start }
            case .lessOrEqual: { $0 < end }
            case .greater: { $0 >= end }
            default: { $0 >= start }
            }
        let make = value.make
        var condition = Condition(range: range, needs: value.needs) {
            let evaluate = make()
            return { row in
                let value = evaluate(row)
                return value.kind == .time && test(value.wallClock)
            }
        }
        condition.isSequential = value.isSequential
        return condition
    }

    /// A range of times as it was written; a unit named at the end counts whole, and an end before its start
    /// crosses New Year.
    package func interval(_ range: TimeRange) throws(Diagnostic) -> TimeWords.Interval {
        var start = Int64.min
        var end = Int64.max
        if let lower = range.lower {
            let interval = try interval(try word(lower).text, lower.range)
            start = interval.start
            if range.upper == nil, range.range == lower.range { end = interval.end }
        }
        if let upper = range.upper {
            let word = try word(upper)
            let interval = try interval(word.text, upper.range)
            end = interval.isMoment ? interval.start + 1 : interval.end
            if start != .min, end <= start {
                let isYearless =
                    word.text.first.map { $0.isNumber } == true && word.text.prefix(4).contains("-")
                guard isYearless else {
                    throw Diagnostic("the range ends before it starts", at: range.range)
                }
                // `12-25..01-05`: the start lies in the year before.
                start = Calendar.yearBefore(start)
            }
        }
        return TimeWords.Interval(start: start, end: end)
    }

    /// The times of the lines of which a field of their stamp lies between two moments.
    private func times(_ left: Expression, _ start: Int64, _ end: Int64) -> Range<Int64>? {
        guard case .field(let name) = left, schema.isLines, start < end,
            ["time", "minute", "hour", "day", "week", "month"].contains(name.text),
            case .time(let bin)? = schema.column(name.text)?.type
        else { return nil }
        if bin == .instant || end == .max { return start..<end }
        return start..<TimeBins.next(after: TimeBins.start(of: end - 1, bin), bin)
    }

    private mutating func noteTimeRange(_ left: Expression, _ interval: TimeWords.Interval) {
        guard case .field(let name) = left, let column = schema.column(name.text), column.type.isTime,
            schema.isLines, !interval.isMoment
        else { return }
        let range = interval.start..<max(interval.start, interval.end)
        timeRange = timeRange.map { $0.clamped(to: range) } ?? range
    }

    private mutating func membership(
        _ left: Expression, _ negated: Bool, _ members: Expression.Members, _ operatorRange: SourceRange
    ) throws(Diagnostic) -> Condition {
        let value = try expression(left)
        let range = left.range.through(members.range)
        switch members {
        case .list(let words, _):
            return try isOne(of: words, value, left, negated, range)
        case .range(let bounds):
            return try between(bounds, value, left, negated, range)
        case .parameter(let name):
            guard let parameter = environment.parameters[name.text] else { throw unknownParameter(name) }
            let word = try self.word(parameter)
            return try memberOf(word.text, name.range, value, left, negated, range)
        case .word(let text, let wordRange):
            return try memberOf(text, wordRange, value, left, negated, range)
        case .file(let path, let pathRange):
            switch environment.readFile(path) {
            case .failure(let failure): throw Diagnostic(failure.message, at: pathRange)
            case .success(let bytes):
                let lines = SystemText.string(bytes).split(whereSeparator: \.isNewline)
                let words = lines.map { $0.trimmed }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
                return try isOne(
                    of: words.map { .string($0, ignoresCase: false, pathRange) }, value, left, negated, range)
            }
        }
    }

    /// One word after `in`: a network, a time, or the name of a `let` pipeline.
    private mutating func memberOf(
        _ text: String, _ wordRange: SourceRange, _ value: Typed, _ left: Expression, _ negated: Bool,
        _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        if environment.bindings[text] != nil {
            return try memberOfPipeline(Name(text, wordRange), value, left, negated, range)
        }
        if value.type.isTime {
            let interval = try interval(text, wordRange)
            if !negated { noteTimeRange(left, interval) }
            var condition = timeComparison(negated ? .notEqual : .equal, value, interval, range)
            let end = interval.isMoment ? interval.start + 1 : interval.end
            if !negated { condition.times = times(left, interval.start, end) }
            return condition
        }
        if value.type.isText, let network = Network(text) {
            return textCondition(value, range) { network.contains($0) != negated }
        }
        throw Diagnostic(
            "'\(text)' after 'in' is no list, range, network or name of a pipeline", at: wordRange,
            hint: "write a list: in (\(text), …)")
    }

    private mutating func isOne(
        of words: [Expression], _ value: Typed, _ left: Expression, _ negated: Bool, _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        if value.type.isTime
            || words.contains(where: { if case .word(let text, _) = $0 { text.contains("*") } else { false } }
            )
        {
            var parts: [Expression] = []
            for word in words { parts.append(.comparison(.equal, left, word, operatorRange: range)) }
            let one = try any(parts)
            return negated ? one.negatedWherePresent(value) : one
        }
        var constants: [Value] = []
        for word in words {
            constants.append(try self.value(try self.word(word), as: value.type, word.range))
        }
        let ignoresCase = value.type.ignoresCase
        let set = ValueSet(constants, ignoresCase: ignoresCase)
        let make = value.make
        var condition = Condition(range: range, needs: value.needs) {
            let evaluate = make()
            return { row in
                let value = evaluate(row)
                switch value.kind {
                case .missing: return false
                case .list: return value.elements.contains { set.contains($0) } != negated
                default: return set.contains(value) != negated
                }
            }
        }
        condition.isSequential = value.isSequential
        if let field = lineField(left), !negated {
            condition.presence = [presence(of: field)]
            if field.name == "event" {
                condition.presence = try words.map { (word) throws(Diagnostic) in
                    LinePresence(fields: [], events: [try self.word(word).text])
                }
            } else {
                let texts = try words.map { (word) throws(Diagnostic) in
                    field.rawTexts(of: try self.word(word).text)
                }
                let literals = texts.flatMap { $0 }.map {
                    RawLiteral(SystemText.bytes($0), ignoresCase: ignoresCase)
                }
                if !texts.contains([]), literals.count <= RawCondition.maximumLiterals {
                    condition.raw = .anyOf(literals)
                }
            }
        }
        return condition
    }

    private mutating func between(
        _ bounds: TimeRange, _ value: Typed, _ left: Expression, _ negated: Bool, _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        if value.type.isTime {
            let interval = try interval(bounds)
            if !negated, interval.start != .min, interval.end != .max { noteTimeRange(left, interval) }
            let make = value.make
            var condition = Condition(range: range, needs: value.needs) {
                let evaluate = make()
                return { row in
                    let value = evaluate(row)
                    guard value.kind == .time else { return false }
                    let time = value.wallClock
                    return (time >= interval.start && time < interval.end) != negated
                }
            }
            condition.isSequential = value.isSequential
            if !negated { condition.times = times(left, interval.start, interval.end) }
            return condition
        }
        let type = value.type
        guard type.isNumeric || type.isText else {
            throw Diagnostic("\(type.article) has no ranges", at: bounds.range)
        }
        let lower = try bounds.lower.map { (bound) throws(Diagnostic) in
            try self.value(try word(bound), as: type, bound.range)
        }
        let upper = try bounds.upper.map { (bound) throws(Diagnostic) in
            try self.value(try word(bound), as: type, bound.range)
        }
        if let lower, let upper, Ordering.compare(lower, upper) > 0 {
            throw Diagnostic("the range ends before it starts", at: bounds.range)
        }
        let make = value.make
        var condition = Condition(range: range, needs: value.needs) {
            let evaluate = make()
            return { row in
                let value = evaluate(row)
                if value.isMissing { return false }
                let inside =
                    (lower.map { Ordering.compare(value, $0) >= 0 } ?? true)
                    && (upper.map { Ordering.compare(value, $0) <= 0 } ?? true)
                return inside != negated
            }
        }
        condition.isSequential = value.isSequential
        return condition
    }

    /// `in NAME`: the values of the first column of a `let` pipeline, which runs when the first row asks. Of
    /// lines it is the field of the same name.
    private mutating func memberOfPipeline(
        _ name: Name, _ value: Typed, _ left: Expression, _ negated: Bool, _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        guard !environment.follows else {
            throw Diagnostic("'in \(name.text)' reads the log twice, which --follow cannot do", at: range)
        }
        var query = Query(environment.resolution(from: name))
        try count(query, at: name.range)
        guard !query.hasErrors, !query.schema.isOpen, !query.schema.isBroken,
            var column = query.schema.columns.first
        else {
            throw Diagnostic("'\(name.text)' gives no column to look in", at: name.range)
        }
        if query.schema.isLines, case .field(let field) = left,
            let same = query.schema.column(field.text)
        {
            column = same
        }
        guard value.type.isComparable(with: column.type) else {
            throw Diagnostic(
                "the first column of '\(name.text)', '\(column.name)', is \(column.type.article), "
                    + "and this is \(value.type.article)", at: range,
                hint: "end the pipeline with `select` and the column")
        }
        query.schema.columns = [column]
        scansAgain = true
        let ignoresCase = value.type.ignoresCase || column.type.ignoresCase
        let make = value.make
        let members = Deferred<ColumnSet>()
        var condition = Condition(range: range, needs: value.needs) { [query, environment] in
            let evaluate = make()
            var known: ColumnSet?
            return { row in
                let value = evaluate(row)
                if value.isMissing { return false }
                let set =
                    known
                    ?? members.value(for: row.worker.run) {
                        ColumnSet(environment.rows(query, run: row.worker.run), ignoresCase, row.worker.run)
                    }
                known = set
                return set.values.contains(value) != negated
            }
        }
        condition.isSequential = value.isSequential
        return condition
    }
}

/// The values of a table's only column, and the table that they live in.
private struct ColumnSet: Sendable {
    let values: ValueSet
    private let table: RowTable

    init(_ table: RowTable, _ ignoresCase: Bool, _ run: RunState) {
        self.table = table
        var rows = table.schema.columns.isEmpty ? 0 : table.count
        if table.footprint + rows * 3 * MemoryLayout<Value>.stride > run.memory {
            run.failForMemory("'in' has more values to look up", "filter them first")
            rows = 0
        }
        values = ValueSet(
            (0..<rows).map { table[$0, 0] }.filter { !$0.isMissing }, ignoresCase: ignoresCase)
    }
}

extension Condition {
    /// The opposite, false all the same on rows where `value` is missing.
    fileprivate func negatedWherePresent(_ value: Typed) -> Condition {
        let make = make
        let makeValue = value.make
        var condition = Condition(range: range, needs: needs.union(value.needs)) {
            let test = make()
            let evaluate = makeValue()
            return { row in
                let passes = test(row)
                return !evaluate(row).isMissing && !passes
            }
        }
        condition.isSequential = isSequential
        return condition
    }
}

extension Expression.Comparison {
    /// What the sign of a comparison must be.
    fileprivate var test: @Sendable (Int) -> Bool {
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

extension Pattern {
    /// A match; a pattern that gives up ends the run rather than answer wrongly.
    func test(_ text: Bytes, _ worker: Worker) -> Bool {
        isYes(matches(text, scratch: worker.patterns), worker)
    }

    /// The same; the places of the groups are then in the worker's scratch.
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

extension Calendar {
    /// The same date and time one year earlier.
    static func yearBefore(_ time: Int64) -> Int64 {
        let day: Int64 = 86_400_000_000
        let days = time.floorDivided(by: day)
        let civil = Calendar.civil(fromDays: Int(days))
        let month = Int(civil.month)
        let earlier = Calendar.daysFromCivil(
            year: Int(civil.year) - 1, month: month,
            day: month == 2 ? min(28, Int(civil.day)) : Int(civil.day))
        return Int64(earlier) * day + (time - days * day)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
