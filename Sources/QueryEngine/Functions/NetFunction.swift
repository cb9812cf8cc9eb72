import MailLog
import QuerySyntax

/// `net(ip, bits)`: the network of an IP address.
enum NetFunction {
    static let form = Function.form(
        "net", [ArgumentRule("ip", .text), ArgumentRule("bits", .constantCount, optional: true)],
        summary: "the network of an IP address: net(client_ip, 16)",
        details: "Without bits, /24 for IPv4 and /64 for IPv6. Missing if the text is not an IP address.",
        examples: ["filter event=connect | count by net(client_ip, 16) as net"]
    ) { (call, _) throws(Diagnostic) in
        let bits = call.arguments.count > 1 ? call.count(1, or: 24) : nil
        guard bits.map({ (0...128).contains($0) }) ?? true else {
            throw Diagnostic("a network has 0 to 32 bits, or 0 to 128 for IPv6", at: call[1].range)
        }
        var network = call.text(.text(.plain)) { address, row in
            var text: [UInt8] = []
            let wanted = bits ?? (address.firstIndex(of: UInt8(ascii: ":")) == nil ? 24 : 64)
            guard Network.append(netOf: address, bits: wanted, to: &text) else { return .missing }
            return row.worker.arena.text(text)
        }
        // The network looks like an IP address, but is plain text.
        network.type = .text(.plain)
        return network
    }
}
