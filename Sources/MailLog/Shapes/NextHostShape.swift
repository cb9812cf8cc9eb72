/// Failed delivery attempt to one server while other servers remain (`smtp/smtp_trouble.c`). After the last server,
/// the delivery line reports the failure instead:
///
///     QID: host H[A] said: REPLY (in reply to X command)
///     QID: {lost connection with|conversation with} H[A] …
package struct NextHostShape: LineShape {
    package static let events: [LineEvent] = [.nextHost]
    package let processes = ["smtp", "lmtp"]
    package let marker: String? = nil
    package let summary = "a server rejects or disconnects, and the next server is tried: relay and reply"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtp[9741]: ED59C3D: host mx.a.example[192.0.2.7] said: 450 4.7.1 <user@a.example>: Recipient address rejected: Greylisted for 5 minutes (in reply to RCPT TO command)",
        "Nov 23 16:39:34 mx1 postfix/smtp[9741]: ED59C3D: lost connection with mx.a.example[192.0.2.7]:25 while sending DATA command",
        "Nov 23 16:39:34 mx1 postfix/smtp[9741]: 3mPz615lB2z7sZt: Cannot start TLS: handshake failure",
        "Nov 23 16:39:34 mx1 postfix/lmtp[9741]: 3mPz615lB2z7sZt: host mx1[private/dovecot-lmtp] said: 450 4.2.0 try later (in reply to end of DATA command)",
    ]

    private static let openings: [(text: StaticString, hasRelay: Bool)] = [
        ("host ", true), ("lost connection with ", true), ("conversation with ", true),
        ("local data error while talking to ", true), ("SASL authentication failed; server ", true),
        ("Cannot start TLS: ", false), ("TLS is required, but ", false), ("Server certificate not ", false),
        ("SMTPUTF8 is required, but ", false), ("message requires SMTPUTF8, but ", false),
        ("message size ", false), ("mail for ", false), ("unable to look up host ", false),
    ]

    package init() {}

    package var fields: [Field] { Peer.relayFields + [.detail] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard line.queueID != nil, !line.hasSeverityWord,
            let opening = Self.openings.first(where: { body.hasPrefix($0.text) })
        else { return false }
        cells.event(.nextHost)
        cells.set(.detail, body)
        guard opening.hasRelay else { return true }
        var pairs = Pairs(body, from: opening.text.utf8CodeUnitCount)
        let server = pairs.upTo(" ")
        if Peer(server) != nil { cells.setRelay(server) }
        return true
    }
}
