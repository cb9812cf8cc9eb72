import MailLog
import Testing

@Suite struct NetworkTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true),
        ("10.0.0.0/8", "11.0.0.0", false),
        ("10.1.2.3/8", "10.9.9.9", true),
        ("192.0.2.17", "192.0.2.17", true),
        ("192.0.2.17", "192.0.2.18", false),
        ("192.0.2.128/25", "192.0.2.127", false),
        ("0.0.0.0/0", "203.0.113.5", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("::/0", "2001:db8::1", true),
        ("::/0", "203.0.113.5", false),
        ("2001:db8::/32", "2001:DB8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::", false),
        ("2001:db8::/65", "2001:db8:0:0:8000::", false),
        ("2001:db8:0:0:8000::/65", "2001:db8:0:0:ffff::", true),
        ("::1", "0:0:0:0:0:0:0:1", true),
        ("10.0.0.0/8", "[10.1.1.1]", true),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("10.0.0.0/8", "[IPv6:::ffff:a01:101]", true),
        ("::ffff:10.0.0.0/104", "10.1.1.1", true),
        ("2001:db8::/32", "[IPv6:2001:db8::1]", true),
        ("fe80::/10", "fe80::1%eth0", true),
        ("64:ff9b::/96", "64:ff9b::192.0.2.33", true),
    ])
    func contains(network: String, address: String, expected: Bool) throws {
        let network = try #require(Network(network))
        #expect(with(address) { network.contains($0) } == expected)
    }

    @Test(arguments: [
        "", "10", "10.0.0", "10.0.0.256", "10.0.0.1.2", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1",
        "010.0.0.1",
        "10.0.0.0/8/8", "::/129", ":::", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
        "12345::",
        "g::", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "unknown", "[", "[]", "10.0.0.1000",
    ])
    func refusesWhatIsNoNetwork(text: String) throws {
        #expect(Network(text) == nil)
        let everything = [try #require(Network("0.0.0.0/0")), try #require(Network("::/0"))]
        for network in everything where !text.contains("/") {
            #expect(!with(text) { network.contains($0) })
        }
    }

    @Test(arguments: [
        ("192.0.2.17", 24, "192.0.2.0/24"),
        ("192.0.2.17", 0, "0.0.0.0/0"),
        ("192.0.2.17", 64, "192.0.2.17/32"),
        ("2001:DB8:1:2:3:4:5:6", 64, "2001:db8:1:2::/64"),
        ("2001:db8:0:1:0:0:0:1", 128, "2001:db8:0:1::1/128"),
        ("1:0:0:2:0:0:0:3", 128, "1:0:0:2::3/128"),
        ("1:0:0:2:3:0:0:4", 128, "1::2:3:0:0:4/128"),
        ("1:0:2:3:4:5:6:7", 128, "1:0:2:3:4:5:6:7/128"),
        ("::", 0, "::/0"),
        ("::1", 128, "::1/128"),
        ("::ffff:192.0.2.17", 24, "192.0.2.0/24"),
        ("[IPv6:2001:db8::1]", 32, "2001:db8::/32"),
    ])
    func namesTheNetworkAround(address: String, bits: Int, expected: String) {
        #expect(with(address) { Network.net(of: $0, bits: bits) } == Array(expected.utf8))
    }

    @Test func namesNoNetworkAroundOtherText() {
        #expect(with("unknown") { Network.net(of: $0, bits: 24) } == nil)
    }

    @Test func writesAddressesThatItReadsBack() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let groups = (0..<8).map { _ in
                Bool.random(using: &random) ? 0 : UInt16.random(in: 1...UInt16.max, using: &random)
            }
            let full = groups.map { String($0, radix: 16) }.joined(separator: ":")
            let short = try #require(with(full) { Network.net(of: $0, bits: 128) })
            #expect(Network(short.prefix { $0 != UInt8(ascii: "/") }) == Network(full), "\(full)")
        }
    }
}
