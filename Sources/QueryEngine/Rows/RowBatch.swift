import MailLog

/// Slots of a row that are read: the same for all rows, or one list for each kind of row. A slot holds the kind.
struct RowSlots: Sendable {
    private(set) var kind: Int?
    let lists: [[Int]]

    init(_ slots: some Collection<Int>) { lists = [slots.sorted()] }

    /// Rows of kind `n` use list `n`.
    init(kind: Int, _ lists: [Set<Int>]) {
        self.kind = kind
        self.lists = lists.map { $0.sorted() }
    }
}

/// Copies of rows, passed from one thread to another. Cells of a row:
///     order and kind of the row
///     for each 64 slots: one bit per slot that has a value, then those values
///
/// Texts inside `block` are not copied.
final class RowBatch: RowConsumer {
    /// Memory of the lines of the rows. It does not change until `clear`.
    let block: Block?
    private let kind: Int?
    private let lists: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<Int>>
    /// Cells of the widest row, plus one: a value is written before it is tested for missing.
    private let width: Int
    private var memory = Bytes("")
    private var cells: UnsafeMutablePointer<Value>
    private var count = 0
    private var capacity = 1024
    private let texts = Arena(blockSize: 64 * 1024)

    init(_ slots: RowSlots, block: Block? = nil) {
        self.block = block
        kind = slots.kind
        lists = .allocate(capacity: slots.lists.count)
        for (kind, list) in slots.lists.enumerated() {
            lists.initializeElement(at: kind, to: .allocate(capacity: list.count))
            _ = lists[kind].initialize(from: list)
        }
        width = lists.reduce(0) { max($0, $1.count + ($1.count + 63) / 64) } + 2
        cells = .allocate(capacity: capacity)
    }

    deinit {
        for list in lists { list.deallocate() }
        lists.deallocate()
        cells.deallocate()
    }

    func consume(_ row: Row) -> Bool {
        if count == 0, let block { memory = block.memory }
        if count + width > capacity { grow() }
        let kind = kind.map { row[$0].integer } ?? 0
        let (slots, cells, memory) = (lists[kind], cells, memory)
        cells[count] = Value(bits: row.order, extra: UInt32(kind), kind: .integer)
        var next = count + 1
        for start in stride(from: 0, to: slots.count, by: 64) {
            let head = next
            var present: UInt64 = 0
            next += 1
            for index in start..<min(start + 64, slots.count) {
                let value = row[slots[index]]
                cells[next] = value
                if value.kind == .text && !memory.holds(value.bytes) || value.kind == .list {
                    cells[next] = texts.copy(value)
                }
                let step = value.isMissing ? 0 : 1
                present |= UInt64(step) << UInt64(index & 63)
                next += step
            }
            cells[head] = Value(bits: present, kind: .integer)
        }
        count = next
        return true
    }

    private func grow() {
        capacity = max(capacity * 2, count + width)
        let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity)
        larger.update(from: cells, count: count)
        cells.deallocate()
        cells = larger
    }

    func finish() {}

    /// Passes the rows on. Returns false if no more are wanted.
    func replay(into next: any RowConsumer, _ buffer: RowBuffer, worker: Worker) -> Bool {
        var cell = UnsafePointer(cells)
        let (lists, end, row) = (lists, cell + count, buffer.slots)
        var last = lists[0]
        while cell < end {
            let (order, kind) = (cell.pointee.bits, Int(cell.pointee.extra))
            cell += 1
            let slots = lists[kind]
            if slots.baseAddress != last.baseAddress {
                for slot in last { row[slot] = .missing }
                last = slots
            }
            for start in stride(from: 0, to: slots.count, by: 64) {
                var present = cell.pointee.bits
                cell += 1
                for index in start..<min(start + 64, slots.count) {
                    let isPresent = present & 1 != 0
                    row[slots[index]] = isPresent ? cell.pointee : .missing
                    cell += isPresent ? 1 : 0
                    present >>= 1
                }
            }
            worker.arena.reset()
            if !next.consume(buffer.row(order: order, worker: worker)) { return false }
        }
        // The next rows may be of another kind.
        for slot in last { row[slot] = .missing }
        return true
    }

    func clear() {
        count = 0
        texts.reset()
    }
}
