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
}

/// Slots of the client fields.
struct ClientSlots {
    let client = Field("client").slot
    let name = Field("client_name").slot
    let ip = Field("client_ip").slot
    let port = Field("client_port").slot

    var all: [Int] { [client, name, ip, port] }

    func wanted(by cells: Cells) -> Bool {
        cells.wants(client) || cells.wants(name) || cells.wants(ip) || cells.wants(port)
    }

    func fill(_ text: Bytes, into cells: Cells) {
        guard wanted(by: cells) else { return }
        cells.set(client, text)
        guard let peer = Peer(text) else { return }
        if !peer.name.isEmpty { cells.set(name, peer.name) }
        if peer.address != "unknown" { cells.set(ip, peer.address) }
        if let number = peer.port { cells.setInteger(port, number) }
    }
}

/// Slots of the relay fields, without `relay` itself.
struct RelaySlots {
    let name = Field("relay_name").slot
    let ip = Field("relay_ip").slot
    let port = Field("relay_port").slot
    let path = Field("relay_path").slot

    var all: [Int] { [name, ip, port, path] }

    /// Fills the cells from a relay. A delivery agent (`local`, `virtual`, a pipe service) has only a name; `none`
    /// fills no cell.
    func fill(_ text: Bytes, into cells: Cells) {
        guard cells.wants(name) || cells.wants(ip) || cells.wants(port) || cells.wants(path) else { return }
        guard let peer = Peer(text) else {
            if text != "none" { cells.set(name, text) }
            return
        }
        if !peer.name.isEmpty { cells.set(name, peer.name) }
        cells.set(peer.isSocket ? path : ip, peer.address)
        if let number = peer.port { cells.setInteger(port, number) }
    }
}
