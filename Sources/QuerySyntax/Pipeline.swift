import SystemText

/// Sequence of stages.
package struct Pipeline<Stage: Sendable>: Sendable {
    /// The name of a `let` pipeline that this one starts from.
    package let start: Name?
    package let stages: [Step]
    package let range: SourceRange
    package init(start: Name?, stages: [Step], range: SourceRange) {
        self.start = start
        self.stages = stages
        self.range = range
    }

    /// Whether a stage has a syntax error. The stages after it cannot be checked.
    package var isBroken: Bool { stages.contains { $0.stage == nil } }

    package struct Step: Sendable {
        /// nil after a syntax error, which has been reported.
        package let stage: Stage?
        package let name: Name
        package let range: SourceRange
        /// Source text.
        package let text: String
    }
}

extension Parser {
    /// Parses a pipeline up to the end of the statement or a closing bracket. After an error in a stage, parsing
    /// continues at the next `|`.
    package mutating func pipeline<Stage: Sendable>(
        _ vocabulary: Vocabulary<Stage>, isNested: Bool = false
    ) throws(Diagnostic) -> Pipeline<Stage> {
        skipSpace()
        let start = position
        var first: Name?
        var steps: [Pipeline<Stage>.Step] = []
        let outer = openStage
        openStage = SourceRange(start, start)
        defer { openStage = outer }
        expect(.binding)
        if let word = peekWord(), names.contains(word) || ownNames.contains(word) {
            first = Name(word, take(SystemText.bytes(word).count, .name))
            guard atEndOfStage() || byte() == 124 else {
                throw Diagnostic("expected '|' after '\(word)', found \(found())", at: here())
            }
            if byte() == 124 {
                take(1, .pipe)
            } else {
                return Pipeline(start: first, stages: [], range: first!.range)
            }
        }
        while true {
            skipSpace()
            let stageStart = position
            openStage = SourceRange(start, stageStart)
            do throws(Diagnostic) {
                steps.append(try form(of: vocabulary))
                expect(.keyword("|"))
                guard atEndOfStage() else {
                    throw Diagnostic(
                        "expected '|' or the end of the query, found \(found())", at: here(),
                        hint: steps.last.map { "usage: \(vocabulary[$0.name.text]?.usage ?? $0.name.text)" })
                }
                if byte() == 41, !isNested {
                    throw Diagnostic("')' closes no bracket", at: SourceRange(position, position + 1))
                }
            } catch {
                if isNested { throw error }
                diagnostics.append(error)
                if diagnostics.count(where: { $0.severity == .error }) >= maximumErrors { throw error }
                recover()
                if steps.last.map({ $0.range.lower >= stageStart }) == true { steps.removeLast() }
                let range = SourceRange(stageStart, position)
                steps.append(Pipeline.Step(stage: nil, name: Name("", range), range: range, text: ""))
            }
            skipSpace()
            guard byte() == 124 else { break }
            take(1, .pipe)
        }
        return Pipeline(start: first, stages: steps, range: SourceRange(start, position))
    }

    /// Parses a form of a vocabulary.
    package mutating func form<Stage>(
        of vocabulary: Vocabulary<Stage>
    ) throws(Diagnostic) -> Pipeline<Stage>.Step {
        expect(.form(vocabulary.kind))
        let start = position
        guard let word = peekWord() else {
            throw Diagnostic(
                "expected a \(vocabulary.kind), found \(found())", at: here(),
                hint: byte() == 34 || byte() == 39 ? "search text with `filter \"…\"`" : nil)
        }
        let end = start + SystemText.bytes(word).count
        guard let form = vocabulary[word] else {
            throw unknownStage(word, SourceRange(start, end), vocabulary)
        }
        if word == "SELECT" {
            throw Diagnostic(
                "this looks like SQL", at: SourceRange(start, end),
                hint: "a query is a pipeline: filter process=smtp | groupby day | count")
        }
        let name = Name(form.canonical(word), take(SystemText.bytes(word).count, .stage))
        let product = try nested { (parser) throws(Diagnostic) in try form.parse(&parser, name) }
        let range = SourceRange(start, position)
        var text = source[range][...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return Pipeline.Step(stage: product, name: name, range: range, text: String(text))
    }

    /// Error for an unknown stage. SQL clauses and conditions without `filter` have their own hints.
    private mutating func unknownStage<Stage>(
        _ word: String, _ range: SourceRange, _ vocabulary: Vocabulary<Stage>
    ) -> Diagnostic {
        let habits = [
            "from": "a query starts from the log lines by itself",
            "order": "write `sort -field`", "having": "write `| filter …` after the aggregate",
        ]
        if let hint = habits[word.lowercased()] {
            return Diagnostic("'\(word)' is not a stage", at: range, hint: hint)
        }
        let isCondition = lookAhead { parser in
            parser.take(SystemText.bytes(word).count, .name)
            parser.skipSpace()
            return parser.byte().map { [61, 60, 62, 126, 33].contains($0) } == true
                || parser.peekWord() == "in"
        }
        if isCondition {
            return Diagnostic("a condition needs `filter`", at: range, hint: "write `filter \(word)…`")
        }
        return vocabulary.unknown(Name(word, range))
    }
}
