/// The lines of Sendmail: who sends a message, and what came of each recipient. Its delay is hours, minutes, seconds:
///
///     QID: from=<S>, size=N, class=0, nrcpts=N, msgid=<MID>, proto=ESMTP, daemon=MTA, relay=N [A]
///     QID: to=<R>, delay=00:00:05, xdelay=00:00:01, mailer=esmtp, relay=H. [A], dsn=2.0.0, stat=Sent (…)
package struct SendmailShape: LineShape {
    package static let events = ["sendmail-from", "sendmail-to"]
    package let processes = ["sendmail", "sm-mta", "sm-msp-queue"]
    package let marker: String? = nil
    package let summary = "sendmail: a message begins, or goes to a recipient"
    package let samples = [
        "Nov 23 16:39:34 mx1 sm-mta[50]: 0ANGdYxx012345: from=<s@a.example>, size=2811, class=0, nrcpts=1, msgid=<m1@a.example>, proto=ESMTP, daemon=MTA, relay=mx.a.example [192.0.2.7]",
        "Nov 23 16:39:34 mx1 sm-mta[51]: 0ANGdYxx012345: to=<alice@example.org>, ctladdr=<s@a.example> (1000/1000), delay=1+00:00:05, xdelay=00:00:01, mailer=esmtp, pri=120811, relay=mx.b.example. [192.0.2.8], dsn=2.0.0, stat=Sent (ok)",
    ]

    private let queueID = Field("queue_id").slot
    private let from = Field("from").slot
    private let to = Field("to").slot
    private let size = Field("size").slot
    private let nrcpt = Field("nrcpt").slot
    private let messageID = Field("message_id").slot
    private let proto = Field("proto").slot
    private let clientName = Field("client_name").slot
    private let clientIP = Field("client_ip").slot
    private let relayName = Field("relay_name").slot
    private let relayIP = Field("relay_ip").slot
    private let delay = Field("delay").slot
    private let dsn = Field("dsn").slot
    private let detail = Field("detail").slot

    package init() {}

    package var slots: [Int] {
        [
            queueID, from, to, size, nrcpt, messageID, proto, clientName, clientIP, relayName, relayIP, delay,
            dsn,
            detail,
        ]
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard line.queueID == nil, !line.hasSeverityWord else { return false }
        var pairs = Pairs(line.body)
        let id = pairs.upTo(": ")
        guard (8...20).contains(id.count), pairs.skip(": "), isID(id) else { return false }
        let isStart = pairs.rest.hasPrefix("from=")
        guard isStart || pairs.rest.hasPrefix("to=") else { return false }
        if isStart { cells.event("sendmail-from") } else { cells.event("sendmail-to") }
        cells.set(queueID, id)
        while !pairs.isAtEnd {
            if pairs.skip("stat=") {
                cells.set(detail, pairs.rest)
                return true
            }
            guard let (key, value) = pairs.next(before: ", ") else { continue }
            if key == "from" {
                cells.set(from, value.withoutBrackets)
            } else if key == "to" {
                let start = value.endOfQuotes(from: value.hasPrefix("<") ? 1 : 0)
                let end = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
                cells.set(to, value.prefix(end).withoutBrackets)
            } else if key == "size" {
                cells.setInteger(size, value)
            } else if key == "nrcpts" {
                cells.setInteger(nrcpt, value)
            } else if key == "msgid" {
                cells.set(messageID, value.withoutBrackets)
            } else if key == "proto" {
                cells.set(proto, value)
            } else if key == "delay" {
                if let time = microseconds(value) { cells[delay] = .duration(time) }
            } else if key == "dsn" {
                cells.set(dsn, value)
            } else if key == "relay" {
                fill(value, isStart ? clientName : relayName, isStart ? clientIP : relayIP, cells)
            }
        }
        return true
    }

    private func isID(_ text: Bytes) -> Bool {
        for index in 0..<text.count where !(text[index].isLetter || text[index].isDigit) { return false }
        return true
    }

    /// `mx.a.example. [192.0.2.7]`.
    private func fill(_ peer: Bytes, _ name: Int, _ ip: Int, _ cells: Cells) {
        var host = peer.prefix(peer.firstIndex(of: 0x20) ?? peer.count)
        if host.hasSuffix(".") { host = host.dropLast(1) }
        if !host.isEmpty, host[0] != UInt8(ascii: "[") { cells.set(name, host) }
        if let open = peer.lastIndex(of: UInt8(ascii: "[")),
            let close = peer.firstIndex(of: UInt8(ascii: "]"), from: open)
        {
            cells.set(ip, peer[open + 1..<close])
        }
    }

    /// `00:00:05` or, after days, `1+00:00:05`.
    private func microseconds(_ text: Bytes) -> Int? {
        var rest = text
        var seconds = 0
        if let plus = text.firstIndex(of: UInt8(ascii: "+")) {
            guard let days = text.prefix(plus).decimal, days < 10_000 else { return nil }
            seconds = days * 86_400
            rest = text.dropFirst(plus + 1)
        }
        guard rest.count == 8, rest[2] == 0x3A, rest[5] == 0x3A, let hours = rest[0..<2].decimal,
            let minutes = rest[3..<5].decimal, let last = rest[6..<8].decimal
        else { return nil }
        return (seconds + hours * 3600 + minutes * 60 + last) * 1_000_000
    }
}
