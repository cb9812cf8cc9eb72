import MailLog
import QuerySyntax

/// `dedup F [keep last]`: removes rows with equal values.
struct DedupStage: Stage {
    static let form = Form<any Stage>(
        "dedup", aliases: ["distinct", "uniq"], summary: "keep one row for each value of the columns",
        details: """
            Keeps the first row of each value, or the last one with `keep last`. Without columns, all columns are \
            compared. Missing values count as equal.
            """,
        examples: [
            "filter event=delivery | dedup queue_id, to keep last | count by status",
            "filter process=smtpd | dedup client_name | select client_name | head 5",
        ],
        Parameter<[Name]>("[FIELD, …]", grammar: "[ name, { ',', name } ]") {
            (parser: inout Parser) throws(Diagnostic) -> [Name] in
            parser.foresee { (parser: inout Parser) throws(Diagnostic) in try parser.takeName("a field") }
            if parser.atEndOfStage() || parser.peekWord()?.lowercased() == "keep" { return [] }
            return try parser.list { (parser: inout Parser) throws(Diagnostic) in
                try parser.takeName("a field")
            }
        },
        Parameter<Bool>(
            "[keep last]", grammar: "[ 'keep', ( 'first' | 'last' ) ]"
        ) { (parser: inout Parser) throws(Diagnostic) -> Bool in
            guard parser.takeKeyword("keep") != nil else { return false }
            if parser.takeKeyword("first") != nil { return false }
            guard parser.takeKeyword("last") != nil else {
                throw Diagnostic("expected 'last' or 'first', found \(parser.found())", at: parser.here())
            }
            return true
        }
    ) { (_, fields, keepsLast) throws(Diagnostic) in DedupStage(fields: fields, keepsLast: keepsLast) }

    let fields: [Name]
    let keepsLast: Bool

    var keepsColumns: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        var columns: [Schema.Column] = []
        for field in fields { columns.append(try resolution.columnOrMissing(field)) }
        if columns.isEmpty {
            // The position differs for all lines, so only their text is compared.
            let raw = resolution.schema.isLines ? resolution.schema.column("raw") : nil
            columns = raw.map { [$0] } ?? resolution.schema.columns
        }
        let key = RowKey(columns)
        let layout = resolution.layout
        if keepsLast {
            let needs = resolution.allSlots.union(key.slots)
            resolution.append(.reduce(LastReduction(key: key, needs: needs, layout: layout)))
            return
        }
        let isParallel = resolution.steps.allSatisfy {
            if case .each(let transform) = $0 { !transform.inOrder } else { false }
        }
        if isParallel {
            resolution.each("dedup in each thread", needs: Set(key.slots)) { next, _ in
                DedupStage.prefilter(key, next)
            }
        }
        resolution.append(
            .each(
                .holding("dedup", needs: Set(key.slots), columns: resolution.allSlots) { held, next, worker in
                    FirstOperator(key, layout, held.union(key.slots), next, worker)
                }))
    }
}

extension DedupStage {
    /// Maximum number of keys per thread in the prefilter. If keys hardly repeat, more of them gain little.
    private static let prefilterLimit = 1 << 16

    /// Drops rows whose key the thread has already seen, so that fewer rows are sorted. The chunks of a thread come in
    /// the order of the log, so a dropped row is never the first of its key.
    fileprivate static func prefilter(_ key: RowKey, _ next: any RowConsumer) -> RowOperator {
        var seen = GroupTable()
        var scratch: [UInt8] = []
        return RowOperator(next) { row in
            let known = seen.count
            let mayGrow = known < prefilterLimit && seen.footprint < row.worker.run.share / 2
            let group = key.group(of: row, in: &seen, &scratch, mayGrow: mayGrow)
            return group >= 0 && group < known ? true : next.consume(row)
        }
    }
}

/// Passes on the first row of each key. When the keys outgrow the memory, rows of further keys go to temporary files
/// by the hash of their key. Such rows follow all rows that were passed on before, so the order of the input is kept.
private final class FirstOperator: RowConsumer {
    private let key: RowKey
    private let layout: Layout
    private let held: Set<Int>
    private let next: any RowConsumer
    private let worker: Worker
    private var seen = GroupTable()
    private var files: [SpillFile] = []
    private var scratch: [UInt8] = []
    private var goesOn = true
    /// Number of the current row.
    private var number: UInt64 = 0

    private static let fanOut = 16
    /// Each level uses four bits of the hash.
    private static let maximumDepth = 8

    init(
        _ key: RowKey, _ layout: Layout, _ held: Set<Int>, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.key = key
        self.layout = layout
        self.held = held
        self.next = next
        self.worker = worker
    }

    private var limit: Int { worker.run.memory / 2 }

    func consume(_ row: Row) -> Bool {
        number += 1
        let known = seen.count
        key.with(row, &scratch) { key in
            let group = seen.group(key, mayGrow: files.isEmpty)
            if group < 0 {
                append(SpilledRow.encode(number, key, row, held), key, to: files, depth: 0)
            } else if group == known {
                if seen.footprint > limit {
                    worker.run.noteSpill()
                    files = SpillFile.all(FirstOperator.fanOut, worker.run) ?? []
                }
                goesOn = next.consume(row)
            }
        }
        return goesOn
    }

    private func append(_ record: some Collection<UInt8>, _ key: Bytes, to files: [SpillFile], depth: Int) {
        files[Int(seen.hash(key) >> UInt64(60 - 4 * depth)) % FirstOperator.fanOut].append(record)
    }

