#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads `key=value` pairs from left to right in the order in which Postfix writes them, so that what looks like
/// a pair inside an address or a reply is not one.
struct Pairs {
    let text: Bytes
    var position: Int

    init(_ text: Bytes, from position: Int = 0) {
        self.text = text
        self.position = position
    }

    var isAtEnd: Bool { position >= text.count }
    var rest: Bytes { text.dropFirst(min(position, text.count)) }

    /// Steps over the literal if it is what comes next.
    @inline(__always)
    mutating func skip(_ literal: StaticString) -> Bool {
        guard text.stands(literal, at: position) else { return false }
        position &+= literal.utf8CodeUnitCount
        return true
    }

    /// Takes the value of the key if that is what comes next; false where it has no end.
    @inline(__always)
    mutating func take(_ key: StaticString, _ value: inout Bytes) -> Bool {
        guard skip(key) else { return true }
        guard let text = upToComma() else { return false }
        value = text
        return true
    }

    /// Steps over the first of the literals that comes next, and gives it.
    mutating func oneOf(_ literals: StaticString...) -> Bytes? {
        for literal in literals where skip(literal) { return Bytes(literal) }
        return nil
    }

    /// The text up to the next comma and blank, which are stepped over.
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

    /// The text up to the first of the literals, which is not stepped over; all that is left when there is
    /// none. A quoted local part at its start may hold them.
    mutating func upTo(_ literals: StaticString...) -> Bytes {
        var end = text.count
        let start = text.endOfQuotes(from: position)
        for literal in literals {
            if let range = text.range(of: literal, from: start) { end = min(end, range.lowerBound) }
        }
        defer { position = end }
        return text[min(position, end)..<end]
    }

    /// The next `key=value` before the separator, which is stepped over; nil for what is no such pair. A quoted
    /// local part may hold the separator.
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

    /// The address before a `>` that one of `followers` comes after. A quoted local part may hold anything.
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

    /// An address with or without brackets, before something that `follows` knows.
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
    /// Whether the literal stands at that place.
    @inline(__always)
    func stands(_ literal: StaticString, at index: Int) -> Bool {
        index &+ literal.utf8CodeUnitCount <= count
            && memcmp(base + index, literal.utf8Start, literal.utf8CodeUnitCount) == 0
    }

    /// The place after the quoted string that starts there, or `start` itself when none does.
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
