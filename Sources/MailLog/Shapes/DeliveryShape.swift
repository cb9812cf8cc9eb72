/// Delivery attempt of any delivery agent (`global/log_adhoc.c`). The order and the separators are fixed:
///
///     to=<R>[, orig_to=<O>], relay=H[, conn_use=N], delay=D, delays=a/b/c/d[, tls=T], dsn=x.y.z, status=S (WHY)
///
/// Before Postfix 2.3, lines had no `delays` and no `dsn`, and `delay` was in whole seconds. Some systems log
/// addresses without `<>`.
package struct DeliveryShape: LineShape {
    package static let events: [LineEvent] = [.delivery]
    package let processes: [String] = []
    package let marker: String? = "status="
    package let summary = "a delivery attempt: to, relay, delays and status"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/local[9738]: B99EDF8A627: to=<alice@example.org>, orig_to=<info@v.example>, relay=local, delay=0.01, delays=0/0/0/0, dsn=5.1.1, status=bounced (unknown user: \"alice\")",
        "Nov 23 16:39:34 mx1 postfix/smtp[9746]: B1F26F8A122: to=<x@grey.example>, relay=127.0.0.1[127.0.0.1]:10098, delay=0.12, delays=0/0.02/0.04/0.05, dsn=4.2.0, status=deferred (host 127.0.0.1[127.0.0.1] said: 450-4.2.0 <someone>: Recipient address rejected: Greylisted, 450 4.2.0 see http://postgrey.example/help/grey.example.html (in reply to RCPT TO command))",
        "Nov 23 16:40:11 mx1 postfix/filt/smtp[10624]: 4jYBWH52yzz2NpW3: to=<alice@example.org>, relay=127.0.0.1[127.0.0.1]:10026, conn_use=2, delay=0.03, delays=0/0.01/0.01/0, tls=none, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4jYBWH5FPxz2NpSK)",
        "Nov 23 16:39:34 mx1 postfix/local[9738]: DCEBFF8A024: to=<lists@example.org>, relay=local, delay=0.01, delays=0/0/0/0, dsn=2.0.0, status=sent (forwarded as DD8EFF8A025)",
        "Nov 23 16:39:34 mx1 postfix/lmtp[9738]: DCEBFF8A024: to=<u@example.org>, relay=mx1[private/dovecot-lmtp], delay=0.01, delays=0/0/0/0, dsn=2.0.0, status=SOFTBOUNCE (host mx1[private/dovecot-lmtp] said: 550 5.1.1 <u@example.org> User doesn't exist: u@example.org (in reply to RCPT TO command))",
        "Dec 26 03:14:07 mail postfix/smtp[1041]: 90442C9CB29: to=<sally@uk.psi.com>, relay=none, delay=12, status=deferred (connect to uk.psi.com[154.32.105.30]: Connection timed out)",
        "Nov 23 16:39:34 mx1 postfix/local[1]: 2A22C263F6: to=user@a.example, orig_to=root@localhost, relay=local, delay=0.07, delays=0.04/0/0/0.03, dsn=2.0.0, status=sent (delivered to mailbox)",
    ]

    private static let delays: [Field] = [.delayA, .delayB, .delayC, .delayD]

    package init() {}

    package var fields: [Field] {
        [
            .to, .origTo, .relay, .connUse, .delay, .delays, .tls, .dsn, .status, .detail, .newQueueID, .link,
        ] + Peer.relayFields + Self.delays
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard body.stands("to=", at: 0) else { return false }
        var pairs = Pairs(body, from: 3)
        guard
            let recipient = pairs.anyAddress(before: {
                $0.stands(", relay=", at: $1) || $0.stands(", orig_to=", at: $1)
            })
        else { return false }

        let none = body.prefix(0)
        var original: Bytes?
        if pairs.skip(", orig_to=") {
            guard let address = pairs.anyAddress(before: { $0.stands(", relay=", at: $1) }) else {
                return false
            }
            original = address
        }
        guard pairs.skip(", relay="), let server = pairs.upToComma() else { return false }

        var (uses, total, parts, level, code) = (none, none, none, none, none)
        // The order in which most versions write the pairs; another order costs a second pass.
        while !pairs.skip("status=") {
            let start = pairs.position
            guard pairs.take("conn_use=", &uses), pairs.take("delay=", &total), pairs.take("delays=", &parts),
                pairs.take("tls=", &level), pairs.take("dsn=", &code), pairs.position > start
            else { return false }
        }

        cells.event(.delivery)
        cells.set(.to, recipient)
        if let original { cells.set(.origTo, original) }
        cells.set(.relay, server)
        cells.setRelay(server)
        if !uses.isEmpty { cells.setInteger(.connUse, uses) }
        if !total.isEmpty, cells.wants(.delay) { cells.setSeconds(.delay, total) }
        if !parts.isEmpty {
            cells.set(.delays, parts)
            if cells.wants(.delayA) || cells.wants(.delayB) || cells.wants(.delayC) || cells.wants(.delayD) {
                fill(delays: parts, into: cells)
            }
        }
        if !level.isEmpty { cells.set(.tls, level) }
        if !code.isEmpty { cells.set(.dsn, code) }

        let outcome = pairs.rest
        let word = outcome.prefix(outcome.nearIndex(of: 0x20, from: 0) ?? outcome.count)
        if word == "SOFTBOUNCE" {
            cells.set(.status, Bytes("softbounce"))
        } else if !word.isEmpty {
            cells.set(.status, word)
        }
        guard outcome.stands(" (", at: word.count) else { return true }
        // The reason may contain parentheses. The last one of the line closes it, unless the line was cut.
        var why = outcome.dropFirst(word.count + 2)
        if why.count > 0, why[why.count - 1] == UInt8(ascii: ")") { why = why.dropLast(1) }
        cells.set(.detail, why)
        if cells.wants(.newQueueID) || cells.wants(.link), why.hasPrefix("forwarded as ") {
            let child = why.dropFirst(13)
            if QueueID.matches(child) {
                cells.set(.newQueueID, child)
                cells.set(.link, Bytes("forward"))
            }
        }
        return true
    }

    /// Splits `a/b/c/d` into the four delays.
    private func fill(delays text: Bytes, into cells: Cells) {
        var start = 0
        for field in Self.delays {
            let end = text.firstIndex(of: UInt8(ascii: "/"), from: start) ?? text.count
            if cells.wants(field) { cells.setSeconds(field, text[start..<end]) }
            start = end + 1
            guard start <= text.count else { return }
        }
    }
}
