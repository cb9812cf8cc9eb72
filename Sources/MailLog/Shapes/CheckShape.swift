/// Header or body check that matched (`cleanup/cleanup_message.c`). `warning:` is an action here, not a severity.
/// The checks of the SMTP client (`smtp/smtp_proto.c`) log the second, shorter form:
///
///     ACTION: {header|body} TEXT from {N[A]|local}; from=<S> to=<R> proto=P helo=<H>[: REMARK]
///     ACTION: {header|body} TEXT[: REMARK]
package struct CheckShape: LineShape {
    package static let events: [LineEvent] = [.check]
    package let processes = ["cleanup", "smtp", "lmtp"]
    package let marker: String? = nil
    package let summary = "a header or body check matches"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: BEEFAF8A63D: reject: header Subject: reject me now from localhost[127.0.0.1]:4711; from=<s@c.example> to=<alice@example.org> proto=ESMTP helo=<client.example>: 5.7.1 spam subject",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: C0B12F8A63F: hold: header Subject: hold me now from localhost[127.0.0.1]; from=<s@c.example> to=<alice@example.org> proto=ESMTP helo=<client.example>",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: BF3A8F8A63D: warning: body free from charge from local; from=<root@example.org>: look here",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: BF3A8F8A63D: milter-header-reject: header X-Spam: yes from unknown[192.0.2.7]; from=<s@c.example> to=<alice@example.org> proto=ESMTP helo=<x>: no",
        "Nov 23 16:39:34 mx1 postfix/smtp[9735]: BF3A8F8A63D: replace: header Received: by a: Received: by b",
    ]

    package init() {}

    package var fields: [Field] {
        [.action, .checkPart, .checkText, .detail, .from, .to, .proto, .helo] + Peer.clientFields
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard line.queueID != nil, !line.hasSeverityWord,
            let colon = body.prefix(30).firstIndex(of: UInt8(ascii: ":"))
        else { return false }
        var pairs = Pairs(body, from: colon)
        let kind: StaticString
        if pairs.skip(": header ") {
            kind = "header"
        } else if pairs.skip(": body ") {
            kind = "body"
        } else {
            return false
        }
        let (head, envelope) = Transaction.split(pairs.rest, allowsRemark: true)
        cells.event(.check)
        cells.set(.action, body.prefix(colon))
        cells.set(.checkPart, Bytes(kind))
        guard let envelope else {
            cells.set(.checkText, pairs.rest)
            return true
        }
        cells.set(envelope)
        if let remark = envelope.remark { cells.set(.detail, remark) }
        var end = head.count
        var index = 0
        while let from = head.range(of: " from ", from: index) {
            end = from.lowerBound
            index = from.upperBound
        }
        cells.set(.checkText, head.prefix(end))
        if end < head.count { cells.setClient(head.dropFirst(index)) }
        return true
    }
}
