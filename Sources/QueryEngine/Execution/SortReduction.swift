import MailLog

/// Sorts rows. With a limit, keeps only the first rows.
struct SortReduction: Reduction {
    struct Key: Sendable {
        let expression: Typed
        let descending: Bool
    }

    let keys: [Key]
    /// Slots that make up a row, also in emitted rows.
    var slots: [Int]
    let layout: Layout
    var limit: Int?
    /// Whether emitted rows are numbered in their new order. Later stages use that order.
    var numbersRows = true
    /// Title for `explain` if the sort is not the user's.
    var name: String?

    var title: String { name ?? limit.map { "sort, keep the first \($0)" } ?? "sort" }

    var needs: Set<Int> { keys.reduce(into: Set(slots)) { $0.formUnion($1.expression.needs) } }

    func limited(to count: Int) -> SortReduction? {
        var copy = self
        copy.limit = min(count, limit ?? count)
        return copy
    }

    func keeping(_ slots: Set<Int>) -> SortReduction? {
        var copy = self
        copy.slots = self.slots.filter(slots.contains)
        return copy
    }

    func makePart(_ worker: Worker) -> SortPart { SortPart(self, worker) }
}

/// A kept row: start of its copied keys and cells in `values`.
///
///     values[start..<start + keys]   keys
///     values[start + keys...]        cells, in the order of `slots`
private struct KeptRow {
    var start: Int
    var order: UInt64
}

/// Rows of one thread. When they outgrow its share of the memory, they are sorted and written to a temporary file. The
/// files are merged at the end.
final class SortPart: ReductionPart {
    private let plan: SortReduction
    private let worker: Worker
    private let keyOf: [Typed.Evaluate]
    private let width: Int
    private let ignoresCase: [Bool]
    private let descending: [Bool]

    private var keys: [Value]
    private var values: [Value] = []
    private var rows: [KeptRow] = []
    /// With a limit and that many sorted rows: index of the last of them in `rows`. Rows after it are dropped.
    private var bar: Int?
    private var texts = Arena(blockSize: 256 * 1024)
    /// Sorted files by merge level. Sixteen files of a level are merged into one of the next. So few files are open,
    /// and each row is merged few times.
    private var runs: [[SpillFile]] = []
    private static let fanIn = 16
    private let share: Int

    init(_ plan: SortReduction, _ worker: Worker) {
        self.plan = plan
        self.worker = worker
        share = worker.run.share
        keyOf = plan.keys.map { $0.expression.make() }
        keys = plan.keys.map { _ in .missing }
        ignoresCase = plan.keys.map { $0.expression.type.ignoresCase }
        descending = plan.keys.map(\.descending)
        width = plan.keys.count + plan.slots.count
    }

    private var footprint: Int { values.capacity * 16 + rows.capacity * 16 + texts.usedBytes }

    func consume(_ row: Row) -> Bool {
        if plan.limit == 0 { return false }
        for index in keyOf.indices { keys[index] = keyOf[index](row) }
        if let bar, !isBefore(keys, row.order, rows[bar]) { return true }
        let start = values.count
        for key in keys { values.append(texts.copy(key)) }
        for slot in plan.slots { values.append(texts.copy(row[slot])) }
        rows.append(KeptRow(start: start, order: row.order))
        if let limit = plan.limit, limit < 1 << 20, rows.count >= max(256, limit * 4) { cut(to: limit) }
        if rows.count & 1023 == 0 || texts.usedBytes > share, footprint > share { spill() }
        return true
    }

    private func isBefore(_ a: KeptRow, _ b: KeptRow) -> Bool {
        let order = compare({ values[a.start + $0] }, { values[b.start + $0] })
        if order != 0 { return order < 0 }
        return a.order != b.order ? a.order < b.order : a.start < b.start
    }

    /// Whether a new row sorts before a kept row.
    private func isBefore(_ keys: [Value], _ order: UInt64, _ kept: KeptRow) -> Bool {
        let sign = compare({ keys[$0] }, { values[kept.start + $0] })
        return sign != 0 ? sign < 0 : order < kept.order
    }

    @inline(__always)
    private func compare(_ a: (Int) -> Value, _ b: (Int) -> Value) -> Int {
        for key in keyOf.indices {
            let order = compare(a(key), b(key), key)
            if order != 0 { return order }
        }
        return 0
    }

    /// Missing values come last in both directions.
    private func compare(_ a: Value, _ b: Value, _ key: Int) -> Int {
        let order = Ordering.compare(a, b, ignoresCase: ignoresCase[key])
        return descending[key] && !a.isMissing && !b.isMissing ? -order : order
    }

    /// Leaves the rows unsorted if the answer is given up.
    private func sortRows() {
        var comparisons = 0
        try? rows.sort { a, b in
            comparisons += 1
            if comparisons & 1023 == 0, worker.run.shouldGiveUp { throw CancellationError() }
            return isBefore(a, b)
        }
    }

