import MailLog
import Synchronization

/// How many slots the rows between two reductions have. Stages add slots while they are resolved; rows are made
/// only when all of them are.
package final class Layout: Sendable {
    private let count: Mutex<Int>

    package init(_ count: Int) { self.count = Mutex(count) }

    package var width: Int { count.withLock { $0 } }

    package func newSlot() -> Int {
        count.withLock { count in
            count += 1
            return count - 1
        }
    }
}

/// The slots of one row at a time, owned by who makes the rows.
package final class RowBuffer {
    package let slots: UnsafeMutablePointer<Value>
    package let width: Int

    package convenience init(_ layout: Layout) { self.init(width: max(1, layout.width)) }

    package init(width: Int) {
        self.width = width
        slots = .allocate(capacity: width)
        slots.initialize(repeating: .missing, count: width)
    }

    deinit { slots.deallocate() }

    package func clear() { slots.update(repeating: .missing, count: width) }

    package func row(order: UInt64, worker: Worker) -> Row { Row(slots: slots, order: order, worker: worker) }
}
