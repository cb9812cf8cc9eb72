/// Decisions of policyd-weight, postfwd and sqlgrey:
///
///     decided action=550 Mail appeared to be SPAM…; <client=A> <helo=H> <from=S> <to=R>; delay: 6s     policyd-weight
///     [RULES] rule=3, id=X, client=N[A], sender=<S>, recipient=<R>, helo=<H>, …, action=REJECT text    postfwd
///     grey: new: NET(A), S -> R                                                                         sqlgrey
package struct PolicyShape: LineShape {
    package static let events: [LineEvent] = [.policy]
    package let processes = ["policyd-weight", "postfwd", "postfwd2", "postfwd3", "sqlgrey"]
    package let marker: String? = nil
    package let summary = "a policy server decides: action, client and addresses"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/policyd-weight[210]: decided action=550 Mail appeared to be SPAM or forged; <client=192.0.2.7> <helo=mx.a.example> <from=s@a.example> <to=alice@example.org>; delay: 6s",
        "Nov 23 16:39:34 mx1 postfwd2[211]: [RULES] rule=3, id=RBL, client=mx.a.example[192.0.2.7], sender=<s@a.example>, recipient=<alice@example.org>, helo=<mx.a.example>, proto=ESMTP, state=RCPT, delay=0.02s, hits=RBL, action=REJECT blocked",
        "Nov 23 16:39:34 mx1 sqlgrey[212]: grey: new: 192.0.2(192.0.2.7), s@a.example -> alice@example.org",
    ]

    package init() {}

    package var fields: [Field] { [.action, .detail, .clientName, .clientIP, .helo, .from, .to] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        if pairs.skip("decided action=") {
            cells.event(.policy)
            setAction(pairs.upTo("; <client="), cells)
            _ = pairs.skip("; ")
            while pairs.skip("<") {
                let pair = pairs.upTo("> <", ">; ", ">")
                _ = pairs.skip("> ")
                if let equals = pair.firstIndex(of: UInt8(ascii: "=")) {
                    set(pair.prefix(equals), pair.dropFirst(equals + 1), cells)
                }
            }
            return true
        }
        if pairs.skip("[RULES] ") {
            guard pairs.rest.contains("action=") else { return false }
            cells.event(.policy)
            while !pairs.isAtEnd {
                if pairs.skip("action=") {
                    setAction(pairs.rest, cells)
                    return true
                }
                guard let (key, value) = pairs.next(before: ", ") else { continue }
                set(key, value, cells)
            }
            return true
        }
        guard pairs.skip("grey: ") else { return false }
        let what = pairs.upTo(": ")
        guard pairs.skip(": ") else { return false }
        _ = pairs.upTo("(")
        guard pairs.skip("(") else { return false }
        let address = pairs.upTo("), ")
        guard pairs.skip("), ") else { return false }
        let sender = pairs.upTo(" -> ")
        guard pairs.skip(" -> ") else { return false }
        cells.event(.policy)
        cells.set(.action, what)
        cells.set(.clientIP, address)
        cells.set(.from, sender)
        cells.set(.to, pairs.upTo(" "))
        return true
    }

    /// Splits `550 text` or `REJECT text` into the action and the reply text for the client.
    private func setAction(_ text: Bytes, _ cells: Cells) {
        let end = text.firstIndex(of: 0x20) ?? text.count
        cells.set(.action, text.prefix(end))
        if end < text.count { cells.set(.detail, text.dropFirst(end + 1)) }
    }

    private func set(_ key: Bytes, _ value: Bytes, _ cells: Cells) {
        if key == "client" {
            if let peer = Peer(value) {
                cells.set(.clientName, peer.name)
                cells.set(.clientIP, peer.address)
            } else {
                cells.set(.clientIP, value)
            }
        } else if key == "helo" {
            cells.set(.helo, value.withoutBrackets)
        } else if key == "from" || key == "sender" {
            cells.set(.from, value.withoutBrackets)
        } else if key == "to" || key == "recipient" {
            cells.set(.to, value.withoutBrackets)
        }
    }
}
