/// Formatter of scripts. It writes one statement per line, with canonical names. A pipeline of several lines, or one
/// that is too long for a line, gets one line per stage.
///
/// The formatter uses the tokens of the parser. It parses its result again, and keeps a statement unchanged if the
/// tokens differ.
package struct Formatter<Stage: Sendable> {
    package struct Problem: Error {
        package let diagnostics: [Diagnostic]
    }

    private let vocabulary: Vocabulary<Stage>
    private static var width: Int { 100 }

    package init(_ vocabulary: Vocabulary<Stage>) { self.vocabulary = vocabulary }

    package func format(_ source: Source) -> Result<String, Problem> {
        switch tokens(of: source, names: []) {
        case .failure(let problem): return .failure(problem)
        case .success(let tokens): return .success(text(of: groups(tokens, source), source))
        }
    }

    private func tokens(of source: Source, names: Set<String>) -> Result<[Token], Problem> {
        do throws(Diagnostic) {
            var parser = try Parser(source)
            parser.names = names
            let _: [Statement<Stage>] = parser.script(vocabulary)
            guard parser.diagnostics.isEmpty else {
                return .failure(Problem(diagnostics: parser.diagnostics))
            }
            return .success(parser.tokens.sorted { $0.range.lower < $1.range.lower })
        } catch {
            return .failure(Problem(diagnostics: [error]))
        }
    }

    // MARK: Statements

    /// Statement with its comments, or comments between statements.
    private struct Group {
        var tokens: [Token] = []
        var hasBlankBefore = false
        var isComment: Bool { tokens.allSatisfy { $0.role == .comment } }
    }

    private func groups(_ tokens: [Token], _ source: Source) -> [Group] {
        var groups: [Group] = []
        var current = Group()
        var end = 0
        func close() {
            if !current.tokens.isEmpty { groups.append(current) }
            current = Group()
        }
        for token in tokens {
            if token.role == .end {
                close()
                continue
            }
            let lines = newlines(source, end, token.range.lower)
            if token.role == .comment, current.tokens.isEmpty {
                // A comment after the end of a statement belongs to the line of that statement.
                if lines == 0, let last = groups.indices.last {
                    groups[last].tokens.append(token)
                } else {
                    groups.append(Group(tokens: [token], hasBlankBefore: lines > 1 && !groups.isEmpty))
                }
            } else {
                if current.tokens.isEmpty { current.hasBlankBefore = lines > 1 && !groups.isEmpty }
                current.tokens.append(token)
            }
            end = token.range.upper
        }
        close()
        return groups
    }

    private func newlines(_ source: Source, _ from: Int, _ to: Int) -> Int {
        source.bytes[min(from, to)..<to].count { $0 == 10 }
    }

    private func text(of groups: [Group], _ source: Source) -> String {
        var text = ""
        var names: Set<String> = []
        for group in groups {
            if group.hasBlankBefore { text += "\n" }
            if group.isComment {
                text += group.tokens.map { trimmed(source[$0.range]) }.joined(separator: "\n")
            } else {
                text += statement(group.tokens, source, names)
                if group.tokens.count > 1, group.tokens[0].role == .stage,
                    source[group.tokens[0].range] == "let"
                {
                    names.insert(source[group.tokens[1].range])
                }
            }
            text += "\n"
        }
        return text
    }

    private func statement(_ tokens: [Token], _ source: Source, _ names: Set<String>) -> String {
        let formatted = layout(tokens, source)
        // Formatting must keep the pieces and their order.
        if case .success(let again) = self.tokens(of: Source(name: "", text: formatted), names: names) {
            let copy = Source(name: "", text: formatted)
            if pieces(tokens, source) == pieces(again, copy) { return formatted }
        }
        let range = SourceRange(tokens[0].range.lower, tokens[tokens.count - 1].range.upper)
        return source[range].split(separator: "\n", omittingEmptySubsequences: false).map {
            trimmed(String($0))
        }
        .joined(separator: "\n")
    }

    // MARK: Pieces

    private struct Piece: Equatable {
        let role: Token.Role
        let text: String
    }

    private func pieces(_ tokens: [Token], _ source: Source) -> [Piece] {
        canonical(tokens.filter { $0.role != .comment && $0.role != .end }, source)
    }

    /// Returns the pieces with canonical words.
    private func canonical(_ tokens: [Token], _ source: Source) -> [Piece] {
        var pieces: [Piece] = []
        for token in tokens {
            var text = source[token.range]
            switch token.role {
            case .stage: text = vocabulary[text]?.canonical(text) ?? text.lowercased()
            case .keyword:
                text = text.lowercased()
                // The canonical names of `group by x` and `order by x` contain the `by`.
                if text == "by", pieces.last?.role == .stage, ["groupby", "sort"].contains(pieces.last?.text)
                {
                    continue
                }
            case .operator:
                text = text.lowercased()
                text = ["&&": "and", "||": "or", "==": "=", "isnt": "!=", "matches": "~"][text] ?? text
            default: break
            }
            pieces.append(Piece(role: token.role, text: text))
        }
        return pieces
    }

    // MARK: Layout

    private func layout(_ tokens: [Token], _ source: Source) -> String {
        let comments = tokens.filter { $0.role == .comment }
        let inner = comments.filter { comment in
            tokens.last.map { $0.range.lower > comment.range.lower } ?? false
        }
        let code = tokens.filter { $0.role != .comment }
        let whole = line(code, source)
        let first = code[0].range.lower
        let isOneLine =
            inner.isEmpty && whole.utf8.count <= Formatter.width
            && newlines(source, first, code[code.count - 1].range.upper) == 0
        var text = ""
        if isOneLine {
            text = whole
        } else {
            var indent = ""
            for (stage, hasPipe) in stages(tokens, source) {
                let head = stage.filter { $0.role == .comment && !isTrailing($0, source) }
                for comment in head { text += indent + trimmed(source[comment.range]) + "\n" }
                text += indent + (hasPipe ? "| " : "") + line(stage.filter { $0.role != .comment }, source)
                for comment in stage where comment.role == .comment && isTrailing(comment, source) {
                    text += "  " + trimmed(source[comment.range])
                }
                text += "\n"
                indent = "  "
            }
            text.removeLast()
            return text
        }
        for comment in comments { text += "  " + trimmed(source[comment.range]) }
        return text
    }

    /// Whether the comment follows code on its line.
    private func isTrailing(_ comment: Token, _ source: Source) -> Bool {
        source.bytes[..<comment.range.lower].reversed().prefix { $0 != 10 }.contains { $0 != 32 && $0 != 9 }
    }

    /// Returns the tokens of each stage of the outermost pipeline, and whether a pipe precedes them.
    private func stages(_ tokens: [Token], _ source: Source) -> [(tokens: [Token], hasPipe: Bool)] {
        var stages: [(tokens: [Token], hasPipe: Bool)] = [([], false)]
        var depth = 0
        for token in tokens {
            if token.role == .open { depth += 1 }
            if token.role == .close { depth -= 1 }
            if token.role == .pipe, depth == 0 {
                // Comments on lines of their own before the pipe belong to the next stage.
                var ahead: [Token] = []
                while let last = stages[stages.count - 1].tokens.last, last.role == .comment,
                    !isTrailing(last, source)
                {
                    ahead.append(stages[stages.count - 1].tokens.removeLast())
                }
                stages.append((ahead.reversed(), true))
            } else if token.role == .comment, isTrailing(token, source), stages.count > 1,
                stages[stages.count - 1].tokens.isEmpty
            {
                stages[stages.count - 2].tokens.append(token)
            } else {
                stages[stages.count - 1].tokens.append(token)
            }
        }
        return stages.filter { !$0.tokens.isEmpty }
    }

    private func line(_ tokens: [Token], _ source: Source) -> String {
        let pieces = canonical(tokens, source)
        var ranges = tokens[...]
        var text = ""
        var previous: (piece: Piece, upper: Int, isUnary: Bool)?
        for (index, piece) in pieces.enumerated() {
            let next = index + 1 < pieces.count ? pieces[index + 1] : nil
            // Skip the tokens of words that the canonical form omits.
            while let token = ranges.first,
                token.role != piece.role || canonical([token], source).first != piece
            {
                ranges = ranges.dropFirst()
            }
            guard let token = ranges.popFirst() else { break }
            let isUnary =
                piece.role == .operator && (piece.text == "-" || piece.text == "+")
                && previous.map { Formatter.opensOperand($0.piece) } ?? true
            if let previous,
                hasSpace(
                    previous.piece, previous.isUnary, piece, next, previous.upper == token.range.lower, text)
            {
                text += " "
            }
            text += piece.text
            previous = (piece, token.range.upper, isUnary)
        }
        return text
    }

    /// Whether an operand follows the piece, so that a minus is a sign.
    private static func opensOperand(_ piece: Piece) -> Bool {
        switch piece.role {
        case .operator, .open, .comma, .keyword, .stage: true
        default: false
        }
    }

    private func hasSpace(
        _ left: Piece, _ isUnary: Bool, _ right: Piece, _ next: Piece?, _ touches: Bool, _ line: String
    ) -> Bool {
        if isUnary || right.role == .comma || right.role == .close || left.role == .open { return false }
        if left.text == ".." && left.role == .operator || right.text == ".." && right.role == .operator {
            return !touches
        }
        if left.role == .operator, left.text == "@" { return false }
        if right.role == .open { return left.role != .function && !(touches && left.role == .keyword) }
        // Comparisons with a value have no spaces: `status=sent`. Assignments and comparisons of fields have: `from =
        // (to)`.
        if right.role == .operator, right.text == "=" || right.text == "!=" {
            return left.role == .name || next?.role == .open
        }
        if left.role == .operator, left.text == "=" || left.text == "!=" { return line.hasSuffix(" =") }
        return true
    }

    private func trimmed(_ text: String) -> String {
        var text = text[...]
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        return String(text)
    }
}
