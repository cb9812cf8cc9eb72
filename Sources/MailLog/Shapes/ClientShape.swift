/// Line of a message that a client begins to send (`smtpd/smtpd.c`). After a content filter, `orig_queue_id` names
/// the parent message:
///
///     client=N[A][, sasl_method=M][, sasl_username=U][, sasl_sender=S][, orig_queue_id=Q][, orig_client=N[A]]
package struct ClientShape: LineShape {
    package static let events = ["client"]
    package let processes = ["smtpd", "qmqpd"]
    package let marker: String? = ": client="
    package let summary = "a message begins: the client that sends it"
    package let samples = [
        "Nov 23 16:40:11 mx1 postfix/10026/smtpd[10625]: 4jYBWH5FPxz2NpSK: client=localhost[127.0.0.1]:59242, orig_queue_id=4jYBWH52yzz2NpW3, orig_client=localhost[127.0.0.1]:45866",
        "Nov 23 16:39:34 mx1 postfix/submission/smtpd[9769]: D2273F8A0C3: client=unknown[2001:db8::7], sasl_method=PLAIN, sasl_username=sally@example.org, sasl_sender=s@c.example",
    ]

    private let client = ClientSlots()
    private let method = Field("sasl_method").slot
    private let username = Field("sasl_username").slot
    private let sender = Field("sasl_sender").slot
    private let originalQueueID = Field("orig_queue_id").slot
    private let originalClient = Field("orig_client").slot
    private let link = Field("link").slot

    package init() {}

    package var slots: [Int] {
        client.all + [method, username, sender, originalQueueID, originalClient, link]
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard line.queueID != nil, body.stands("client=", at: 0) else { return false }
        cells.event("client")
        var pairs = Pairs(body, from: 7)
        client.fill(pairs.upTo(", "), into: cells)
        if pairs.skip(", sasl_method=") { cells.set(method, pairs.upTo(", ")) }
        if pairs.skip(", sasl_username=") {
            cells.set(username, pairs.upTo(", sasl_sender=", ", orig_queue_id=", ", orig_client="))
        }
        if pairs.skip(", sasl_sender=") {
            cells.set(sender, pairs.upTo(", orig_queue_id=", ", orig_client="))
        }
        if pairs.skip(", orig_queue_id=") {
            cells.set(originalQueueID, pairs.upTo(", "))
            cells.set(link, Bytes("filter"))
        }
        if pairs.skip(", orig_client=") { cells.set(originalClient, pairs.rest) }
        return true
    }
}
