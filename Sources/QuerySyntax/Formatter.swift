/// Writes scripts in their one canonical form: a statement a line, stages by their own names, spaces where they
/// help. A pipeline that was written over several lines, or is too long for one, gets a line for each stage.
///
/// It works on the tokens that the parser took, so it needs no grammar of its own; what comes out is parsed again,
/// and a statement whose tokens would not be the same stays as it was.
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

    /// A statement with the comments in it, or comments between statements.
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
                // A comment behind a statement's end belongs to that statement's line.
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
        // The proof: the same pieces in the same order.
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

    /// The pieces with each word spelt as the language spells it.
    private func canonical(_ tokens: [Token], _ source: Source) -> [Piece] {
        var pieces: [Piece] = []
        for token in tokens {
            var text = source[token.range]
            switch token.role {
            case .stage: text = vocabulary[text]?.canonical(text) ?? text.lowercased()
            case .keyword:
                text = text.lowercased()
                // `group by x` and `order by x` have said it already.
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

    /// Whether something stands before the comment on its line.
    private func isTrailing(_ comment: Token, _ source: Source) -> Bool {
        var place = comment.range.lower
        while place > 0, source.bytes[place - 1] != 10 {
            place -= 1
            if source.bytes[place] != 32, source.bytes[place] != 9 { return true }
        }
        return false
    }

    /// The tokens of each stage of the outermost pipeline, and whether a pipe stands before it.
    private func stages(_ tokens: [Token], _ source: Source) -> [(tokens: [Token], hasPipe: Bool)] {
        var stages: [(tokens: [Token], hasPipe: Bool)] = [([], false)]
        var depth = 0
        for token in tokens {
            if token.role == .open { depth += 1 }
            if token.role == .close { depth -= 1 }
            if token.role == .pipe, depth == 0 {
                // Comments on lines of their own before the pipe speak of the stage after it.
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
        for (place, piece) in pieces.enumerated() {
            let next = place + 1 < pieces.count ? pieces[place + 1] : nil
            // The words that went are skipped here too.
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

    /// Whether what follows is the beginning of an operand, so that a minus there is a sign.
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
        // `status=sent` is one thing; `n = expression` is an assignment, `from = (to)` compares two fields.
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
