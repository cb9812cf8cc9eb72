/// Line of a message that exceeded the queue lifetime (`qmgr/qmgr_active.c`). No delivery line reports the expiry:
///
///     from=<S>, status={expired|force-expired}, returned to sender
package struct ExpiredShape: LineShape {
    package static let events: [LineEvent] = [.expired]
    package let processes = ["qmgr", "oqmgr", "nqmgr"]
    package let marker: String? = "expired, returned to sender"
    package let summary = "a message exceeds the queue lifetime and is returned to the sender"
    package let samples = [
        "Nov 23 16:39:55 mx1 postfix/qmgr[7786]: BD528F8A638: from=<s@c.example>, status=expired, returned to sender",
        "Nov 23 16:40:16 mx1 mx1-out/qmgr[10573]: 4jYBWH4v7vz2NpSf: from=<s@c.example>, status=force-expired, returned to sender",
    ]

    package init() {}

    package var fields: [Field] { [.from, .status] }

    package func gives(_ word: String, for field: Field) -> Bool {
        field != .status || word == "expired" || word == "force-expired"
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard body.stands("from=<", at: 0), body.hasSuffix("expired, returned to sender") else {
            return false
        }
        var pairs = Pairs(body, from: 6)
        guard let sender = pairs.address(before: { $0.stands(", status=", at: $1) }),
            pairs.skip(", status="), let word = pairs.upToComma()
        else { return false }
        guard word == "expired" || word == "force-expired" else { return false }
        cells.event(.expired)
        cells.set(.from, sender)
        cells.set(.status, word)
        return true
    }
}