    func finish() {
        let spilled = files
        files = []
        seen = GroupTable()
        let buffer = RowBuffer(layout)
        if goesOn {
            merge(spilled, depth: 0) { record in
                worker.arena.reset()
                return next.consume(RowCodec.row(SpilledRow.row(record), in: buffer, worker: worker))
            }
        }
        next.finish()
    }

    /// Passes on the first row of each key, in the order of the input. Each key is in one file.
    private func merge(_ files: [SpillFile], depth: Int, _ body: (ArraySlice<UInt8>) -> Bool) {
        var files = files
        for index in files.indices {
            guard let firsts = firsts(of: files[index], depth: depth) else { return }
            files[index] = firsts
        }
        var readers = files.map { $0.reader() }
        var heads = readers.indices.map { readers[$0].next().map(Array.init) }
        while !worker.run.hasFailed, !worker.run.shouldGiveUp {
            let numbers = heads.map { $0.map(SpilledRow.number) ?? .max }
            guard let first = numbers.indices.min(by: { numbers[$0] < numbers[$1] }), let head = heads[first],
                body(head[...])
            else { return }
            heads[first] = readers[first].next().map(Array.init)
        }
    }

    private func firsts(of file: SpillFile, depth: Int) -> SpillFile? {
        guard let result = SpillFile(worker.run) else { return nil }
        var seen = GroupTable()
        var files: [SpillFile] = []
        var reader = file.reader()
        while !worker.run.shouldGiveUp, let record = reader.next() {
            let known = seen.count
            SpilledRow.withKey(record) { key in
                let group = seen.group(key, mayGrow: files.isEmpty)
                if group < 0 {
                    append(record, key, to: files, depth: depth + 1)
                } else if group == known {
                    result.append(record)
                    if seen.footprint > limit, depth < FirstOperator.maximumDepth {
                        files = SpillFile.all(FirstOperator.fanOut, worker.run) ?? []
                    }
                }
            }
        }
        seen = GroupTable()
        merge(files, depth: depth + 1) { record in
            result.append(record)
            return true
        }
        return result
    }
}

/// Record of a spilled row: its number (u64), the length of its key (u32), the key, the row as `RowCodec` writes it.
private enum SpilledRow {
    static func encode(_ number: UInt64, _ key: Bytes, _ row: Row, _ slots: Set<Int>) -> [UInt8] {
        var record: [UInt8] = []
        withUnsafeBytes(of: number) { record.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(key.count)) { record.append(contentsOf: $0) }
        record.append(contentsOf: UnsafeBufferPointer(start: key.base, count: key.count))
        RowCodec.encode(row, slots, into: &record)
        return record
    }

    static func number(_ record: [UInt8]) -> UInt64 {
        record.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    }

    static func withKey(_ record: ArraySlice<UInt8>, _ body: (Bytes) -> Void) {
        record.withUnsafeBytes { raw in
            body(
                Bytes(
                    raw.baseAddress!.assumingMemoryBound(to: UInt8.self) + 12,
                    count: Int(raw.loadUnaligned(fromByteOffset: 8, as: UInt32.self))))
        }
    }

    static func row(_ record: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var start = record.startIndex + 12
        withKey(record) { start += $0.count }
        return record[start...]
    }
}

/// Reduction to the last row of each key.
private struct LastReduction: Reduction {
    let key: RowKey
    var needs: Set<Int>
    let layout: Layout

    var title: String { "dedup, keep the last" }

    func keeping(_ slots: Set<Int>) -> LastReduction? {
        var copy = self
        copy.needs = needs.intersection(slots).union(key.slots)
        return copy
    }

    func makePart(_ worker: Worker) -> LastPart { LastPart(self, worker) }
}

private final class LastPart: ReductionPart {
    private let key: RowKey
    private let layout: Layout
    private let held: Set<Int>
    private let worker: Worker
    private var seen = GroupTable()
    /// Last row of each key, in `RowCodec` encoding.
    private var rows: [[UInt8]] = []
    private var rowBytes = 0
    private var scratch: [UInt8] = []

    init(_ reduction: LastReduction, _ worker: Worker) {
        key = reduction.key
        layout = reduction.layout
        held = reduction.needs
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        let group = key.group(of: row, in: &seen, &scratch)
        if group < rows.count, RowCodec.order(of: rows[group]) > row.order { return true }
        return keep(RowCodec.encoded(row, held), as: group, within: worker.run.share)
    }

    private func keep(_ record: [UInt8], as group: Int, within share: Int) -> Bool {
        rowBytes += record.capacity
        if group == rows.count {
            rows.append(record)
            // Header of the array, its element in `rows`, and its order when rows are emitted.
            rowBytes += 32 + 16 + 24
        } else {
            rowBytes -= rows[group].capacity
            rows[group] = record
        }
        guard rowBytes + seen.footprint <= share else {
            worker.run.failForMemory(
                "'dedup … keep last' has more rows to keep", "`select` fewer columns before it")
            return false
        }
        return true
    }

    func merge(_ other: LastPart) {
        for (theirs, record) in other.rows.enumerated() {
            let group = seen.group(other.seen.key(theirs))
            if group < rows.count, RowCodec.order(of: rows[group]) > RowCodec.order(of: record) { continue }
            guard keep(record, as: group, within: worker.run.memory * 3 / 4) else { return }
        }
    }

    func emit(into next: any RowConsumer, worker: Worker) {
        let buffer = RowBuffer(layout)
        let orders = rows.map(RowCodec.order(of:))
        for place in rows.indices.sorted(by: { (orders[$0], $0) < (orders[$1], $1) }) {
            worker.arena.reset()
            guard next.consume(RowCodec.row(rows[place], in: buffer, worker: worker)) else { return }
        }
    }
}
