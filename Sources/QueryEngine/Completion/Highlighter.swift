import QuerySyntax

/// Syntax highlighting of a query while it is typed, with its errors.
package struct Highlighter {
    package enum Part: Sendable { case stage, keyword, name, function, literal, comment, wrong }

    package struct Span: Equatable, Sendable {
        /// Byte range.
        package let range: Range<Int>
        package let part: Part

        package init(range: Range<Int>, part: Part) {
            self.range = range
            self.part = part
        }
    }

    private let environment: Environment

    package init(_ environment: Environment) { self.environment = environment }

    /// Maximum length in bytes. Longer texts have no colours, because typing would become slow.
    private static let longest = 4096

    /// Returns the spans of a text, in order. `cursor` is the byte offset of the cursor: the word there and unfinished
    /// text are not marked as wrong. A text that begins with `:` is a command of the shell.
    package func spans<Command: Sendable>(
        _ text: String, cursor: Int, commands: Vocabulary<Command>
    ) -> [Span] {
        let source = Source(name: "query", text: text)
        guard source.bytes.count <= Highlighter.longest, var parser = try? Parser(source) else { return [] }
        parser.names = environment.names
        var found: [Diagnostic] = []
        if parser.byte() == UInt8(ascii: ":") {
            do { _ = try parser.command(commands) } catch { found = [error] }
        } else {
            parser.script(Stages.all)
            found = Program([source], in: environment).diagnostics.filter { $0.source.name == source.name }
                .map(\.diagnostic)
        }
        var parts = [Part?](repeating: nil, count: source.bytes.count)
        let paint = { (range: SourceRange, part: Part?) in
            for index in max(0, range.lower)..<max(0, range.lower, min(range.upper, parts.count)) {
                parts[index] = part
            }
        }
        for token in parser.tokens { paint(token.range, Highlighter.part(token, source)) }
        let end = source.bytes.lastIndex { $0 != 32 }.map { $0 + 1 } ?? 0
        let brackets = parser.tokens.filter { $0.role == .open }.map(\.range)
        for diagnostic in found where diagnostic.severity == .error {
            let range = diagnostic.range
            // Errors of unfinished text point to an open bracket or to the last word.
            guard range.upper < end, !brackets.contains(range),
                cursor < range.lower || cursor > range.upper
            else { continue }
            paint(range, .wrong)
        }
        return Highlighter.runs(parts)
    }

    private static func runs(_ parts: [Part?]) -> [Span] {
        var spans: [Span] = []
        var start = 0
        for index in 0...parts.count where index == parts.count || parts[index] != parts[start] {
            if start < index, let part = parts[start] { spans.append(Span(range: start..<index, part: part)) }
            start = index
            if index == parts.count { break }
        }
        return spans
    }

    private static func part(_ token: Token, _ source: Source) -> Part? {
        switch token.role {
        case .stage: .stage
        case .keyword: .keyword
        case .field, .name, .parameter: .name
        case .function: .function
        case .number, .string, .regex, .value: .literal
        case .comment: .comment
        case .operator where Parser.startsWord(source.bytes[token.range.lower]): .keyword
        case .operator, .comma, .pipe, .open, .close, .end, .skipped: nil
        }
    }
}
