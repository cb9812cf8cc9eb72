import MailLog

/// Copies of rows, for handing them from one thread to another. Of each row its order, then a bit for each
/// slot that has a value, then those values, one after the other.
final class RowBatch: RowConsumer {
    private let slots: [Int]
    private let words: Int
    private var orders: [UInt64] = []
    private var bits: [UInt64] = []
    private var values: UnsafeMutablePointer<Value>
    private var count = 0
    private var capacity = 1024
    private let texts = Arena(blockSize: 64 * 1024)

    init(slots: [Int]) {
        self.slots = slots
        words = (slots.count + 63) / 64
        values = .allocate(capacity: capacity)
    }

    deinit { values.deallocate() }

    func consume(_ row: Row) -> Bool {
        if count + slots.count > capacity { grow() }
        slots.withUnsafeBufferPointer { slots in
            var next = count
            for start in stride(from: 0, to: slots.count, by: 64) {
                var present: UInt64 = 0
                for place in start..<min(start + 64, slots.count) {
                    let value = row[slots[place]]
                    guard !value.isMissing else { continue }
                    present |= 1 << UInt64(place & 63)
                    values[next] = keep(value)
                    next += 1
                }
                bits.append(present)
            }
            count = next
        }
        orders.append(row.order)
        return true
    }

    private func grow() {
        capacity = max(capacity * 2, count + slots.count)
        let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity)
        larger.update(from: values, count: count)
        values.deallocate()
        values = larger
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
        var value = 0
        for (row, order) in orders.enumerated() {
            worker.arena.reset()
            for (place, slot) in slots.enumerated() {
                if bits[row * words + (place >> 6)] & 1 << UInt64(place & 63) != 0 {
                    buffer.slots[slot] = values[value]
                    value += 1
                } else {
                    buffer.slots[slot] = .missing
                }
            }
            if !next.consume(buffer.row(order: order, worker: worker)) { return false }
        }
        return true
    }
}
