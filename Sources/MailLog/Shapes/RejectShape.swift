/// Action of smtpd, postscreen or a milter on a client's command (`log_whatsup` in `smtpd/smtpd_check.c`):
///
///     ACTION: WHERE from N[A]: TEXT; [from=<S>][ to=<R>][ proto=ESMTP][ helo=<H>][ sasl_…]
///
/// The event is the action as logged. Most actions reject the command, but some, such as `hold` and `warn`, accept it.
package struct RejectShape: LineShape {
    package static let events: [LineEvent] = [
        .reject, .rejectWarning, .milterReject, .proxyReject, .proxyAccept, .warn, .info, .hangup, .filter,
        .hold,
        .delay, .discard, .redirect, .bcc, .permit, .milterHold, .milterDiscard,
    ]
    package let processes = ["smtpd", "postscreen", "cleanup", "qmqpd"]
    package let marker: String? = nil
    package let summary = "a client's command is rejected, or an access rule takes another action"
    package let samples = [
        "Nov 23 16:40:11 mx1 mx1-out/smtpd[10616]: NOQUEUE: reject: RCPT from localhost[127.0.0.1]:58950: 550 5.1.1 <nosuch@example.org>: Recipient address rejected: User unknown in local recipient table; from=<s@c.example> to=<nosuch@example.org> proto=ESMTP helo=<client.example>",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9750]: NOQUEUE: hold: RCPT from localhost[127.0.0.1]: <hold.helo>: Helo command triggers HOLD action; from=<s@c.example> to=<alice@example.org> proto=ESMTP helo=<hold.helo>",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: NOQUEUE: warn: RCPT from localhost[127.0.0.1]: watch this helo; from=<s@c.example> to=<alice@example.org> proto=ESMTP helo=<warn.helo>",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: NOQUEUE: reject: RCPT from [192.0.2.7]:4711: 550 5.7.1 Service unavailable; client [192.0.2.7] blocked using zen.example; from=<a@b.example>, to=<alice@example.org>, proto=ESMTP, helo=<x>",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: AC76BF8A0C2: milter-reject: END-OF-MESSAGE from unknown[192.0.2.7]: 5.7.1 Spam; from=<a@b.example> to=<alice@example.org> proto=ESMTP helo=<x> sasl_username=<u@example.org>",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: NOQUEUE: reject: MAIL from unknown[192.0.2.7]: 452 4.3.1 Insufficient system storage; from=<a@b.example> proto=ESMTP helo=<x> sasl_method=PLAIN sasl_username=u sasl_sender=s@c.example",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: NOQUEUE: proxy-reject: END-OF-MESSAGE: 550 5.7.1 Spam; from=<a@b.example> to=<alice@example.org> proto=SMTP helo=<x>",
    ]

    package init() {}

    package var fields: [Field] {
        [.action, .where, .detail, .dsn, .rejectClass] + Peer.clientFields + Transaction.fields
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard let colon = body.prefix(20).firstIndex(of: UInt8(ascii: ":")), body.stands(" ", at: colon + 1)
        else { return false }
        let word = body.prefix(colon)
        guard let event = Self.events.first(where: { cells.events[$0.index].bytes == word }) else {
            return false
        }

        var pairs = Pairs(body, from: colon + 2)
        let command: Bytes
        var peer: Bytes?
        if word.hasPrefix("proxy-") {
            command = pairs.upTo(": ")
        } else {
            command = pairs.upTo(" from ")
            guard pairs.skip(" from ") else { return false }
            peer = pairs.upTo(": ")
        }
        guard pairs.skip(": "), Self.isCommand(command) else { return false }
        let (text, envelope) = Transaction.split(pairs.rest)

        cells.event(event)
        cells.set(.action, word)
        cells.set(.where, command)
        if let peer { cells.setClient(peer) }
        if let envelope { cells.set(envelope) }
        cells.set(.detail, text)
        if cells.wants(.dsn) { cells[.dsn] = Reply.dsn(in: .text(text)) }
        if cells.wants(.rejectClass) { cells.set(.rejectClass, Self.rejectClass(of: text)) }
        return true
    }

    /// Whether the text is an SMTP command or stage: RCPT, END-OF-MESSAGE, `DATA content`, or postscreen's `connect`.
    /// False for `header …`, which belongs to a header check.
    private static func isCommand(_ text: Bytes) -> Bool {
        if text == "connect" || text == "DATA content" || text == "BDAT content" { return true }
        for index in 0..<text.count where !(text[index] &- 65 < 26 || text[index] == UInt8(ascii: "-")) {
            return false
        }
        return !text.isEmpty
    }

    /// Returns the class of a reject: `Sender address` for `550 5.7.1 <s@x>: Sender address rejected: …`. Texts without
    /// ` rejected: `, such as `Relay access denied`, are returned up to the first `;`, `:` or `,`.
    private static func rejectClass(of text: Bytes) -> Bytes {
        var text = Reply.withoutCodes(text)
        if text.stands("<", at: 0), let name = text.range(of: ">: ") {
            text = text.dropFirst(name.upperBound)
        }
        if let rejected = text.range(of: " rejected: ") {
            text = text.prefix(rejected.lowerBound)
            while let colon = text.range(of: ": ") { text = text.dropFirst(colon.upperBound) }
            return text
        }
        for index in 0..<text.count where [0x3B, 0x3A, 0x2C].contains(text[index]) {
            return text.prefix(index)
        }
        return text
    }
}
