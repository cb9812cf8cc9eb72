/// Client host of the mail server.
struct Host {
    /// Host name; nil if the address has no name.
    var name: String?
    var address: String

    /// The host in Postfix notation: `name[address]`.
    var peer: String { "\(name ?? "unknown")[\(address)]" }

    /// Returns the host with this index; the same index always gives the same host.
    static func number(_ index: Int, named: Bool) -> Host {
        let bits = SplitMix64.mix(UInt64(truncatingIfNeeded: index &+ 77))
        let low = Int(bits >> 8 & 255)
        let mid = Int(bits >> 16 & 255)
        let net = 18 + Int(bits & 1)
        let address = "198.\(net).\(mid).\(low)"
        guard named else { return Host(name: nil, address: address) }
        let provider = Cast.providers[Int(bits >> 24) % Cast.providers.count]
        return Host(name: "\(provider.prefix)198-\(net)-\(mid)-\(low).\(provider.domain)", address: address)
    }
}
