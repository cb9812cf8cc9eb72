import MailLog

/// What a line of one message says of another one: that it was made of it, or goes on under that id.
struct MessageLink {
    enum Kind { case child, parent, hop }

    let id: [UInt8]
    let kind: Kind
    let time: Value

    /// Where lines have such ids.
    static let slots: [(slot: Int, kind: Kind)] = [
        (Field("new_queue_id").slot, .child), (Field("queued_as").slot, .hop),
        (Field("orig_queue_id").slot, .parent), (Field("orig_id").slot, .parent),
    ]
    private static let time = Field("time").slot

    static func all(of row: Row) -> [MessageLink] {
        slots.compactMap { slot, kind in
            row[slot].kind == .text
                ? MessageLink(id: Array(row[slot].bytes), kind: kind, time: row[time]) : nil
        }
    }

    /// From when on lines can be of the message that is meant, in microseconds of the wall clock: a day before the
    /// link for one that begins with it.
    var since: Int64 { kind == .parent ? .min : time.wallClock - 86_400_000_000 }

    /// Whether the message is the one that is meant: the right host, at the right time.
    func fits(from: Message, to: Message) -> Bool {
        let hour: Int64 = 3_600_000_000
        let sinceFirst = MessageTable.elapsed(to.first, time)
        let sinceLast = MessageTable.elapsed(to.last, time)
        switch kind {
        // Another host's clock may go ahead.
        case .hop: return abs(sinceFirst) <= hour
        case .child: return from.host === to.host && abs(sinceFirst) <= hour
        case .parent:
            return from.host === to.host && sinceFirst >= -hour && sinceLast <= 31 * 24 * hour
        }
    }
}
