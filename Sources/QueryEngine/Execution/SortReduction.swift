import MailLog

/// All rows in an order; with a limit, only the first of them are kept at any time.
struct SortReduction: Reduction {
    struct Key: Sendable {
        let expression: Typed
        let descending: Bool
    }

    let keys: [Key]
    /// The slots that make up a row; the emitted row has them in the same places.
    var slots: [Int]
    let layout: Layout
    var limit: Int?
    /// Whether the emitted rows get the order that they are emitted in, which stages behind go by.
    var numbersRows = true
    /// For `explain`, where it is not the user's sort.
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

/// A row that is kept: its sort keys and its cells, copied.
///
///     values[0..<keys]   the keys
///     values[keys...]    the cells, in the order of `slots`
private struct KeptRow {
    var place: Int
    var order: UInt64
}

/// The rows that one thread has gathered. What outgrows its share of the memory is sorted and written to a
/// temporary file, and the files are merged at the end.
final class SortPart: ReductionPart {
    private let plan: SortReduction
    private let worker: Worker
    private let keyOf: [Typed.Evaluate]
    private let width: Int
    private let ignoresCase: [Bool]
    private let descending: [Bool]

    /// The keys of the current row.
    private var keys: [Value]
    private var values: [Value] = []
    private var rows: [KeptRow] = []
    /// Where only the first rows are wanted and so many are known: the place of the last of them among `rows`.
    private var bar: Int?
    private var texts = Arena(blockSize: 256 * 1024)
    private var textBytes = 0
    /// Sorted files, by how often their rows have been merged. Sixteen of a level become one of the next, so that
    /// few are ever open together, and each row is merged a few times only.
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

    private var footprint: Int { values.capacity * 16 + rows.capacity * 16 + textBytes }

    func consume(_ row: Row) -> Bool {
        if plan.limit == 0 { return false }
        for place in keyOf.indices { keys[place] = keyOf[place](row) }
        if let bar, !isBefore(keys, row.order, rows[bar]) { return true }
        let place = values.count
        for key in keys { values.append(keep(key)) }
        for slot in plan.slots { values.append(keep(row[slot])) }
        rows.append(KeptRow(place: place, order: row.order))
        if let limit = plan.limit, limit < 1 << 20, rows.count >= max(256, limit * 4) { cut(to: limit) }
        if rows.count & 1023 == 0 || textBytes > share, footprint > share { spill() }
        return true
    }

    /// A copy of the value that lives as long as the gathered rows.
    private func keep(_ value: Value) -> Value {
        switch value.kind {
        case .text:
            textBytes += Arena.room(value.bytes.count)
            return texts.text(value.bytes)
        case .list:
            textBytes += value.elements.count * 16
            return texts.list(value.elements.map(keep))
        default: return value
        }
    }

    private func isBefore(_ a: KeptRow, _ b: KeptRow) -> Bool {
        let order = compare({ values[a.place + $0] }, { values[b.place + $0] })
        if order != 0 { return order < 0 }
        return a.order != b.order ? a.order < b.order : a.place < b.place
    }

    /// Whether a row that is not kept yet, and comes later than all that are, stands before a kept one.
    private func isBefore(_ keys: [Value], _ place: UInt64, _ kept: KeptRow) -> Bool {
        let order = compare({ keys[$0] }, { values[kept.place + $0] })
        return order != 0 ? order < 0 : place < kept.order
    }

    /// All keys of two rows, one after the other.
    @inline(__always)
    private func compare(_ a: (Int) -> Value, _ b: (Int) -> Value) -> Int {
        for key in keyOf.indices {
            let order = compare(a(key), b(key), key)
            if order != 0 { return order }
        }
        return 0
    }

    /// Missing comes last both ways.
    private func compare(_ a: Value, _ b: Value, _ key: Int) -> Int {
        let order = Ordering.compare(a, b, ignoresCase: ignoresCase[key])
        return descending[key] && !a.isMissing && !b.isMissing ? -order : order
    }

    /// Leaves them as they are where the answer is given up meanwhile.
    private func sortRows() {
        var comparisons = 0
        try? rows.sort { a, b in
            comparisons += 1
            if comparisons & 1023 == 0, worker.run.shouldGiveUp { throw CancellationError() }
            return isBefore(a, b)
        }
    }

    /// Keeps the first rows only and copies them together.
    private func cut(to limit: Int) {
        sortRows()
        rows.removeLast(max(0, rows.count - limit))
        bar = rows.count == limit ? rows.indices.last : nil
        let old = values
        let oldTexts = texts
        texts = Arena(blockSize: 256 * 1024)
        textBytes = 0
        values = []
        for index in rows.indices {
            let place = rows[index].place
            rows[index].place = values.count
            for offset in 0..<width { values.append(keep(old[place + offset])) }
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
                KeyCodec.append(values[row.place + offset], ignoresCase: false, to: &record)
            }
            file.append(record)
        }
        add(file, level: 0)
        rows = []
        bar = nil
        values = []
        texts = Arena(blockSize: 256 * 1024)
        textBytes = 0
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
            let place = values.count
            for offset in 0..<width { values.append(keep(other.values[row.place + offset])) }
            rows.append(KeptRow(place: place, order: row.order))
        }
        if let limit = plan.limit, rows.count > limit { cut(to: limit) }
    }

    func emit(into next: any RowConsumer, worker: Worker) {
        sortRows()
        let buffer = RowBuffer(plan.layout)
        var left = plan.limit ?? .max
        var emitted: UInt64 = 0
        if runs.isEmpty {
            for row in rows {
                guard left > 0, emitted & 1023 != 0 || !worker.run.shouldGiveUp else { return }
                left -= 1
                emitted += 1
                worker.arena.reset()
                buffer.clear()
                for (offset, slot) in plan.slots.enumerated() {
                    buffer.slots[slot] = values[row.place + keyOf.count + offset]
                }
                guard
                    next.consume(
                        buffer.row(order: plan.numbersRows ? emitted : row.order, worker: worker))
                else { return }
            }
            return
        }
        if !rows.isEmpty { writeRun() }
        mergeRuns(runs.flatMap { $0 }) { cursor in
            guard left > 0, emitted & 1023 != 0 || !worker.run.shouldGiveUp else { return false }
            left -= 1
            emitted += 1
            worker.arena.reset()
            buffer.clear()
            for (offset, slot) in plan.slots.enumerated() {
                buffer.slots[slot] = cursor.values[keyOf.count + offset]
            }
            let order = plan.numbersRows ? emitted : cursor.order
            return next.consume(buffer.row(order: order, worker: worker))
        }
    }

    /// One run on its way through the merge: its next row.
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

    /// Gives the rows of sorted files in order, until `body` wants no more.
    private func mergeRuns(_ files: [SpillFile], _ body: (Cursor) -> Bool) {
        var cursors = files.map(Cursor.init).filter { $0.advance(width) }
        // A file that cannot be read ends early, and the others would go on without its rows.
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
