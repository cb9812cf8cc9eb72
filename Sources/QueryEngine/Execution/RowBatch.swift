import MailLog

/// Copies of rows, for handing them from one thread to another.
final class RowBatch: RowConsumer {
    private let slots: [Int]
    private var values: [Value] = []
    private var orders: [UInt64] = []
    private let texts = Arena(blockSize: 64 * 1024)

    init(slots: [Int]) { self.slots = slots }

    func consume(_ row: Row) -> Bool {
        for slot in slots { values.append(keep(row[slot])) }
        orders.append(row.order)
        return true
    }

    func finish() {}

    private func keep(_ value: Value) -> Value {
        switch value.kind {
        case .text: texts.text(value.bytes)
        case .list: texts.list(value.elements.map(keep))
        default: value
        }
    }

    /// Passes the rows on; false when no more are wanted.
    func replay(into next: any RowConsumer, _ buffer: RowBuffer, worker: Worker) -> Bool {
        for (place, order) in orders.enumerated() {
            worker.arena.reset()
            for (offset, slot) in slots.enumerated() {
                buffer.slots[slot] = values[place * slots.count + offset]
            }
            if !next.consume(buffer.row(order: order, worker: worker)) { return false }
        }
        return true
    }
}
