/// Line of a message that a client begins to send (`smtpd/smtpd.c`). After a content filter, `orig_queue_id` names
/// the parent message:
///
///     client=N[A][, sasl_method=M][, sasl_username=U][, sasl_sender=S][, orig_queue_id=Q][, orig_client=N[A]]
package struct ClientShape: LineShape {
    package static let events: [LineEvent] = [.client]
    package let processes = ["smtpd", "qmqpd"]
    package let marker: String? = ": client="
    package let summary = "a message begins: the client that sends it"
    package let samples = [
        "Nov 23 16:40:11 mx1 postfix/10026/smtpd[10625]: 4jYBWH5FPxz2NpSK: client=localhost[127.0.0.1]:59242, orig_queue_id=4jYBWH52yzz2NpW3, orig_client=localhost[127.0.0.1]:45866",
        "Nov 23 16:39:34 mx1 postfix/submission/smtpd[9769]: D2273F8A0C3: client=unknown[2001:db8::7], sasl_method=PLAIN, sasl_username=sally@example.org, sasl_sender=s@c.example",
    ]

    package init() {}

    package var fields: [Field] {
        Peer.clientFields + [.saslMethod, .saslUsername, .saslSender, .origQueueID, .origClient, .link]
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard line.queueID != nil, body.stands("client=", at: 0) else { return false }
        cells.event(.client)
        var pairs = Pairs(body, from: 7)
        cells.setClient(pairs.upTo(", "))
        if pairs.skip(", sasl_method=") { cells.set(.saslMethod, pairs.upTo(", ")) }
        if pairs.skip(", sasl_username=") {
            cells.set(.saslUsername, pairs.upTo(", sasl_sender=", ", orig_queue_id=", ", orig_client="))
        }
        if pairs.skip(", sasl_sender=") {
            cells.set(.saslSender, pairs.upTo(", orig_queue_id=", ", orig_client="))
        }
        if pairs.skip(", orig_queue_id=") {
            cells.set(.origQueueID, pairs.upTo(", "))
            cells.set(.link, Bytes("filter"))
        }
        if pairs.skip(", orig_client=") { cells.set(.origClient, pairs.rest) }
        return true
    }
}
