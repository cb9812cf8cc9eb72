/// Lines of amavis: the verdict on a message, and its forwarding. The message continues under another queue id:
///
///     (PID-NN) Passed CLEAN {RelayedInbound}, [A]:P [A] <S> -> <R>,<R>, Queue-ID: QID, Message-ID: <MID>,
///         mail_id: X, Hits: 1.2, size: N, queued_as: QID, 345 ms
///     (PID-NN) ID FWD from <S> -> <R>,<R>, BODY=7BIT 250 2.0.0 from MTA(…): 250 2.0.0 Ok: queued as QID
package struct AmavisShape: LineShape {
    package static let events: [LineEvent] = [.amavis, .amavisForward]
    package let processes = ["amavis", "amavisd", "amavisd-new"]
    package let marker: String? = " -> <"
    package let summary =
        "amavis passes or blocks a message (verdict, score, both queue ids), or forwards it"
    package let samples = [
        "Nov 23 16:39:34 mx1 amavis[300]: (00300-01) Passed CLEAN {RelayedInbound}, [192.0.2.7]:4711 [192.0.2.7] <s@a.example> -> <alice@example.org>,<bob@example.org>, Queue-ID: AB485F8A0B1, Message-ID: <m1@a.example>, mail_id: x1, Hits: -1.2, size: 2811, queued_as: BB485F8A0B2, 345 ms",
        "Nov 23 16:39:34 mx1 amavis[300]: (00300-02) Blocked INFECTED (Eicar-Test-Signature) {DiscardedInbound}, [192.0.2.7] <> -> <alice@example.org>, Message-ID: <m2@a.example>, mail_id: x2, Hits: -, size: 811, 112 ms",
        "Nov 23 16:39:34 mx1 amavis[300]: (00300-01) x1 FWD from <s@a.example> -> <alice@example.org>, BODY=7BIT 250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as BB485F8A0B2",
    ]

    package init() {}

    package var fields: [Field] {
        [.action, .verdict, .clientIP, .from, .to, .queueID, .messageID, .score, .size, .detail]
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        guard pairs.skip("(") else { return false }
        _ = pairs.upTo(") ")
        guard pairs.skip(") ") else { return false }
        let text = pairs.rest
        guard let act = pairs.oneOf("Passed ", "Blocked ") else { return decodeForward(pairs, into: cells) }
        let found = pairs.upTo(" {", ", ")
        let head = pairs.upTo("<")
        guard pairs.skip("<"), let sender = pairs.address(before: { $0.stands(" -> <", at: $1) }),
            pairs.skip(" -> <"), let recipient = pairs.address(before: { $1 == $0.count || $0[$1] == 0x2C })
        else { return false }
        cells.event(.amavis)
        cells.set(.detail, text)
        cells.set(.action, act.dropLast(1))
        cells.set(.verdict, found)
        cells.set(.from, sender)
        cells.set(.to, recipient)
        if let open = head.firstIndex(of: UInt8(ascii: "[")),
            let close = head.firstIndex(of: UInt8(ascii: "]"), from: open)
        {
            let address = head[open + 1..<close]
            cells.set(.clientIP, address.hasPrefix("IPv6:") ? address.dropFirst(5) : address)
        }
        // The order of the other pairs is configurable.
        let rest = pairs.rest
        if let id = value("Queue-ID: ", in: rest) { cells.set(.queueID, id) }
        if let id = value("Message-ID: ", in: rest) { cells.set(.messageID, id.withoutBrackets) }
        if let hits = value("Hits: ", in: rest) { cells.setNumber(.score, hits) }
        if let bytes = value("size: ", in: rest) { cells.setInteger(.size, bytes) }
        return true
    }

    private func decodeForward(_ start: Pairs, into cells: Cells) -> Bool {
        var pairs = start
        _ = pairs.upTo(" FWD from <")
        guard pairs.skip(" FWD from <"), let sender = pairs.address(before: { $0.stands(" -> <", at: $1) }),
            pairs.skip(" -> <"), let recipient = pairs.address(before: { $1 == $0.count || $0[$1] == 0x2C })
        else { return false }
        cells.event(.amavisForward)
        cells.set(.from, sender)
        cells.set(.to, recipient)
        _ = pairs.upTo(", ")
        if pairs.skip(", ") { cells.set(.detail, pairs.rest) }
        return true
    }

    /// Returns the value of a key that follows a comma; the value ends before the next comma.
    private func value(_ key: StaticString, in text: Bytes) -> Bytes? {
        var pairs = Pairs(text)
        while true {
            _ = pairs.upTo(", ")
            guard pairs.skip(", ") else { return nil }
            if pairs.skip(key) { return pairs.upTo(", ") }
        }
    }
}
