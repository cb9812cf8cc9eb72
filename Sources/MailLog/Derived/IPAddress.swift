/// IP address of 128 bits. IPv4 addresses are stored as IPv4-mapped IPv6 addresses (`::ffff:a.b.c.d`), so that both
/// notations are equal.
package struct IPAddress: Equatable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Number of address bits: 32 for IPv4, 128 for IPv6.
    package var bits: Int { isIPv4 ? 32 : 128 }

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Parses an address; nil if the text is not one. Ignores brackets, the prefix `IPv6:` of Postfix and a zone index
    /// (`%eth0`).
    package init?(_ text: Bytes) {
        var text = text
        if text.count >= 2, text[0] == UInt8(ascii: "["), text[text.count - 1] == UInt8(ascii: "]") {
            text = text[1..<(text.count - 1)]
        }
        if text.count > 5, text.prefix(5).equalsIgnoringCase(Bytes("IPv6:")) { text = text.dropFirst(5) }
        if let zone = text.firstIndex(of: UInt8(ascii: "%")) { text = text.prefix(zone) }
        // The longest address has 45 bytes: six groups and an IPv4 address.
        guard text.count >= 2, text.count <= 45 else { return nil }
        if text.firstIndex(of: UInt8(ascii: ":")) == nil {
            guard let address = Self.ipv4(text) else { return nil }
            self.init(high: 0, low: 0xFFFF << 32 | UInt64(address))
        } else {
            guard let address = Self.ipv6(text) else { return nil }
            self = address
        }
    }

    /// Parses four decimal numbers. Rejects leading zeros, because some programs read them as octal.
    private static func ipv4(_ text: Bytes) -> UInt32? {
        var address: UInt32 = 0
        var parts = 0
        var index = 0
        while parts < 4 {
            let start = index
            var number: UInt32 = 0
            while index < text.count, index < start + 3, text[index].isDigit {
                number = number * 10 + UInt32(text[index] - 48)
                index += 1
            }
            guard index > start, number < 256, text[start] != 48 || index == start + 1 else { return nil }
            address = address << 8 | number
            parts += 1
            if parts < 4 {
                guard index < text.count, text[index] == UInt8(ascii: ".") else { return nil }
                index += 1
            }
        }
        return index == text.count ? address : nil
    }

    private static func ipv6(_ text: Bytes) -> IPAddress? {
        var groups = SIMD8<UInt16>.zero
        var count = 0
        /// Number of groups before `::`.
        var gap: Int?
        var index = 0
        if text.hasPrefix("::") {
            gap = 0
            index = 2
        }
        while index < text.count {
            guard count < 8 else { return nil }
            let start = index
            var number: UInt16 = 0
            while index < text.count, index < start + 4, let digit = hexDigit(text[index]) {
                number = number << 4 | digit
                index += 1
            }
            guard index > start else { return nil }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                guard count <= 6, let tail = ipv4(text.dropFirst(start)) else { return nil }
                groups[count] = UInt16(tail >> 16)
                groups[count + 1] = UInt16(truncatingIfNeeded: tail)
                count += 2
                index = text.count
                break
            }
            groups[count] = number
            count += 1
            if index == text.count { break }
            guard text[index] == UInt8(ascii: ":"), index + 1 < text.count else { return nil }
            index += 1
            if text[index] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = count
                index += 1
            }
        }
        guard gap == nil ? count == 8 : count < 8 else { return nil }
        let before = gap ?? 8
        var address = IPAddress(high: 0, low: 0)
        for group in 0..<8 {
            let source = group < before ? group : group - (8 - count)
            let value = source >= before || group < before ? groups[source] : 0
            address.high = address.high << 16 | address.low >> 48
            address.low = address.low << 16 | UInt64(value)
        }
        return address
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        if byte.isDigit { return UInt16(byte - 48) }
        let letter = byte | 0x20
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "f") ? UInt16(letter - 87) : nil
    }

    /// Returns the address with all bits after the prefix set to 0. (A shift by 64 gives 0 in Swift.)
    package func masked(_ prefix: Int) -> IPAddress {
        IPAddress(
            high: high & (~0 << UInt64(64 - min(prefix, 64))),
            low: low & (~0 << UInt64(128 - max(prefix, 64))))
    }

    private func group(_ index: Int) -> UInt64 {
        (index < 4 ? high >> UInt64(48 - 16 * index) : low >> UInt64(112 - 16 * index)) & 0xFFFF
    }

    /// Appends the address in RFC 5952 notation: lower case, the longest run of zero groups as `::`.
    package func append(to output: inout [UInt8]) {
        if isIPv4 {
            for shift in [24, 16, 8, 0] as [UInt64] {
                if shift < 24 { output.append(UInt8(ascii: ".")) }
                output.append(contentsOf: String(low >> shift & 0xFF).utf8)
            }
            return
        }
        var zeros = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || group(index) != 0 {
            if index - start > max(1, zeros.count) { zeros = start..<index }
            start = index + 1
        }
        var index = 0
        while index < 8 {
            if index == zeros.lowerBound, !zeros.isEmpty {
                output.append(contentsOf: "::".utf8)
                index = zeros.upperBound
                continue
            }
            if index > 0, index != zeros.upperBound || zeros.isEmpty { output.append(UInt8(ascii: ":")) }
            output.append(contentsOf: String(group(index), radix: 16).utf8)
            index += 1
        }
    }
}
