import MailLog

/// One row in a pipeline: a view of slots that the schema's columns refer to. Slots, texts and lists are valid until
/// the producer makes the next row. An operator that keeps a row copies it.
package struct Row {
    package let slots: UnsafeMutablePointer<Value>
    /// Position of the row in the input. Decides ties, `first` and `last`, independent of threads.
    package var order: UInt64
    package unowned(unsafe) let worker: Worker

    @inlinable @inline(__always)
    package subscript(slot: Int) -> Value {
        get { slots[slot] }
        nonmutating set { slots[slot] = newValue }
    }
}

/// Scratch memory of one thread, and the state of the run.
package final class Worker {
    /// Texts and lists made for the current row.
    package let arena = Arena()
    package let patterns = PatternScratch()
    package let run: RunState

    /// Actions of operators while they wait for rows (`--follow`).
    private var waits: [(_ moment: Int64) -> Bool] = []

    package init(run: RunState) { self.run = run }

    /// Adds an action. It gets the time of a monotonic clock in microseconds, and returns whether further rows are
    /// wanted.
    func whileWaiting(_ wait: @escaping (_ moment: Int64) -> Bool) { waits.append(wait) }

    /// Runs the actions at a moment without rows. Returns false if no further rows are wanted.
    func wait(to moment: Int64) -> Bool { waits.allSatisfy { $0(moment) } }
}

/// A consumer of rows: an operator of a pipeline or the output at its end.
package protocol RowConsumer: AnyObject {
    /// Takes a row. Returns false if no further row is wanted.
    func consume(_ row: Row) -> Bool
    /// Called after the last row.
    func finish()
}
