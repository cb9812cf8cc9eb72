import MailLog

/// How many slots the rows between two reductions have. Stages add slots while they are resolved; rows are made
/// only when all of them are.
package final class Layout: Sendable {
    private let count: Mutex<Int>
    private let widest: Width

    /// The largest number of slots among a layout and its branches.
    private final class Width: Sendable {
        let count: Mutex<Int>
        init(_ count: Int) { self.count = Mutex(count) }
    }

    package convenience init(_ count: Int) { self.init(count, Width(count)) }

    private init(_ count: Int, _ widest: Width) {
        self.count = Mutex(count)
        self.widest = widest
    }

    package var width: Int { widest.count.withLock { $0 } }

    package func newSlot() -> Int {
        let slot = count.withLock { count in
            count += 1
            return count - 1
        }
        widest.count.withLock { $0 = max($0, slot + 1) }
        return slot
    }

    /// A layout for one of several pipelines that go on from here. Their rows share slots; rows that the steps before
    /// make are wide enough for each of them.
    func branch() -> Layout { Layout(count.withLock { $0 }, widest) }
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
