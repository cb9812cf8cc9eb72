import MailLog

/// Number of slots in the rows between two reductions. Stages add slots while they are resolved. Rows are made after
/// all stages are resolved.
package final class Layout: Sendable {
    private let count: Mutex<Int>
    private let widest: Width

    /// Largest number of slots of a layout and its branches.
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

    /// Returns a layout for one of several pipelines that continue from here. Rows of the shared steps are wide enough
    /// for each of them.
    func branch() -> Layout { Layout(count.withLock { $0 }, widest) }
}

/// Slots of one row at a time, owned by the producer of the rows.
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
