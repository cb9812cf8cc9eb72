/// A range of IP addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct Network: Equatable, Sendable {
    /// The first address; the bits after the prefix are 0.
    private let first: IPAddress
    /// Of the 128 bits.
    private let prefix: Int

    package init?(_ text: some Sequence<UInt8>) {
        let bytes = Array(text)
        guard let network = bytes.withUnsafeBufferPointer({ Self.parse($0) }) else { return nil }
        self = network
    }

    package init?(_ text: String) { self.init(text.utf8) }

    private init(around address: IPAddress, prefix: Int) {
        first = address.masked(prefix)
        self.prefix = prefix
    }

    private static func parse(_ buffer: UnsafeBufferPointer<UInt8>) -> Network? {
        guard let base = buffer.baseAddress else { return nil }
        let text = Bytes(base, count: buffer.count)
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")) else {
            return IPAddress(text).map { Network(around: $0, prefix: 128) }
        }
        let written = text.prefix(slash)
        // Not address.bits: ::ffff:192.0.2.0/120 counts all 128.
        let width = written.firstIndex(of: UInt8(ascii: ":")) == nil ? 32 : 128
        guard let address = IPAddress(written), let bits = text.dropFirst(slash + 1).decimal, bits <= width
        else { return nil }
        return Network(around: address, prefix: bits + 128 - width)
    }

    /// Whether the text is an address of this network. Text that is no address is in none.
    package func contains(_ text: Bytes) -> Bool {
        guard let address = IPAddress(text), address.isIPv4 == first.isIPv4 else { return false }
        return address.masked(prefix) == first
    }

    /// Appends the network around an address: `192.0.2.0/24`, `2001:db8::/64`. More bits than the address has
    /// name the address itself. False, and nothing is appended, if the text is no address.
    @discardableResult
    package static func append(netOf text: Bytes, bits: Int, to output: inout [UInt8]) -> Bool {
        guard let address = IPAddress(text) else { return false }
        let bits = min(max(bits, 0), address.bits)
        address.masked(bits + 128 - address.bits).append(to: &output)
        output.append(UInt8(ascii: "/"))
        output.append(contentsOf: String(bits).utf8)
        return true
    }

    /// The network of a client, as far as one is likely to be one site: /24, or /64 for IPv6.
    static func of(_ address: Value, _ arena: Arena) -> Value {
        let bytes = address.bytes
        var text: [UInt8] = []
        let bits = bytes.firstIndex(of: UInt8(ascii: ":")) == nil ? 24 : 64
        return append(netOf: bytes, bits: bits, to: &text) ? arena.text(text) : .missing
    }

    package static func net(of text: Bytes, bits: Int) -> [UInt8]? {
        var output: [UInt8] = []
        return append(netOf: text, bits: bits, to: &output) ? output : nil
    }
}

/// An address of 128 bits. IPv4 addresses are kept as IPv6 maps them, ::ffff:a.b.c.d, so that both ways of
/// writing one are the same.
private struct IPAddress: Equatable {
    var high: UInt64
    var low: UInt64

    var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Of the address as people write it.
    var bits: Int { isIPv4 ? 32 : 128 }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes brackets, Postfix's `IPv6:` and a zone (`%eth0`) in stride.
    init?(_ text: Bytes) {
        var text = text
        if text.count >= 2, text[0] == UInt8(ascii: "["), text[text.count - 1] == UInt8(ascii: "]") {
            text = text[1..<(text.count - 1)]
        }
        if text.count > 5, text.prefix(5).equalsIgnoringCase(Bytes("IPv6:")) { text = text.dropFirst(5) }
        if let zone = text.firstIndex(of: UInt8(ascii: "%")) { text = text.prefix(zone) }
        // The longest is 45 bytes: eight groups, the last two written as IPv4.
        guard text.count >= 2, text.count <= 45 else { return nil }
        if text.firstIndex(of: UInt8(ascii: ":")) == nil {
            guard let address = Self.ipv4(text) else { return nil }
            self.init(high: 0, low: 0xFFFF << 32 | UInt64(address))
        } else {
            guard let address = Self.ipv6(text) else { return nil }
            self = address
        }
    }

    /// Four decimal numbers without leading zeros, which some read as octal.
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
        /// How many groups stand before `::`.
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

    /// With all bits after the prefix set to 0. (A shift by 64 gives 0 in Swift.)
    func masked(_ prefix: Int) -> IPAddress {
        IPAddress(
            high: high & (~0 << UInt64(64 - min(prefix, 64))),
            low: low & (~0 << UInt64(128 - max(prefix, 64))))
    }

    private func group(_ index: Int) -> UInt64 {
        (index < 4 ? high >> UInt64(48 - 16 * index) : low >> UInt64(112 - 16 * index)) & 0xFFFF
    }

    /// As RFC 5952 wants it: lower case, the longest run of zero groups as `::`.
    func append(to output: inout [UInt8]) {
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
