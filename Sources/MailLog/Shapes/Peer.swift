/// Remote end of a connection in Postfix notation:
///
///     name[address]   name[address]:port   [address]:port   name[private/socket]
struct Peer {
    var name: Bytes
    /// Text in brackets: an IP address without `IPv6:`, or the path of a socket.
    var address: Bytes
    var port: Bytes?

    init?(_ text: Bytes) {
        guard let open = text.lastIndex(of: UInt8(ascii: "[")) else { return nil }
        guard let close = text.firstIndex(of: UInt8(ascii: "]"), from: open) else { return nil }
        name = text.prefix(open)
        address = text[open + 1..<close]
        if address.hasPrefix("IPv6:") { address = address.dropFirst(5) }
        let rest = text.dropFirst(close + 1)
        if rest.count > 1, rest[0] == UInt8(ascii: ":") {
            port = rest.dropFirst(1)
        } else if !rest.isEmpty {
            return nil
        }
    }

    var isSocket: Bool { address.firstIndex(of: UInt8(ascii: "/")) != nil }

    static let clientFields: [Field] = [.client, .clientName, .clientIP, .clientPort]
    /// Without `relay` itself.
    static let relayFields: [Field] = [.relayName, .relayIP, .relayPort, .relayPath]
}

extension Cells {
    /// Sets the client and its parts.
    func setClient(_ text: Bytes) {
        guard wants(.client) || wants(.clientName) || wants(.clientIP) || wants(.clientPort) else { return }
        set(.client, text)
        guard let peer = Peer(text) else { return }
        if !peer.name.isEmpty { set(.clientName, peer.name) }
        if peer.address != "unknown" { set(.clientIP, peer.address) }
        if let port = peer.port { setInteger(.clientPort, port) }
    }

    /// Sets the parts of a relay. A delivery agent (`local`, `virtual`, a pipe service) has only a name; `none` has no
    /// part.
    func setRelay(_ text: Bytes) {
        guard wants(.relayName) || wants(.relayIP) || wants(.relayPort) || wants(.relayPath) else { return }
        guard let peer = Peer(text) else {
            if text != "none" { set(.relayName, text) }
            return
        }
        if !peer.name.isEmpty { set(.relayName, peer.name) }
        set(peer.isSocket ? .relayPath : .relayIP, peer.address)
        if let port = peer.port { setInteger(.relayPort, port) }
    }
}
