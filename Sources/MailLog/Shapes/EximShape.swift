/// Lines of Exim when it logs to syslog. Exim may add a timestamp and a process id of its own:
///
///     [STAMP ]ID <= S H=N [A] P=esmtp S=N id=MID         ID => R R=router T=transport H=N [A]
///     ID ** R …: error        ID == R … defer: error        ID Completed
///     [ID ]H=N (HELO) [A]:P F=<S> rejected RCPT <R>: error         … F=<S> temporarily rejected after DATA: error
///     M authenticator failed for N (HELO) [A]: 535 Incorrect authentication data (set_id=U)
package struct EximShape: LineShape {
    package static let events: [LineEvent] = [
        .eximIn, .eximOut, .eximFail, .eximDefer, .eximDone, .eximReject, .eximLoginFail,
    ]
    package let processes = ["exim", "exim4"]
    package let marker: String? = nil
    package let summary =
        "exim: a message arrives, is delivered, fails, is deferred or is completed; a client is rejected"
    package let samples = [
        "Nov 23 16:39:34 mx1 exim[40]: 2026-11-23 16:39:34 1rAbCd-000000-0A <= s@a.example H=mx.a.example [192.0.2.7] P=esmtps S=2811 id=m1@a.example",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0A => bob <bob@example.org> R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.8] C=\"250 OK\"",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0A ** alice@example.org R=dnslookup T=remote_smtp: all relevant MX records point to non-existent hosts",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0A == alice@example.org R=dnslookup T=remote_smtp defer (110): Connection timed out",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0A Completed",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0B <= bob@example.org H=(laptop) [192.0.2.9]:4711 P=esmtpsa A=plain_login:bob S=811 id=m2@example.org",
        "Nov 23 16:39:34 mx1 exim[40]: H=mx.a.example (a.example) [192.0.2.7]:4711 I=[192.0.2.1]:25 F=<s@a.example> rejected RCPT <alice@example.org>: Sender verify failed",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0C H=(a.example) [2001:db8::7] F=<s@a.example> temporarily rejected after DATA: try again later",
        "Nov 23 16:39:34 mx1 exim[40]: login authenticator failed for mx.a.example (USER) [192.0.2.7]: 535 Incorrect authentication data (set_id=bob)",
    ]

    package init() {}

    package var fields: [Field] {
        [
            .queueID, .from, .to, .size, .messageID, .clientName, .clientIP, .relayName, .relayIP, .helo,
            .user, .saslMethod,
            .action, .where, .detail,
        ]
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var body = line.body
        if let stamp = Stamp.parse(body), body.stands(" ", at: stamp.length) {
            body = body.dropFirst(stamp.length + 1)
        }
        if body.hasPrefix("["), let end = body.range(of: "] "), body[1..<end.lowerBound].decimal != nil {
            body = body.dropFirst(end.upperBound)
        }
        var pairs = Pairs(body)
        if decodeSession(pairs, nil, into: cells) { return true }
        let id = pairs.upTo(" ")
        guard isID(id), pairs.skip(" ") else { return false }
        if decodeSession(pairs, id, into: cells) { return true }
        if pairs.rest == "Completed" {
            cells.event(.eximDone)
            cells.set(.queueID, id)
            return true
        }
        guard let arrow = pairs.oneOf("<= ", "=> ", "-> ", ">> ", "** ", "== ") else { return false }
        cells.set(.queueID, id)
        let isArrival = arrow == "<= "
        if isArrival {
            cells.event(.eximIn)
        } else if arrow == "** " {
            cells.event(.eximFail)
        } else if arrow == "== " {
            cells.event(.eximDefer)
        } else {
            cells.event(.eximOut)
        }
        var address = pairs.upTo(" ")
        if address.hasSuffix(":") { address = address.dropLast(1) }
        if pairs.skip(" <"), let full = pairs.address(before: { $1 == $0.count || $0[$1] == 0x20 }) {
            address = full
        }
        cells.set(isArrival ? .from : .to, address.withoutBrackets)
        while pairs.skip(" ") {
            if pairs.skip("H=") {
                takeHost(
                    &pairs, isArrival ? .clientName : .relayName, isArrival ? .clientIP : .relayIP, cells)
                if !isArrival, pairs.skip(": ") {
                    cells.set(.detail, pairs.rest)
                    return true
                }
            } else if isArrival, pairs.skip("A=") {
                cells.set(.saslMethod, pairs.upTo(":", " "))
                if pairs.skip(":") { cells.set(.user, pairs.upTo(" ")) }
            } else if pairs.skip("S=") {
                cells.setInteger(.size, pairs.upTo(" "))
            } else if pairs.skip("id=") {
                cells.set(.messageID, pairs.upTo(" "))
            } else {
                let word = pairs.upTo(" ")
                if !isArrival, word.hasSuffix(":") {
                    if pairs.skip(" ") { cells.set(.detail, pairs.rest) }
                    return true
                }
            }
        }
        return true
    }

    /// Decodes a line about a rejected client or a failed login. `id` is the queue id, nil if the line has none.
    private func decodeSession(_ start: Pairs, _ id: Bytes?, into cells: Cells) -> Bool {
        var pairs = start
        if pairs.rest.contains(" authenticator failed for ") {
            let name = pairs.upTo(" ")
            guard pairs.skip(" authenticator failed for ") else { return false }
            cells.event(.eximLoginFail)
            cells.set(.saslMethod, name)
            takeHost(&pairs, .clientName, .clientIP, cells)
            _ = pairs.upTo(": ")
            if pairs.skip(": ") { cells.set(.detail, pairs.rest) }
            _ = pairs.upTo("(set_id=")
            if pairs.skip("(set_id=") { cells.set(.user, pairs.upTo(")")) }
            return true
        }
        guard pairs.skip("H="), pairs.rest.contains("rejected ") else { return false }
        cells.event(.eximReject)
        if let id { cells.set(.queueID, id) }
        takeHost(&pairs, .clientName, .clientIP, cells)
        while pairs.skip(" ") {
            if pairs.skip("F=") {
                cells.set(.from, pairs.skip("<") ? bracketed(&pairs) : pairs.upTo(" "))
            } else if let word = pairs.oneOf("temporarily rejected ", "rejected ") {
                cells.set(.action, word.dropLast(1))
                let command = pairs.upTo(": ", " ")
                cells.set(.where, command)
                if pairs.skip(" <") {
                    cells.set(.to, bracketed(&pairs))
                } else if command == "RCPT", pairs.skip(" ") {
                    cells.set(.to, pairs.upTo(": "))
                }
                _ = pairs.upTo(": ")
                if pairs.skip(": ") { cells.set(.detail, pairs.rest) }
                return true
            } else {
                _ = pairs.upTo(" ")
            }
        }
        return true
    }

    /// Takes the rest of `<address>`, which ends before a blank, a colon or the end of the text.
    private func bracketed(_ pairs: inout Pairs) -> Bytes {
        pairs.address(before: { $1 == $0.count || $0[$1] == 0x20 || $0[$1] == 0x3A }) ?? pairs.upTo(" ")
    }

    /// Takes `mx.a.example (helo) [192.0.2.7]:4711`, or `(helo) [192.0.2.7]` if the client has no verified name.
    private func takeHost(_ pairs: inout Pairs, _ name: Field, _ ip: Field, _ cells: Cells) {
        if !pairs.rest.hasPrefix("("), !pairs.rest.hasPrefix("[") {
            cells.set(name, pairs.upTo(" "))
            _ = pairs.skip(" ")
        }
        if pairs.skip("(") {
            cells.set(.helo, pairs.upTo(") ["))
            _ = pairs.skip(") ")
        }
        if pairs.skip("[") { cells.set(ip, pairs.upTo("]")) }
        _ = pairs.upTo(": ", " ")
    }

    /// Whether the text is a queue id: `1rAbCd-000000-0A`, from Exim 4.97 `1rAbCd-00000000abc-0ABC`.
    private func isID(_ text: Bytes) -> Bool {
        guard text.count == 16 || text.count == 23, text[6] == 0x2D, text[text.count == 16 ? 13 : 18] == 0x2D
        else { return false }
        for index in 0..<text.count
        where !(text[index].isLetter || text[index].isDigit || text[index] == 0x2D) {
            return false
        }
        return true
    }
}
