import MailLog
import QuerySyntax

/// Redacts a query. A value compared with a field gets the pseudonym of that field. In search texts, regexes and values
/// of other names, only known words are kept.
struct RedactedQuery {
    private let redaction: Redaction
    private let source: Source
    private let tokens: [Token]
    private let names: Set<String>

    /// Returns nil if the text is no query.
    init?(_ text: String, _ redaction: Redaction, names: Set<String>) {
        self.redaction = redaction
        source = Source(name: "query", text: text)
        guard let tokens = redaction.tokens(source, names) else { return nil }
        self.tokens = tokens
        self.names = Set(
            tokens.filter { [.field, .name, .parameter].contains($0.role) }.map { [source] in source[$0.range]
            })
        guard !tokens.isEmpty, !tokens.contains(where: { $0.role == .skipped }) else { return nil }
    }

    var text: String {
        var output: [UInt8] = []
        var position = 0
        var side = Side()
        for token in tokens {
            let (lower, upper) = (token.range.lower, token.range.upper)
            guard lower >= position, upper <= source.bytes.count else { continue }
            output += source.bytes[position..<lower]
            position = upper
            output += shown(Array(source.bytes[lower..<upper])[...], token.role, side)
            side.go(past: token, source)
        }
        output += source.bytes[position...]
        return String(decoding: output, as: UTF8.self)
    }

    /// The left side of a comparison.
    private struct Side {
        var field: String?
        /// Whether all operators since the field compare whole values.
        var isWhole = true

        mutating func go(past token: Token, _ source: Source) {
            switch token.role {
            case .open, .comma, .value, .string: break
            case .operator:
                if !["=", "==", "!=", "isnt", "in", "not"].contains(source[token.range].lowercased()) {
                    isWhole = false
                }
            default: self = Side(field: token.role == .field ? source[token.range] : nil)
            }
        }
    }

    private func shown(_ text: ArraySlice<UInt8>, _ role: Token.Role, _ side: Side) -> [UInt8] {
        switch role {
        case .comment: RedactedText(text, redaction, isQuery: true).bytes
        case .regex: words(text)
        case .string where text.count >= 2:
            // An `i` after the closing quote ignores case.
            [text[text.startIndex]] + value(text.dropFirst(), side)
        case .value, .string: value(text, side)
        default: Array(text)
        }
    }

    /// Redacts a value by the type of its field, if the operator compares whole values.
    private func value(_ text: ArraySlice<UInt8>, _ side: Side) -> [UInt8] {
        guard let type = side.field.flatMap(Field.named)?.type else { return words(text) }
        switch type {
        case .text(.prose) where !side.isWhole, .text(.line) where !side.isWhole, .text(.content):
            return words(text)
        case .text(.prose), .text(.line), .text(.plain):
            return RedactedText(text, redaction, isQuery: true).bytes
        case .text:
            guard let quote = text.lastIndex(of: UInt8(ascii: "\"")) ?? text.lastIndex(of: UInt8(ascii: "'"))
            else { return name(text, type) }
            return name(text[..<quote], type) + text[quote...]
        default: return Array(text)
        }
    }

    private func name(_ text: ArraySlice<UInt8>, _ type: ValueType) -> [UInt8] {
        Arena.temporary { arena in
            Array(redaction.value(arena.text(text), type, arena).bytes.string.utf8)
        }
    }

    // MARK: Words

    private func words(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var position = text.startIndex
        while position < text.endIndex {
            let end = text[position...].firstIndex { !RedactedText.isHost($0) && $0 != 0x40 } ?? text.endIndex
            let run = text[position..<end]
            if text[position] == UInt8(ascii: "\\"), position + 1 < text.endIndex {
                // An escape such as `\d`.
                output += text[position...position + 1]
                position += 2
            } else if let gap = gap(text[position...]) {
                output += text[position..<gap]
                position = gap
            } else if run.isEmpty {
                output.append(text[position])
                position += 1
            } else {
                output += shown(run)
                position = end
            }
        }
        return output
    }

    /// Returns the end of `<name>`, `(?<name>` or `{name}` at the start of a text, for a name that the query uses.
    private func gap(_ text: ArraySlice<UInt8>) -> Int? {
        guard let first = text.first, first == UInt8(ascii: "<") || first == UInt8(ascii: "{"),
            let end = text.firstIndex(of: first + 2)
        else { return nil }
        let inside = text[(text.startIndex + 1)..<end]
        let name = String(decoding: inside, as: UTF8.self)
        return names.contains(name) || RedactedText.placeholders.contains(Array(inside)) ? end + 1 : nil
    }

    private func shown(_ run: ArraySlice<UInt8>) -> [UInt8] {
        if run.contains(UInt8(ascii: "@")) { return redaction.login(run) }
        if RedactedText.embedsAddress(run) { return redaction.host(run) }
        if run.contains(where: \.isDigit), QueueID.matches(String(decoding: run, as: UTF8.self)) {
            return Array(run)
        }
        var output: [UInt8] = []
        var position = run.startIndex
        while position < run.endIndex {
            let end =
                run[position...].firstIndex { !($0.isLetter || $0.isDigit || $0 >= 0x80) } ?? run.endIndex
            let word = run[position..<end]
            if word.isEmpty {
                output.append(run[position])
                position += 1
                continue
            }
            output += KnownWords.contain(word) ? Array(word) : redaction.name(word)
            position = end
        }
        return output
    }
}
