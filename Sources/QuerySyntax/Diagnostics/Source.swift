import SystemText

/// Range of query text, in byte offsets.
package struct SourceRange: Hashable, Sendable {
    package var lower: Int
    package var upper: Int

    package init(_ lower: Int, _ upper: Int) {
        self.lower = lower
        self.upper = upper
    }

    /// From the start of this range to the end of `other`.
    package func through(_ other: SourceRange) -> SourceRange { SourceRange(lower, other.upper) }
}

/// Name with its range.
package struct Name: Hashable, Sendable {
    package let text: String
    package let range: SourceRange

    package init(_ text: String, _ range: SourceRange) {
        self.text = text
        self.range = range
    }
}

/// Text of queries: a script, or the argument of `-e`.
package struct Source: Sendable {
    /// Name in messages: a path, or `query`.
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    package init(name: String, text: String) {
        self.name = name
        self.bytes = SystemText.bytes(text)
    }

    package subscript(range: SourceRange) -> String {
        SystemText.string(bytes[max(0, range.lower)..<min(bytes.count, range.upper)])
    }
}
