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
