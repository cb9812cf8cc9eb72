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
        return needle.withUnsafeBufferPointer { needle in
            guard let base = needle.baseAddress else { return true }
            if !ignoresCase { return text.range(of: Bytes(base, count: needle.count)) != nil }
            for start in 0...(text.count - needle.count) where hasNeedle(text, at: start) { return true }
            return false
        }
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
