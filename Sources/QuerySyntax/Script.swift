import SystemText

/// One statement of a script or of a query.
package enum Statement<Stage: Sendable>: Sendable {
    case pipeline(Pipeline<Stage>)
    /// `explain PIPELINE`
    case explain(Pipeline<Stage>)
    case bind(Name, Pipeline<Stage>)
    /// `param name = default`
    case parameter(Name, Expression)
    case title(String, SourceRange)
    case importFile(String, SourceRange)
}

extension Parser {
    /// Parses all statements. After an error, parsing continues with the next statement. `handle` gets each statement
    /// before the next one is parsed, and returns the names that it binds (for an import, those of its file).
    @discardableResult
    package mutating func script<Stage: Sendable>(
        _ vocabulary: Vocabulary<Stage>, handle: (Statement<Stage>) -> Set<String> = { _ in [] }
    ) -> [Statement<Stage>] {
        var statements: [Statement<Stage>] = []
        while !atEndOfText() {
            do throws(Diagnostic) {
                let next = try statement(vocabulary)
                guard atEnd() else {
                    throw Diagnostic("expected the end of the statement, found \(found())", at: here())
                }
                statements.append(next)
                ownNames.formUnion(handle(next))
            } catch {
                if !diagnostics.contains(error) { diagnostics.append(error) }
                if diagnostics.count(where: { $0.severity == .error }) >= maximumErrors { break }
                recover()
                // The rest of a broken statement is not a statement.
                while byte() == 124 {
                    take(1, .pipe)
                    recover()
                }
            }
        }
        if tokens.last(where: { $0.role != .comment }).map({ $0.role == .end }) ?? true {
            foresee { (parser: inout Parser) throws(Diagnostic) in try parser.statement(vocabulary) }
        }
        return statements
    }

    private mutating func statement<Stage: Sendable>(
        _ vocabulary: Vocabulary<Stage>
    ) throws(Diagnostic) -> Statement<Stage> {
        for word in ["let", "param", "title", "import", "explain"] { expect(.keyword(word)) }
        switch peekWord()?.lowercased() {
        case "let" where statementWord("let"):
            take(3, .stage)
            let name = try takeName("a name", role: .name)
            try takeAssignment()
            let pipeline = try pipeline(vocabulary)
            if let form = vocabulary[name.text] {
                throw Diagnostic(
                    "'\(name.text)' is a \(vocabulary.kind)", at: name.range,
                    hint: "usage: \(form.usage); choose another name")
            }
            ownNames.insert(name.text)
            return .bind(name, pipeline)
        case "param" where statementWord("param"):
            take(5, .stage)
            let name = try takeName("a name", role: .name)
            try takeAssignment()
            return .parameter(name, try parameterDefault())
        case "title" where statementWord("title"):
            take(5, .stage)
            let start = position
            let text = try takeText("title")
            return .title(text, SourceRange(start, position))
        case "import" where statementWord("import"):
            take(6, .stage)
            expect(.file)
            let start = position
            let path = try takeText("file name")
            return .importFile(path, SourceRange(start, position))
        case "explain" where statementWord("explain"):
            take(7, .stage)
            return .explain(try pipeline(vocabulary))
        default:
            return .pipeline(try pipeline(vocabulary))
        }
    }

    /// Whether a space follows the word, as in a statement.
    private func statementWord(_ word: String) -> Bool {
        byte(SystemText.bytes(word).count).map { $0 == 32 || $0 == 9 } ?? false
    }

    private mutating func takeAssignment() throws(Diagnostic) {
        guard takeSymbol("=", .operator) != nil else {
            throw Diagnostic("expected '=', found \(found())", at: here())
        }
    }

    private mutating func parameterDefault() throws(Diagnostic) -> Expression {
        skipSpace()
        if byte() == 34 || byte() == 39 { return try takeString() }
        let (text, range) = try takeWord("a value")
        return .word(text, range)
    }
}