    /// Keeps the first rows and frees the memory of the others.
    private func cut(to limit: Int) {
        sortRows()
        rows.removeLast(max(0, rows.count - limit))
        bar = rows.count == limit ? rows.indices.last : nil
        let old = values
        let oldTexts = texts
        texts = Arena(blockSize: 256 * 1024)
        values = []
        for index in rows.indices {
            let start = rows[index].start
            rows[index].start = values.count
            for offset in 0..<width { values.append(texts.copy(old[start + offset])) }
        }
        withExtendedLifetime(oldTexts) {}
    }

    private func spill() {
        if let limit = plan.limit, rows.count > limit { cut(to: limit) }
        guard footprint > share else { return }
        worker.run.noteSpill()
        writeRun()
    }

    private func writeRun() {
        sortRows()
        guard let file = SpillFile(worker.run) else { return }
        var record: [UInt8] = []
        for row in rows {
            record.removeAll(keepingCapacity: true)
            withUnsafeBytes(of: row.order) { record.append(contentsOf: $0) }
            for offset in 0..<width {
                KeyCodec.append(values[row.start + offset], ignoresCase: false, to: &record)
            }
            file.append(record)
        }
        add(file, level: 0)
        rows = []
        bar = nil
        values = []
        texts = Arena(blockSize: 256 * 1024)
    }

    private func add(_ file: SpillFile, level: Int) {
        if runs.count == level { runs.append([]) }
        runs[level].append(file)
        guard runs[level].count == SortPart.fanIn, let merged = SpillFile(worker.run) else { return }
        mergeRuns(runs[level]) { cursor in
            merged.append(cursor.record)
            return !worker.run.shouldGiveUp
        }
        runs[level] = []
        add(merged, level: level + 1)
    }

    func merge(_ other: SortPart) {
        for (level, files) in other.runs.enumerated() {
            while runs.count < level { runs.append([]) }
            for file in files { add(file, level: level) }
        }
        if plan.limit == nil, !rows.isEmpty, footprint + other.footprint > worker.run.memory / 2 {
            writeRun()
        }
        for (number, row) in other.rows.enumerated() {
            if number & 1023 == 0, worker.run.shouldGiveUp { return }
            let start = values.count
            for offset in 0..<width { values.append(texts.copy(other.values[row.start + offset])) }
            rows.append(KeptRow(start: start, order: row.order))
        }
        if let limit = plan.limit, rows.count > limit { cut(to: limit) }
    }

    func emit(into next: any RowConsumer, worker: Worker) {
        let buffer = RowBuffer(plan.layout)
        let limit = UInt64(plan.limit ?? .max)
        var emitted: UInt64 = 0
        func emit(_ order: UInt64, cell: (Int) -> Value) -> Bool {
            guard emitted < limit, emitted & 1023 != 0 || !worker.run.shouldGiveUp else { return false }
            emitted += 1
            worker.arena.reset()
            buffer.clear()
            for (index, slot) in plan.slots.enumerated() { buffer.slots[slot] = cell(keyOf.count + index) }
            return next.consume(buffer.row(order: plan.numbersRows ? emitted : order, worker: worker))
        }
        if runs.isEmpty {
            sortRows()
            for row in rows where !emit(row.order, cell: { values[row.start + $0] }) { return }
        } else {
            if !rows.isEmpty { writeRun() }
            mergeRuns(runs.flatMap { $0 }) { cursor in emit(cursor.order) { cursor.values[$0] } }
        }
    }

    /// Position in a file during a merge, with its current row.
    private final class Cursor {
        var reader: SpillFile.Reader
        var record: [UInt8] = []
        var order: UInt64 = 0
        var values: [Value] = []
        private let arena = Arena()

        init(_ file: SpillFile) { reader = file.reader() }

        func advance(_ width: Int) -> Bool {
            guard let next = reader.next() else { return false }
            record = Array(next)
            arena.reset()
            values.removeAll(keepingCapacity: true)
            record.withUnsafeBytes { raw in
                order = raw.loadUnaligned(as: UInt64.self)
                let bytes = arena.text(
                    Bytes(raw.baseAddress!.assumingMemoryBound(to: UInt8.self), count: raw.count)
                ).bytes
                var offset = 8
                for _ in 0..<width { values.append(KeyCodec.next(bytes, at: &offset, arena: arena)) }
            }
            return true
        }
    }

    /// Passes the rows of sorted files in order to `body`, until it returns false.
    private func mergeRuns(_ files: [SpillFile], _ body: (Cursor) -> Bool) {
        var cursors = files.map(Cursor.init).filter { $0.advance(width) }
        // After a read error, the merge would continue without the rows of that file.
        while !cursors.isEmpty, !worker.run.hasFailed {
            var best = 0
            for candidate in 1..<max(1, cursors.count) where isBefore(cursors[candidate], cursors[best]) {
                best = candidate
            }
            guard body(cursors[best]) else { return }
            if !cursors[best].advance(width) { cursors.remove(at: best) }
        }
    }

    private func isBefore(_ a: Cursor, _ b: Cursor) -> Bool {
        let order = compare({ a.values[$0] }, { b.values[$0] })
        return order != 0 ? order < 0 : a.order < b.order
    }
}
