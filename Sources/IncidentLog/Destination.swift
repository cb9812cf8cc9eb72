/// Destination domain: its mail servers and their behaviour.
struct Destination {
    enum Reply { case postfix, exim, sendmail, exchange, provider }

    enum Reach: Equatable {
        case answers
        case timesOut
        case refuses
        case noRoute
    }

    var domain: String
    /// Mail servers such as `mx1.example.net[192.0.2.1]:25`, in order of preference.
    var relays: [String]
    var reply: Reply
    var reach: Reach
    /// Protocol and cipher that an smtp process logs; nil if the servers do not offer TLS.
    var tls: String?
    /// Connection time in milliseconds.
    var latency: Int

    /// IP address of the first relay.
    var address: String {
        String(relays[0].drop { $0 != "[" }.dropFirst().prefix { $0 != "]" })
    }

    /// Returns a relay without its port, the form that reply texts use.
    static func withoutPort(_ relay: String) -> String { String(relay.dropLast(3)) }

    /// Returns the reason of a failed connection.
    func failure(at relay: String) -> String {
        switch reach {
        case .answers, .timesOut: "connect to \(relay): Connection timed out"
        case .refuses: "connect to \(relay): Connection refused"
        case .noRoute: "connect to \(relay): No route to host"
        }
    }

    static func number(_ index: Int, domain: String, reach: Reach) -> Destination {
        let bits = SplitMix64.mix(UInt64(truncatingIfNeeded: index &+ 4001))
        let net = ["192.0.2", "198.51.100", "203.0.113"][Int(bits % 3)]
        let last = 1 + (index * 5 + Int(bits >> 8 & 3)) % 250
        var relays = ["\(["mx", "mail", "mx1", "smtp"][Int(bits >> 12 & 3)]).\(domain)[\(net).\(last)]:25"]
        if bits >> 20 & 3 == 0 { relays.append("mx2.\(domain)[\(net).\(last + 1)]:25") }
        let replies: [Reply] = [.postfix, .postfix, .postfix, .exim, .sendmail, .exchange, .provider]
        let ciphers = [
            "TLSv1 with cipher DHE-RSA-AES256-SHA (256/256 bits)",
            "TLSv1 with cipher AES128-SHA (128/128 bits)",
            "TLSv1 with cipher RC4-SHA (128/128 bits)",
        ]
        return Destination(
            domain: domain, relays: relays,
            reply: replies[Int(bits >> 24 % 64) % replies.count], reach: reach,
            tls: bits >> 32 & 3 == 0 ? ciphers[Int(bits >> 36) % 3] : nil,
            latency: 40 + Int(bits >> 40) % 900)
    }
}
