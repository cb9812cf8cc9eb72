import MailLog
import QuerySyntax
import SystemText

/// `in`: lists, ranges, files, networks and pipelines.
extension Resolution {
    mutating func membership(
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

    /// Resolves one word after `in`: a network, a time, or the name of a `let` pipeline.
    mutating func memberOf(
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
            "'\(text)' after 'in' is not a list, range, network or name of a pipeline", at: wordRange,
            hint: "write a list: in (\(text), …)")
    }

    mutating func isOne(
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
        var condition = Condition(value, range) { value, _ in
            switch value.kind {
            case .missing: false
            case .list: value.elements.contains { set.contains($0) } != negated
            default: set.contains(value) != negated
            }
        }
        if let field = lineField(left), !negated {
            condition.presence = [presence(of: field)]
            if field == .event {
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

    mutating func between(
        _ bounds: TimeRange, _ value: Typed, _ left: Expression, _ negated: Bool, _ range: SourceRange
    ) throws(Diagnostic) -> Condition {
        if value.type.isTime {
            let interval = try interval(bounds)
            if !negated, interval.start != .min, interval.end != .max { noteTimeRange(left, interval) }
            var condition = Condition(value, range) { value, _ in
                guard value.kind == .time else { return false }
                return (value.wallClock >= interval.start && value.wallClock < interval.end) != negated
            }
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
        return Condition(value, range) { value, _ in
            if value.isMissing { return false }
            let inside =
                (lower.map { Ordering.compare(value, $0) >= 0 } ?? true)
                && (upper.map { Ordering.compare(value, $0) <= 0 } ?? true)
            return inside != negated
        }
    }

    /// `in NAME`: values of the first column of a `let` pipeline, or of the field with the same name if its rows are
    /// lines. The pipeline runs at the first row.
    mutating func memberOfPipeline(
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
        let members = OncePerRun<ColumnSet>()
        return Condition(value, range) { [query, environment] in
            var known: ColumnSet?
            return { value, row in
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
    }
}

/// Values of the only column of a table, with the table that owns them.
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
    /// Negates the condition. It stays false for rows without `value`.
    fileprivate func negatedWherePresent(_ value: Typed) -> Condition {
        let make = make
        var condition = Condition(value, range) {
            let test = make()
            return { value, row in
                let passes = test(row)
                return !value.isMissing && !passes
            }
        }
        condition.needs.formUnion(needs)
        condition.isSequential = isSequential
        return condition
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
