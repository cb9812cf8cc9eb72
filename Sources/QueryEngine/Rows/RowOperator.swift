import MailLog

/// Operator made of a closure, for steps with little state.
final class RowOperator: RowConsumer {
    private let body: (Row) -> Bool
    private let atEnd: () -> Void
    private let next: (any RowConsumer)?

    /// `body` takes each row and passes rows to `next`. `atEnd` runs before `next` finishes.
    init(_ next: (any RowConsumer)? = nil, atEnd: @escaping () -> Void = {}, body: @escaping (Row) -> Bool) {
        self.next = next
        self.atEnd = atEnd
        self.body = body
    }

    func consume(_ row: Row) -> Bool { body(row) }

    func finish() {
        atEnd()
        next?.finish()
    }
}

/// Source of new rows: fills one buffer again and again, and passes the rows to the next operator.
final class RowEmitter {
    private let buffer: RowBuffer
    private let next: any RowConsumer
    private let worker: Worker
    private var rows: UInt64 = 0

    init(_ layout: Layout, _ next: any RowConsumer, _ worker: Worker) {
        buffer = RowBuffer(layout)
        self.next = next
        self.worker = worker
    }

    /// Emits a row with these cells in the slots from 0 on. The arena is cleared before each row. Rows are numbered
    /// from 1 unless `order` is given. False if no further row is wanted.
    func emit(order: UInt64? = nil, _ cells: (Arena) -> [Value]) -> Bool {
        worker.arena.reset()
        for (slot, cell) in cells(worker.arena).enumerated() { buffer.slots[slot] = cell }
        rows += 1
        return next.consume(buffer.row(order: order ?? rows, worker: worker))
    }
}
