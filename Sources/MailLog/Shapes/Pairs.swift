import Glibc

/// Reader of `key=value` pairs, from left to right in the order in which Postfix writes them. The fixed order keeps
/// a pair-like text inside an address or a reply from being read as a pair.
struct Pairs {
    let text: Bytes
    var position: Int

    init(_ text: Bytes, from position: Int = 0) {
        self.text = text
        self.position = position
    }

    var isAtEnd: Bool { position >= text.count }
    var rest: Bytes { text.dropFirst(min(position, text.count)) }

    /// Skips the literal if it is next; returns whether it was.
    @inline(__always)
    mutating func skip(_ literal: StaticString) -> Bool {
        guard text.stands(literal, at: position) else { return false }
        position &+= literal.utf8CodeUnitCount
        return true
    }

    /// Takes the value of the key if the key is next. Returns false only if the value has no end.
    @inline(__always)
    mutating func take(_ key: StaticString, _ value: inout Bytes) -> Bool {
        guard skip(key) else { return true }
        guard let text = upToComma() else { return false }
        value = text
        return true
    }

    /// Skips and returns the first of the literals that is next; nil if none of them is.
    mutating func oneOf(_ literals: StaticString...) -> Bytes? {
        for literal in literals where skip(literal) { return Bytes(literal) }
        return nil
    }

    /// Takes the text before the next comma and blank, and skips these two; nil if there are none.
    @inline(__always)
    mutating func upToComma() -> Bytes? {
        var index = position
        while let comma = text.nearIndex(of: UInt8(ascii: ","), from: index) {
            index = comma &+ 1
            guard index < text.count, text[index] == 0x20 else { continue }
            defer { position = comma &+ 2 }
            return text[position..<comma]
        }
        return nil
    }

    /// Takes the text before the first of the literals, but not the literal; the rest if no literal occurs.
    /// Literals inside a quoted local part at the start do not count.
    mutating func upTo(_ literals: StaticString...) -> Bytes {
        var end = text.count
        let start = text.endOfQuotes(from: position)
        for literal in literals {
            if let range = text.range(of: literal, from: start) { end = min(end, range.lowerBound) }
        }
        defer { position = end }
        return text[min(position, end)..<end]
    }

    /// Takes the next `key=value` and skips the separator after it; nil if the text is not a pair. A quoted local
    /// part may contain the separator.
    mutating func next(before separator: StaticString) -> (key: Bytes, value: Bytes)? {
        let start = position
        var pair = upTo(separator)
        defer { _ = skip(separator) }
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        position = start + equals + (text.stands("<", at: start + equals + 1) ? 2 : 1)
        _ = upTo(separator)
        pair = text[start..<position]
        return (pair.prefix(equals), pair.dropFirst(equals + 1))
    }

    /// Takes the address before the first `>` whose next index satisfies `follows`. A quoted local part may contain
    /// any text.
    @inline(__always)
    mutating func address(before follows: (Bytes, Int) -> Bool) -> Bytes? {
        var index = text.endOfQuotes(from: position)
        while let close = text.firstIndex(of: UInt8(ascii: ">"), from: index) {
            if follows(text, close + 1) {
                defer { position = close + 1 }
                return text[position..<close]
            }
            index = close + 1
        }
        return nil
    }

    /// Takes an address with or without brackets that ends where `follows` is satisfied.
    @inline(__always)
    mutating func anyAddress(before follows: (Bytes, Int) -> Bool) -> Bytes? {
        if skip("<") { return address(before: follows) }
        var index = position
        while let comma = text.firstIndex(of: UInt8(ascii: ","), from: index) {
            if follows(text, comma) {
                defer { position = comma }
                return text[position..<comma]
            }
            index = comma + 1
        }
        return nil
    }
}

extension Bytes {
    /// Whether the text contains the literal at that index.
    @inline(__always)
    func stands(_ literal: StaticString, at index: Int) -> Bool {
        index &+ literal.utf8CodeUnitCount <= count
            && memcmp(base + index, literal.utf8Start, literal.utf8CodeUnitCount) == 0
    }

    /// Returns the index after the quoted string that starts at `start`; `start` if there is no quoted string.
    @inline(__always)
    func endOfQuotes(from start: Int) -> Int {
        guard start < count, base[start] == UInt8(ascii: "\"") else { return start }
        var index = start + 1
        while index < count {
            switch base[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""): return index + 1
            default: index += 1
            }
        }
        return start
    }

    /// The text without one pair of angle brackets around it.
    var withoutBrackets: Bytes {
        count >= 2 && base[0] == UInt8(ascii: "<") && base[count - 1] == UInt8(ascii: ">")
            ? self[1..<count - 1] : self
    }
}
