import MailLog

/// Pattern for a whole value: `*` matches any run of characters, `?` matches one.
///
/// A character is a UTF-8 sequence or one invalid byte. There is no escape: a quoted value is never a glob.
package struct Glob: Sendable {
    package let source: [UInt8]
    package let ignoresCase: Bool
    /// Longest literal part, which every matching value contains (in any case, if case is ignored); nil if there is
    /// none.
    package let longestLiteral: [UInt8]?
    /// Literal part after the last wildcard. Tested first: most globs end in a domain, and most values in another.
    private let ending: [UInt8]
    /// Search for globs of the form `*literal*`.
    private let search: LiteralSearch?

    package init(_ source: [UInt8], ignoresCase: Bool = false) {
        let source = ignoresCase ? source.map(\.asciiLowercased) : source
        let pieces = source.split(omittingEmptySubsequences: false) { $0 == Self.anyRun || $0 == Self.anyOne }
        self.source = source
        self.ignoresCase = ignoresCase
        longestLiteral = pieces.max { $0.count < $1.count }.flatMap { $0.isEmpty ? nil : Array($0) }
        ending = pieces.last.map(Array.init) ?? []
        let isSearch = source.first == Self.anyRun && source.last == Self.anyRun && pieces.count == 3
        search = isSearch ? LiteralSearch(Array(pieces[1]), foldCase: ignoresCase) : nil
    }

    package func matches(_ value: Bytes) -> Bool {
        if let search { return search.first(in: value) != nil }
        guard ending.count <= value.count else { return false }
        let tail = value.count - ending.count
        for (offset, byte) in ending.enumerated() where !isSame(value[tail + offset], byte) { return false }
        return source.withUnsafeBufferPointer { matches(value, $0) }
    }

    /// Only the last `*` is retried with a longer run: for an earlier `*`, a longer run cannot help. So the time is
    /// bounded by the product of the two lengths.
    private func matches(_ value: Bytes, _ glob: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        var position = 0
        var retry: (index: Int, position: Int)?
        while position < value.count {
            if index < glob.count, glob[index] == Self.anyRun {
                index += 1
                retry = (index, position)
                continue
            }
            if index < glob.count, glob[index] == Self.anyOne {
                index += 1
                position += CodePoint(in: value, at: position).length
                continue
            }
            if index < glob.count, isSame(value[position], glob[index]) {
                index += 1
                position += 1
                continue
            }
            guard let last = retry else { return false }
            index = last.index
            position = last.position + CodePoint(in: value, at: last.position).length
            retry = (index, position)
        }
        while index < glob.count, glob[index] == Self.anyRun { index += 1 }
        return index == glob.count
    }

    private func isSame(_ byte: UInt8, _ wanted: UInt8) -> Bool {
        byte == wanted || ignoresCase && byte.asciiLowercased == wanted
    }

    private static let anyRun = UInt8(ascii: "*")
    private static let anyOne = UInt8(ascii: "?")
}
