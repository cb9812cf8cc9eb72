/// TLS connection (`tls/tls_misc.c`). The line has no queue id: it belongs to the session, or to the next delivery
/// lines of the same process. Before Postfix 3.4 the line ends with the bits; before 2.5 it has no trust level:
///
///     [{Anonymous|Untrusted|Trusted|Verified} ]TLS connection {established|reused} {from|to} N[A][:PORT][ to SNI]:
///         PROTO with cipher C (N/M bits)[ key-exchange K (…) server-signature S …]
package struct TLSShape: LineShape {
    package static let events: [LineEvent] = [.tls]
    package let processes = ["smtpd", "smtp", "lmtp", "tlsproxy", "postscreen", "qmqpd"]
    package let marker: String? = "TLS connection "
    package let summary = "a TLS connection: trust level, protocol, cipher and peer"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: Anonymous TLS connection established from unknown[192.0.2.7]: TLSv1.2 with cipher AECDH-AES256-SHA (256/256 bits)",
        "Nov 23 16:39:34 mx1 postfix/smtp[9741]: Verified TLS connection reused to mx.a.example[2001:db8::7]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (4096 bits) server-digest SHA256",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: Untrusted TLS connection established from mx.a.example[192.0.2.7]:4711 to mx1.example.org: TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits) key-exchange ECDHE (prime256v1)",
        "Dec 26 09:00:00 mail postfix/smtpd[1050]: TLS connection established from unknown[192.0.2.7]: TLSv1 with cipher RC4-MD5 (128/128 bits)",
    ]

    package init() {}

    package var fields: [Field] {
        [.tlsLevel, .tlsDirection, .tlsReused, .tlsSni, .tlsProtocol, .tlsCipher, .tlsBits, .tlsKex]
            + Peer.clientFields + Peer.relayFields
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        var trust: Bytes?
        if !pairs.skip("TLS connection ") {
            trust = pairs.upTo(" ")
            guard pairs.skip(" TLS connection "), let trust, Self.levels.contains(where: { trust == $0 })
            else {
                return false
            }
        }
        let isReused = pairs.skip("reused ")
        guard isReused || pairs.skip("established "), let way = pairs.oneOf("from ", "to ") else {
            return false
        }
        let peer = pairs.upTo(" to ", ": ")
        let name = pairs.skip(" to ") ? pairs.upTo(": ") : nil
        guard pairs.skip(": ") else { return false }

        cells.event(.tls)
        if let trust { cells.set(.tlsLevel, trust) }
        cells.set(.tlsDirection, way.dropLast(1))
        if cells.wants(.tlsReused) { cells[.tlsReused] = .bool(isReused) }
        if way == "from " { cells.setClient(peer) } else { cells.setRelay(peer) }
        if let name { cells.set(.tlsSni, name) }
        cells.set(.tlsProtocol, pairs.upTo(" with cipher "))
        guard pairs.skip(" with cipher ") else { return true }
        cells.set(.tlsCipher, pairs.upTo(" ("))
        if pairs.skip(" (") { cells.setInteger(.tlsBits, pairs.upTo("/")) }
        _ = pairs.upTo(" key-exchange ")
        if pairs.skip(" key-exchange ") { cells.set(.tlsKex, pairs.upTo(" ")) }
        return true
    }

    private static let levels: [StaticString] = ["Anonymous", "Untrusted", "Trusted", "Verified"]
}
