/// Range of IP addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct Network: Equatable, Sendable {
    /// First address; the bits after the prefix are 0.
    private let first: IPAddress
    /// Prefix length, counted in 128 bits for IPv4 too.
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
        // Depends on the notation, not on `address.bits`: the prefix of ::ffff:192.0.2.0/120 counts 128 bits.
        let width = written.firstIndex(of: UInt8(ascii: ":")) == nil ? 32 : 128
        guard let address = IPAddress(written), let bits = text.dropFirst(slash + 1).decimal, bits <= width
        else { return nil }
        return Network(around: address, prefix: bits + 128 - width)
    }

    /// Whether the text is an address in this network. False for any other text.
    package func contains(_ text: Bytes) -> Bool {
        guard let address = IPAddress(text), address.isIPv4 == first.isIPv4 else { return false }
        return address.masked(prefix) == first
    }

    /// Appends the network of an address: `192.0.2.0/24`, `2001:db8::/64`. `bits` is limited to the address length.
    /// Returns false and appends nothing if the text is not an address.
    @discardableResult
    package static func append(netOf text: Bytes, bits: Int, to output: inout [UInt8]) -> Bool {
        guard let address = IPAddress(text) else { return false }
        let bits = min(max(bits, 0), address.bits)
        address.masked(bits + 128 - address.bits).append(to: &output)
        output.append(UInt8(ascii: "/"))
        output.append(contentsOf: String(bits).utf8)
        return true
    }

    /// Returns the network of a client: /24 for IPv4, /64 for IPv6. A network of this size usually belongs to one site.
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
