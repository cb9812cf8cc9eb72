/// Line of a message that enters the active queue, for the first or a later delivery attempt (`global/opened.c`):
///
///     from=<S>, size=N, nrcpt=N (queue active)
package struct ActiveShape: LineShape {
    package static let events: [LineEvent] = [.active]
    package let processes = ["qmgr", "oqmgr", "nqmgr"]
    package let marker: String? = " (queue "
    package let summary = "a message enters the active queue: from, size and nrcpt"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: D9B09F8A023: from=<\"weird name\"@c.example>, size=325, nrcpt=1 (queue active)",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: B42F5F8A2E2: from=<>, size=2189, nrcpt=1 (queue active)",
        "Sep 25 12:07:56 mx1 postfix/qmgr[1626]: ED373F8043E: from=rory@a.example, size=270, nrcpt=1 (queue active)",
    ]

    package init() {}

    package var fields: [Field] { [.from, .size, .nrcpt, .queue] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard body.stands("from=", at: 0), body[body.count - 1] == UInt8(ascii: ")") else { return false }
        var pairs = Pairs(body, from: 5)
        guard let sender = pairs.anyAddress(before: { $0.stands(", size=", at: $1) }), pairs.skip(", size="),
            let bytes = pairs.upToComma(), pairs.skip("nrcpt=")
        else { return false }
        let recipients = pairs.upTo(" (queue ")
        guard pairs.skip(" (queue ") else { return false }
        cells.event(.active)
        cells.set(.from, sender)
        cells.setInteger(.size, bytes)
        cells.setInteger(.nrcpt, recipients)
        cells.set(.queue, pairs.rest.dropLast(1))
        return true
    }
}
