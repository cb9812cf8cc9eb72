import MailLog
import QuerySyntax

/// `dsn(text)` and `kv(name)`: extract values from a text.
enum ReplyFunctions {
    static let dsn = Function.form(
        "dsn", [ArgumentRule("text", .text)],
        summary: "the enhanced status code in a reply or a line, such as 4.2.0",
        examples: ["filter status=deferred | count by dsn(detail) as code"]
    ) { (call, _) throws(Diagnostic) in
        var code = call.text(.text(.plain)) { text, _ in
            let leading = Reply.dsn(in: .text(text))
            return leading.isMissing ? firstCode(in: text) : leading
        }
        // A status code contains no personal data, whatever the type of its source.
        code.type = .text(.plain)
        return code
    }

    /// Returns the first code inside a text that follows an SMTP code, `dsn=` or `#`. Three numbers elsewhere may be a
    /// version.
    private static func firstCode(in text: Bytes) -> Value {
        var position = 1
        while let dot = text.firstIndex(of: UInt8(ascii: "."), from: position) {
            position = dot + 1
            let start = dot - 1
            guard [0x32, 0x34, 0x35].contains(text[start]), isAnnounced(text.prefix(start)) else { continue }
            if let end = endOfCode(text, from: dot) { return .text(text[start..<end]) }
        }
        return .missing
    }

    /// Returns the index after `.7.1` at `dot`; nil if the text differs, or if a letter or a further number follows.
    private static func endOfCode(_ text: Bytes, from dot: Int) -> Int? {
        var end = dot
        for _ in 0..<2 {
            guard end < text.count, text[end] == UInt8(ascii: ".") else { return nil }
            let digits = end + 1
            end = digits
            while end < text.count, end - digits < 3, text[end].isDigit { end += 1 }
            guard end > digits else { return nil }
        }
        if end < text.count, text[end].isLetter || text[end].isDigit { return nil }
        if end + 1 < text.count, text[end] == UInt8(ascii: "."), text[end + 1].isDigit { return nil }
        return end
    }

    private static func isAnnounced(_ before: Bytes) -> Bool {
        if before.hasSuffix("#") || before.hasSuffix("dsn=") { return true }
        guard before.count >= 4, before.hasSuffix(" ") || before.hasSuffix("-") else { return false }
        let code = before.dropLast(1).dropFirst(before.count - 4)
        return code[0] &- 50 < 4 && code[1].isDigit && code[2].isDigit
            && (before.count == 4 || !before[before.count - 5].isDigit)
    }

    static let kv = Function.form(
        "kv", [ArgumentRule("name", .word), ArgumentRule("text", .text, optional: true)],
        summary: "the value after NAME= in the text of the row",
        details: """
            For keys that are not fields of mlq. A value ends before a comma, semicolon or blank; a value in <> or \
            quotes ends at the closing character. Keys inside <> are ignored. The second argument names \
            another text: kv("score", detail).
            """,
        examples: [#"filter process=smtp | extend d = kv("delay") | top 3 d"#]
    ) { (call, resolution) throws(Diagnostic) in
        let key = Array(call.text(0).utf8)
        guard !key.isEmpty, !key.contains(UInt8(ascii: "=")) else {
            throw Diagnostic("'kv' needs the name of a key", at: call[0].range)
        }
        let text: Typed
        if call.arguments.count > 1 {
            text = call[1]
        } else {
            guard let column = resolution.schema.column("text") else {
                throw Diagnostic(
                    "'kv' needs the text of a line, but \(resolution.schema.rowName) has none",
                    at: call.range, hint: "name a text: kv(\"\(call.text(0))\", field)")
            }
            text = Typed(column: column, range: call.range)
        }
        return Typed(.text(.plain), of: [text], range: call.range) { operands in
            { row in
                let value = operands[0](row)
                guard value.kind == .text else { return .missing }
                return key.withBytes { find($0, in: value.bytes) }
            }
        }
    }

    /// Finds the value of a key, from one `=` to the next. Skips text in brackets and quotes: it may come from a
    /// client, such as an address or a HELO name, and must not be read as a key.
    private static func find(_ key: Bytes, in text: Bytes) -> Value {
        var position = 0
        while let equals = text.firstIndex(of: UInt8(ascii: "="), from: position) {
            let bracketed = bracketed(text, at: equals + 1)
            let start = equals - key.count
            if start >= position, text[start..<equals] == key, start == 0 || opens(text[start - 1]) {
                return .text(bracketed.map { text[$0] } ?? bare(text.dropFirst(equals + 1)))
            }
            position = (bracketed?.upperBound ?? equals) + 1
        }
        return .missing
    }

    /// Whether a key may begin after this byte.
    private static func opens(_ byte: UInt8) -> Bool { " \t,;:([{|&?".utf8.contains(byte) }

    /// Returns the range between `<` and `>` or between quotes; nil if there is none at `start`. A quoted local part
    /// may contain a `>`.
    private static func bracketed(_ text: Bytes, at start: Int) -> Range<Int>? {
        guard start < text.count else { return nil }
        switch text[start] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return text.firstIndex(of: text[start], from: start + 1).map { start + 1..<$0 }
        case UInt8(ascii: "<"):
            let from = endOfQuotes(text, start + 1) ?? start + 1
            return text.firstIndex(of: UInt8(ascii: ">"), from: from).map { start + 1..<$0 }
        default: return nil
        }
    }

    /// Returns the index after the quoted string that begins at `start`; nil if there is none.
    private static func endOfQuotes(_ text: Bytes, _ start: Int) -> Int? {
        guard start < text.count, text[start] == UInt8(ascii: "\"") else { return nil }
        var index = start + 1
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""): return index + 1
            default: index += 1
            }
        }
        return nil
    }

    private static func bare(_ rest: Bytes) -> Bytes {
        var end = 0
        while end < rest.count, rest[end] != 0x20, rest[end] != 0x2C, rest[end] != 0x3B { end += 1 }
        let value = rest.prefix(end)
        // The last value in parentheses: `(queue active, tries=3)`.
        let closes = value.hasSuffix(")") && value.firstIndex(of: UInt8(ascii: "(")) == nil
        return closes ? value.dropLast(1) : value
    }
}
