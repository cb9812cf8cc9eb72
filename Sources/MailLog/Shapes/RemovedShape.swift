/// Removal of a message from the queue: `removed[ (canceled)]`. The line comes from
///
/// - the queue manager,
/// - `postsuper -d` with the queue id,
/// - cleanup, from Postfix 3.10, if the client cancelled the message.
package struct RemovedShape: LineShape {
    package static let events: [LineEvent] = [.removed]
    package let processes = ["qmgr", "oqmgr", "nqmgr", "postsuper", "cleanup"]
    package let marker: String? = ": removed"
    package let summary = "a message is removed from the queue"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: AB485F8A0B1: removed",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: AB485F8A0B1: removed (canceled)",
    ]

    package init() {}

    package var fields: [Field] { [.detail] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard line.queueID != nil, body.stands("removed", at: 0) else { return false }
        if body.count > 7 {
            guard body.stands(" (", at: 7), body[body.count - 1] == UInt8(ascii: ")") else { return false }
            cells.set(.detail, body[9..<max(9, body.count - 1)])
        }
        cells.event(.removed)
        return true
    }
}
