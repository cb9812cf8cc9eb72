/// Domain of an address or of a host name, in lower case.
package enum Domain {
    /// Returns the text after the last `@`; a quoted local part may contain other `@`. Missing for the null sender and
    /// for a user name without a domain.
    package static func ofAddress(_ address: Value, _ arena: Arena) -> Value {
        let bytes = address.bytes
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at + 1 < bytes.count else { return .missing }
        return lowercased(bytes.dropFirst(at + 1), arena)
    }

    /// Returns a host name without its first label if the rest contains a dot. Other names and IP addresses are only
    /// lower-cased.
    package static func ofHost(_ host: Value, _ arena: Arena) -> Value {
        let bytes = host.bytes
        guard !bytes.isEmpty else { return .missing }
        if bytes[0] != UInt8(ascii: "["), !isNumeric(bytes), let dot = bytes.firstIndex(of: UInt8(ascii: "."))
        {
            let rest = bytes.dropFirst(dot + 1)
            if rest.firstIndex(of: UInt8(ascii: ".")) != nil { return lowercased(rest, arena) }
        }
        return lowercased(bytes, arena)
    }

    private static func isNumeric(_ text: Bytes) -> Bool {
        for index in 0..<text.count where !text[index].isDigit && text[index] != UInt8(ascii: ".") {
            return false
        }
        return true
    }

    private static func lowercased(_ text: Bytes, _ arena: Arena) -> Value {
        for index in 0..<text.count where text[index] &- 65 < 26 {
            let copy = arena.text(text)
            let memory = UnsafeMutablePointer(mutating: copy.bytes.base)
            for index in index..<text.count { memory[index] = memory[index].asciiLowercased }
            return copy
        }
        return .text(text)
    }
}
