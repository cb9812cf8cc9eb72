import SystemText

/// Parser of query text. The role of a piece depends on its context, so there is no separate lexer. The parser records
/// each piece that it takes as a `Token`.
package struct Parser {
    package let source: Source
    package private(set) var position = 0
    /// Pieces in the order in which they were taken.
    package private(set) var tokens: [Token] = []
    /// Errors from which the parser recovered.
    package var diagnostics: [Diagnostic] = []
    /// Names of pipelines that were bound before the text. A pipeline may begin with one.
    package var names: Set<String> = []
    /// Names that the text has bound by `let` and by imports.
    package internal(set) var ownNames: Set<String> = []
    /// Expectations at the end of the text.
    package internal(set) var expectations: [Expectation] = []
    /// The pipeline of the expectations, up to its last stage.
    package internal(set) var expectedIn: SourceRange?
    /// From the start of the innermost open pipeline to the start of its last stage.
    var openStage: SourceRange?

    /// Open brackets; inside them a newline is a space.
    private var depth = 0
    /// Nesting of expressions and pipelines. The limit protects the stack.
    private var nesting = 0
    /// The last piece that is not a comment.
    private var lastPiece: Token?
    /// Offsets that contain only spaces and comments. A cache, so that each byte is scanned once.
    private var blank = 0..<0

    package static let maximumLength = 1 << 20
    package static let maximumNesting = 100

    package init(_ source: Source) throws(Diagnostic) {
        self.source = source
        guard source.bytes.count <= Parser.maximumLength else {
            throw Diagnostic(
                "the query is \(source.bytes.count) bytes long; the limit is \(Parser.maximumLength)",
                at: SourceRange(0, 1), hint: "put long lists of values into a file and write `in @FILE`")
        }
        if source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    // MARK: Bytes

    package func byte(_ offset: Int = 0) -> UInt8? {
        let index = position + offset
        return index < source.bytes.count ? source.bytes[index] : nil
    }

    private func byte(at index: Int) -> UInt8? { index < source.bytes.count ? source.bytes[index] : nil }

    package static func startsWord(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 97 < 26 || byte == 95 || byte >= 0x80
    }

    package static func continuesWord(_ byte: UInt8) -> Bool { startsWord(byte) || byte &- 48 < 10 }

    // MARK: Spaces, comments and the ends of statements

    /// Skips spaces and comments. Skips a newline if the statement continues: inside brackets, after an operator, `,`
    /// or `|`, or before a line that starts with `|`.
    package mutating func skipSpace() {
        while let next = byte() {
            switch next {
            case 32, 9, 13: position += 1
            case 35 where startsComment(position): skipComment()
            case 10:
                guard depth > 0 || lastTokenContinues || nextLineStartsWithPipe() else { return }
                position += 1
            default: return
            }
        }
    }

    private func startsComment(_ index: Int) -> Bool {
        index == 0 || [10, 32, 9, 13].contains(source.bytes[index - 1])
    }

    private mutating func skipComment() {
        let start = position
        while let next = byte(), next != 10 { position += 1 }
        append(Token(role: .comment, range: SourceRange(start, position)))
    }

    private mutating func append(_ token: Token) {
        tokens.append(token)
        if token.role != .comment { lastPiece = token }
    }

    private var lastTokenContinues: Bool {
        guard let last = lastPiece else { return false }
        return switch last.role {
        // An open range may end a statement.
        case .operator: source[last.range] != ".."
        case .comma, .pipe, .open: true
        default: false
        }
    }

    private mutating func nextLineStartsWithPipe() -> Bool {
        if !blank.contains(position) {
            var index = position
            scan: while let next = byte(at: index) {
                switch next {
                case 32, 9, 13, 10: index += 1
                case 35 where startsComment(index):
                    while let next = byte(at: index), next != 10 { index += 1 }
                default: break scan
                }
            }
            blank = position..<index
        }
        return byte(at: blank.upperBound) == 124
    }

    /// Whether the statement ends here.
    package mutating func atEnd() -> Bool {
        skipSpace()
        return byte() == nil || byte() == 10 || byte() == 59
    }

    /// Whether the text ends here, apart from ends of statements.
    package mutating func atEndOfText() -> Bool {
        while atEnd() {
            guard byte() != nil else { return true }
            take(1, .end)
        }
        return false
    }

    /// Whether the stage ends here: at `|`, at a closing bracket or with the statement.
    package mutating func atEndOfStage() -> Bool { atEnd() || byte() == 124 || byte() == 41 }

    // MARK: Taking pieces

    @discardableResult
    package mutating func take(_ count: Int, _ role: Token.Role) -> SourceRange {
        let range = SourceRange(position, position + count)
        position += count
        append(Token(role: role, range: range))
        return range
    }

    /// Returns the result of `body`, and takes nothing.
    mutating func lookAhead<T>(_ body: (inout Parser) -> T) -> T {
        let (start, count, last) = (position, tokens.count, lastPiece)
        defer {
            position = start
            tokens.removeLast(tokens.count - count)
            lastPiece = last
        }
        return body(&self)
    }

    /// Range of the next character, for errors.
    package mutating func here() -> SourceRange {
        skipSpace()
        return SourceRange(position, min(position + 1, max(position, source.bytes.count)))
    }

    /// The next word or character, for messages.
    package mutating func found() -> String {
        skipSpace()
        guard let next = byte(), next != 10 else { return "the end of the query" }
        if let word = peekWord() { return "'\(word)'" }
        var end = position + 1
        while let more = byte(at: end), more & 0xC0 == 0x80 { end += 1 }
        return "'\(source[SourceRange(position, end)])'"
    }

    package func peekWord() -> String? {
        guard let first = byte(), Parser.startsWord(first) else { return nil }
        var end = position + 1
        while let next = byte(at: end), Parser.continuesWord(next) { end += 1 }
        return source[SourceRange(position, end)]
    }

    /// Takes a keyword if it is next.
    package mutating func takeKeyword(_ word: String, role: Token.Role = .keyword) -> SourceRange? {
        expect(.keyword(word))
        guard peekWord()?.lowercased() == word else { return nil }
        return take(SystemText.bytes(word).count, role)
    }

    package mutating func takeSymbol(_ symbol: StaticString, _ role: Token.Role) -> SourceRange? {
        skipSpace()
        let count = symbol.utf8CodeUnitCount
        for index in 0..<count where byte(index) != symbol.utf8Start[index] { return nil }
        return take(count, role)
    }

    /// A name in backticks or a word that is not reserved.
    package mutating func takeName(_ what: String, role: Token.Role = .field) throws(Diagnostic) -> Name {
        if role == .field { expect(.field) }
        if role == .function { expect(.aggregate) }
        skipSpace()
        if byte() == 96 {
            var end = position + 1
            while let next = byte(at: end), next != 96, next != 10 { end += 1 }
            guard byte(at: end) == 96 else {
                throw Diagnostic("a backtick is not closed", at: SourceRange(position, position + 1))
            }
            let text = source[SourceRange(position + 1, end)]
            return Name(text, take(end + 1 - position, role))
        }
        guard let word = peekWord() else {
            throw Diagnostic("expected \(what), found \(found())", at: here())
        }
        if ReservedWords.all.contains(word.lowercased()) {
            throw Diagnostic(
                "expected \(what), found the word '\(word)'",
                at: SourceRange(position, position + SystemText.bytes(word).count),
                hint: "a field of that name is written `\(word)` in backticks")
        }
        return Name(word, take(SystemText.bytes(word).count, role))
    }

    package mutating func open() throws(Diagnostic) -> SourceRange {
        guard let range = takeSymbol("(", .open) else {
            throw Diagnostic("expected '(', found \(found())", at: here())
        }
        depth += 1
        return range
    }

    package mutating func close(_ opening: SourceRange) throws(Diagnostic) -> SourceRange {
        skipSpace()
        guard byte() == 41 else {
            if byte() == nil { throw Diagnostic("this bracket is not closed", at: opening) }
            throw Diagnostic("expected ')', found \(found())", at: here())
        }
        depth -= 1
        return take(1, .close)
    }

    /// Runs `body` one level deeper. Throws at the limit.
    package mutating func nested<T>(
        _ body: (inout Parser) throws(Diagnostic) -> T
    ) throws(Diagnostic) -> T {
        guard nesting < Parser.maximumNesting else {
            throw Diagnostic(
                "the query is nested more than \(Parser.maximumNesting) levels deep", at: here(),
                hint: "name a part with `let`")
        }
        nesting += 1
        defer { nesting -= 1 }
        return try body(&self)
    }

    // MARK: Literals

    /// A quoted string with its escapes undone; a trailing `i` ignores case.
    package mutating func takeString() throws(Diagnostic) -> Expression {
        let start = position
        let quote = byte()
        var bytes: [UInt8] = []
        var index = position + 1
        while true {
            guard let next = byte(at: index), next != 10 else {
                let mark = quote == 39 ? "'" : "\""
                throw Diagnostic(
                    "this string is not closed", at: SourceRange(start, start + 1),
                    hint: "a string ends on its line: write \(mark) after it")
            }
            index += 1
            if next == quote { break }
            guard next == 92 else {
                bytes.append(next)
                continue
            }
            guard let escape = byte(at: index) else { continue }
            index += 1
            switch escape {
            case 110: bytes.append(10)
            case 116: bytes.append(9)
            case 114: bytes.append(13)
            case 48: bytes.append(0)
            case 34, 39, 92: bytes.append(escape)
            case 120:
                guard let high = byte(at: index)?.hexDigit, let low = byte(at: index + 1)?.hexDigit else {
                    throw Diagnostic(
                        "'\\x' needs two hexadecimal digits", at: SourceRange(index - 2, index))
                }
                bytes.append(high << 4 | low)
                index += 2
            default:
                throw Diagnostic(
                    "unknown escape '\\\(String(decoding: [escape], as: UTF8.self))'",
                    at: SourceRange(index - 2, index), hint: "known are \\n \\t \\r \\0 \\\" \\' \\\\ \\xNN")
            }
        }
        var ignoresCase = false
        if byte(at: index) == 105, byte(at: index + 1).map(Parser.continuesWord) != true {
            ignoresCase = true
            index += 1
        }
        let range = take(index - start, .string)
        return .string(SystemText.string(bytes), ignoresCase: ignoresCase, range)
    }

    /// `/…/` or `/…/i`; a slash inside is `\/`.
    package mutating func takeRegex() throws(Diagnostic) -> Expression {
        let start = position
        var bytes: [UInt8] = []
        var index = position + 1
        while true {
            guard let next = byte(at: index), next != 10 else {
                throw Diagnostic(
                    "this regex is not closed", at: SourceRange(start, start + 1),
                    hint: "a regex ends on its line: write / after it")
            }
            index += 1
            if next == 47 { break }
            if next == 92, let escaped = byte(at: index), escaped != 10 {
                if escaped != 47 { bytes.append(92) }
                bytes.append(escaped)
                index += 1
            } else {
                bytes.append(next)
            }
        }
        var ignoresCase = false
        if byte(at: index) == 105, byte(at: index + 1).map(Parser.continuesWord) != true {
            ignoresCase = true
            index += 1
        }
        let range = take(index - start, .regex)
        return .regex(SystemText.string(bytes), ignoresCase: ignoresCase, range)
    }

    /// Reads a bare word up to a space, `,`, `)`, `;` or `|`, and up to `..` where a range may stand.
    package mutating func takeWord(
        _ what: String, endsAtDots: Bool = false
    ) throws(Diagnostic) -> (String, SourceRange) {
        skipSpace()
        var end = position
        scan: while let next = byte(at: end) {
            switch next {
            case 32, 9, 10, 13, 44, 41, 59, 124: break scan
            case 46 where endsAtDots && byte(at: end + 1) == 46: break scan
            case 40:
                throw Diagnostic(
                    "a '(' inside a word", at: SourceRange(end, end + 1), hint: "quote the text")
            case 35 where end == position:
                throw Diagnostic(
                    "a value cannot start with '#'", at: SourceRange(end, end + 1), hint: "quote it")
            case 34, 39:
                throw Diagnostic(
                    "a quote inside a word", at: SourceRange(end, end + 1), hint: "quote the whole text")
            default: end += 1
            }
        }
        guard end > position else {
            throw Diagnostic("expected \(what), found \(found())", at: here())
        }
        let text = source[SourceRange(position, end)]
        return (text, take(end - position, .value))
    }

    /// A number with an optional unit: `10`, `1.5`, `30s`, `1h30m`, `10MB`.
    package mutating func takeNumber() -> Expression {
        var end = position
        while let next = byte(at: end),
            Parser.continuesWord(next)
                || (next == 46 && byte(at: end + 1).map { $0 &- 48 < 10 } == true)
        {
            end += 1
        }
        let text = source[SourceRange(position, end)]
        return .number(text, take(end - position, .number))
    }

    // MARK: Recovery

    /// Skips to the next `|` on this level or to the end of the statement, after an error.
    package mutating func recover() {
        var level = 0
        depth = 0
        // The skipped text is a piece too, which ends the piece before it.
        let start = position
        defer {
            if position > start { append(Token(role: .skipped, range: SourceRange(start, position))) }
        }
        while let next = byte() {
            switch next {
            case 34, 39, 96:
                position += 1
                while let inner = byte(), inner != next, inner != 10 { position += inner == 92 ? 2 : 1 }
                if byte() == next { position += 1 }
            case 40:
                level += 1
                position += 1
            case 41:
                level = max(0, level - 1)
                position += 1
            case 124 where level == 0 && byte(1) != 61: return
            case 10, 59:
                if next == 10, level > 0 || nextLineStartsWithPipe() {
                    position += 1
                    continue
                }
                return
            default: position += 1
            }
        }
        position = min(position, source.bytes.count)
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case 48...57: self - 48
        case 65...70: self - 55
        case 97...102: self - 87
        default: nil
        }
    }
}
