import MailLog
import SystemText

/// Search for a literal in short texts.
struct TextSearch: Sendable {
    private let needle: [UInt8]
    private let ignoresCase: Bool

    init(_ text: String, ignoresCase: Bool) {
        self.ignoresCase = ignoresCase
        needle = ignoresCase ? SystemText.bytes(text).map(\.asciiLowercased) : SystemText.bytes(text)
    }

    func isContained(in text: Bytes) -> Bool {
        guard text.count >= needle.count else { return false }
        if !ignoresCase { return needle.withBytes { text.range(of: $0) != nil } }
        return (0...(text.count - needle.count)).contains { hasNeedle(text, at: $0) }
    }

    func isPrefix(of text: Bytes) -> Bool { text.count >= needle.count && hasNeedle(text, at: 0) }

    func isSuffix(of text: Bytes) -> Bool {
        text.count >= needle.count && hasNeedle(text, at: text.count - needle.count)
    }

    private func hasNeedle(_ text: Bytes, at start: Int) -> Bool {
        for index in 0..<needle.count {
            let byte = text[start + index]
            guard (ignoresCase ? byte.asciiLowercased : byte) == needle[index] else { return false }
        }
        return true
    }
}
