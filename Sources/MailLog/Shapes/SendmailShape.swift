/// Lines of Sendmail: senders, delivery attempts, rejects and logins. A delay has the form `[days+]hh:mm:ss`:
///
///     QID: from=<S>, size=N, class=0, nrcpts=N, msgid=<MID>, proto=ESMTP, daemon=MTA, relay=N [A]
///     QID: to=<R>, delay=00:00:05, xdelay=00:00:01, mailer=esmtp, relay=H. [A], dsn=2.0.0, stat=Sent (…)
///     [QID: ]ruleset=check_rcpt, arg1=<R>, relay=N [A], reject=550 5.7.1 <R>... Relaying denied
///     [QID: ]AUTH=server, relay=N [A], authid=U, mech=PLAIN, bits=0
///     QID: AUTH failure (PLAIN): authentication failure (-13) …, user=U, relay=N [A]
package struct SendmailShape: LineShape {
    package static let events: [LineEvent] = [
        .sendmailFrom, .sendmailTo, .sendmailReject, .sendmailLogin, .sendmailLoginFail,
    ]
    package let processes = ["sendmail", "sm-mta", "sm-msp-queue"]
    package let marker: String? = nil
    package let summary =
        "sendmail: a message begins, a delivery attempt; a client is rejected, or logs in"
    package let samples = [
        "Nov 23 16:39:34 mx1 sm-mta[50]: 0ANGdYxx012345: from=<s@a.example>, size=2811, class=0, nrcpts=1, msgid=<m1@a.example>, proto=ESMTP, daemon=MTA, relay=mx.a.example [192.0.2.7]",
        "Nov 23 16:39:34 mx1 sm-mta[51]: 0ANGdYxx012345: to=<alice@example.org>, ctladdr=<s@a.example> (1000/1000), delay=1+00:00:05, xdelay=00:00:01, mailer=esmtp, pri=120811, relay=mx.b.example. [192.0.2.8], dsn=2.0.0, stat=Sent (ok)",
        "Nov 23 16:39:34 mx1 sm-mta[52]: 0ANGdYxx012346: ruleset=check_rcpt, arg1=<x@b.example>, relay=mx.a.example [192.0.2.7] (may be forged), reject=550 5.7.1 <x@b.example>... Relaying denied. IP name possibly forged [192.0.2.7]",
        "Nov 23 16:39:34 mx1 sm-mta[53]: ruleset=check_relay, arg1=mx.a.example, arg2=192.0.2.7, relay=mx.a.example [192.0.2.7], reject=421 4.3.2 Connection rate limit exceeded.",
        "Nov 23 16:39:34 mx1 sm-mta[54]: AUTH=server, relay=mx.a.example [192.0.2.7], authid=bob, mech=PLAIN, bits=0",
        "Nov 23 16:39:34 mx1 sm-mta[55]: 0ANGdYxx012347: AUTH failure (LOGIN): authentication failure (-13) SASL(-13): authentication failure: checkpass failed, user=bob, relay=[192.0.2.7]",
    ]

    package init() {}

    package var fields: [Field] {
        [
            .queueID, .from, .to, .size, .nrcpt, .messageID, .proto, .clientName, .clientIP, .relayName,
            .relayIP, .delay,
            .dsn, .user, .saslMethod, .action, .where, .detail,
        ]
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard line.queueID == nil, !line.hasSeverityWord else { return false }
        var pairs = Pairs(line.body)
        if decodeSession(pairs, into: cells) { return true }
        let id = pairs.upTo(": ")
        guard (8...20).contains(id.count), pairs.skip(": "), isID(id) else { return false }
        if decodeSession(pairs, into: cells) {
            cells.set(.queueID, id)
            return true
        }
        let isStart = pairs.rest.hasPrefix("from=")
        guard isStart || pairs.rest.hasPrefix("to=") else { return false }
        if isStart { cells.event(.sendmailFrom) } else { cells.event(.sendmailTo) }
        cells.set(.queueID, id)
        while !pairs.isAtEnd {
            if pairs.skip("stat=") {
                cells.set(.detail, pairs.rest)
                return true
            }
            guard let (key, value) = pairs.next(before: ", ") else { continue }
            if key == "from" {
                cells.set(.from, value.withoutBrackets)
            } else if key == "to" {
                let start = value.endOfQuotes(from: value.hasPrefix("<") ? 1 : 0)
                let end = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
                cells.set(.to, value.prefix(end).withoutBrackets)
            } else if key == "size" {
                cells.setInteger(.size, value)
            } else if key == "nrcpts" {
                cells.setInteger(.nrcpt, value)
            } else if key == "msgid" {
                cells.set(.messageID, value.withoutBrackets)
            } else if key == "proto" {
                cells.set(.proto, value)
            } else if key == "delay" {
                if let time = microseconds(value) { cells[.delay] = .duration(time) }
            } else if key == "dsn" {
                cells.set(.dsn, value)
            } else if key == "relay" {
                fill(value, isStart ? .clientName : .relayName, isStart ? .clientIP : .relayIP, cells)
            }
        }
        return true
    }

    /// Decodes a line about a session: a reject, a login or a failed login. The queue id is optional.
    private func decodeSession(_ start: Pairs, into cells: Cells) -> Bool {
        var pairs = start
        if pairs.skip("ruleset=") {
            cells.event(.sendmailReject)
            cells.set(.where, pairs.upTo(", "))
        } else if pairs.skip("AUTH=server") {
            cells.event(.sendmailLogin)
        } else if pairs.skip("AUTH failure (") {
            cells.event(.sendmailLoginFail)
            cells.set(.saslMethod, pairs.upTo("): "))
            guard pairs.skip("): ") else { return true }
            // A user name may contain any text, so only the last `, relay=` is the pair.
            let rest = pairs.rest
            let found = rest.range(of: ", user=")
            cells.set(.detail, rest.prefix(found?.lowerBound ?? rest.count))
            guard let found else { return true }
            let name = rest.dropFirst(found.upperBound)
            var relay = name.range(of: ", relay=")
            while let next = name.range(of: ", relay=", from: relay?.upperBound ?? 0) { relay = next }
            cells.set(.user, name.prefix(relay?.lowerBound ?? name.count))
            if let relay { fill(name.dropFirst(relay.upperBound), .clientName, .clientIP, cells) }
            return true
        } else {
            return false
        }
        _ = pairs.skip(", ")
        while !pairs.isAtEnd {
            if pairs.skip("reject=") {
                cells.set(.action, Bytes("reject"))
                cells.set(.detail, pairs.rest)
                return true
            }
            guard let (key, value) = pairs.next(before: ", ") else { continue }
            if key == "arg1", value.hasPrefix("<") {
                let isRecipient = start.rest.hasPrefix("ruleset=check_rcpt")
                cells.set(isRecipient ? .to : .from, value.withoutBrackets)
            } else if key == "relay" {
                fill(value, .clientName, .clientIP, cells)
            } else if key == "authid" {
                cells.set(.user, value)
            } else if key == "mech" {
                cells.set(.saslMethod, value)
            }
        }
        return true
    }

    private func isID(_ text: Bytes) -> Bool {
        for index in 0..<text.count where !(text[index].isLetter || text[index].isDigit) { return false }
        return true
    }

    /// Splits `mx.a.example. [192.0.2.7]` into name and address.
    private func fill(_ peer: Bytes, _ name: Field, _ ip: Field, _ cells: Cells) {
        var host = peer.prefix(peer.firstIndex(of: 0x20) ?? peer.count)
        if host.hasSuffix(".") { host = host.dropLast(1) }
        if !host.isEmpty, host[0] != UInt8(ascii: "[") { cells.set(name, host) }
        if let open = peer.lastIndex(of: UInt8(ascii: "[")),
            let close = peer.firstIndex(of: UInt8(ascii: "]"), from: open)
        {
            let address = peer[open + 1..<close]
            cells.set(ip, address.hasPrefix("IPv6:") ? address.dropFirst(5) : address)
        }
    }

    /// Returns the microseconds of `00:00:05`, or of `1+00:00:05` with days.
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
