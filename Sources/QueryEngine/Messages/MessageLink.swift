import MailLog

/// Link in a line of one message to another message: its parent, its child, or its next hop.
struct MessageLink {
    enum Kind { case child, parent, hop }

    let id: [UInt8]
    let kind: Kind
    let time: Value

    /// Slots of the linked queue ids.
    static let slots: [(slot: Int, kind: Kind)] = [
        (Field.newQueueID.slot, .child), (Field.queuedAs.slot, .hop),
        (Field.origQueueID.slot, .parent), (Field.origID.slot, .parent),
    ]
    private static let time = Field.time.slot

    static func all(of row: Row) -> [MessageLink] {
        slots.compactMap { slot, kind in
            row[slot].kind == .text
                ? MessageLink(id: Array(row[slot].bytes), kind: kind, time: row[time]) : nil
        }
    }

    /// Earliest time of a line of the linked message, in microseconds of the wall clock. A child or hop begins at most
    /// a day before the link; a parent has no limit.
    var since: Int64 { kind == .parent ? .min : time.wallClock - 86_400_000_000 }

    /// Whether the link can refer to this message, by host and time. Queue ids are reused, so the id is not enough.
    func fits(from: Message, to: Message) -> Bool {
        let hour: Int64 = 3_600_000_000
        let sinceFirst = MessageTable.elapsed(to.first, time)
        let sinceLast = MessageTable.elapsed(to.last, time)
        switch kind {
        // The clock of another host may differ.
        case .hop: return abs(sinceFirst) <= hour
        case .child: return from.host === to.host && abs(sinceFirst) <= hour
        case .parent:
            return from.host === to.host && sinceFirst >= -hour && sinceLast <= 31 * 24 * hour
        }
    }
}
