import MailLog

/// One row on its way through a pipeline: a register file whose slots the columns of the schema name. A view:
/// slots, texts and lists are valid until the row's producer makes the next one, so who keeps a row copies it.
package struct Row {
    package let slots: UnsafeMutablePointer<Value>
    /// The row's place in the input; ties and "first" and "last" go by it, whatever thread saw the row.
    package var order: UInt64
    /// The thread that the row is on, with its scratch memory.
    package unowned(unsafe) let worker: Worker

    @inlinable @inline(__always)
    package subscript(slot: Int) -> Value {
        get { slots[slot] }
        nonmutating set { slots[slot] = newValue }
    }
}

/// One thread's scratch memory, and its way to say that the run has failed.
package final class Worker {
    /// Texts and lists made for the current row.
    package let arena = Arena()
    package let patterns = PatternScratch()
    package let run: RunState

    /// What operators do while they wait for rows (`--follow`).
    private var waits: [(_ moment: Int64) -> Bool] = []

    package init(run: RunState) { self.run = run }

    /// `wait` gets a moment in microseconds of a clock that never stops, and says whether further rows are wanted.
    func whileWaiting(_ wait: @escaping (_ moment: Int64) -> Bool) { waits.append(wait) }

    /// No rows have come up to that moment; false where none are wanted any more.
    func wait(to moment: Int64) -> Bool { waits.allSatisfy { $0(moment) } }
}

/// A consumer of rows: an operator of a pipeline or the output at its end.
package protocol RowConsumer: AnyObject {
    /// Takes a row. False means that no further row is wanted.
    func consume(_ row: Row) -> Bool
    /// No row comes any more.
    func finish()
}
