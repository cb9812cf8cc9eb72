import MailLog
import QuerySyntax

/// Groups rows by keys, with one accumulator for each aggregate.
struct GroupReduction: Reduction {
    struct Item: Sendable {
        let name: String
        let aggregate: ResolvedAggregate
        let condition: Condition?
    }

    let keys: [Typed]
    let items: [Item]
    let order: GroupOrder
    let layout: Layout
    let title: String
    /// Maximum number of emitted groups.
    var limit: Int?

    var needs: Set<Int> {
        var needs: Set<Int> = []
        for key in keys { needs.formUnion(key.needs) }
        for item in items {
            for input in item.aggregate.inputs { needs.formUnion(input.needs) }
            if let condition = item.condition { needs.formUnion(condition.needs) }
        }
        return needs
    }

    var ignoresOrder: Bool { !items.contains { $0.aggregate.usesOrder } }

    func limited(to count: Int) -> GroupReduction? {
        var copy = self
        copy.limit = min(count, limit ?? count)
        return copy
    }

    func makePart(_ worker: Worker) -> GroupPart { GroupPart(self, worker) }
}

/// Order of emitted groups: by keys, or by an aggregate and then by keys.
enum GroupOrder: Sendable {
    case keys
    case aggregate(Int, descending: Bool)
}

/// Groups of one thread. When they outgrow the thread's share of the memory, rows of new groups go to temporary files
/// by the hash of their key. At the end, each file becomes a part of its own.
final class GroupPart: ReductionPart {
    private let plan: GroupReduction
    private let worker: Worker
    private var table = GroupTable()
    private let accumulators: [AnyAccumulator]
    private var capacity = 0
    /// The only accumulator, if it has no condition. Unmanaged, to avoid reference counting.
    private let only: Unmanaged<AnyAccumulator>?
    private let keyOf: [Typed.Evaluate]
    private let firstKey: Typed.Evaluate
    /// Slot of the first key if it is a column.
    private let firstColumn: Int?
    private let foldsCase: [Bool]
    private let inputs: [Typed.Evaluate]
    private let conditions: [((Row) -> Bool)?]
    /// Index of each aggregate's first input.
    private let inputStart: [Int]
    private var inputValues: UnsafeMutablePointer<Value>
    private var keyBytes: [UInt8] = []
    private var previousKey = Value.missing
    private var previousGroup = -1
    private let remembersKey: Bool
    /// Rows of which only key and order are needed, collected while the table is large.
    private var batch = KeyBatch()
    private let batches: Bool
    private static let largeTable = 4096
    private let hasNoKeys: Bool
    /// How often the rows were spilled before.
    private let depth: Int
    private var spill: [SpillFile] = []
    /// Rows until the next check of memory. A long text counts as several rows.
    private var untilCheck = GroupPart.checkInterval
    /// Bytes that the groups may hold before rows of new groups are spilled.
    private var share: Int
    /// Bytes that the groups may hold at all: after spilling, existing groups still grow.
    private var ceiling: Int

    private static let checkInterval = 4096
    private static let longText = 256
    private static let fanOut = 16
    private static let maximumDepth = 6

    init(_ plan: GroupReduction, _ worker: Worker, depth: Int = 0) {
        self.plan = plan
        self.worker = worker
        self.depth = depth
        // Parts of spilled rows are made one after the other.
        share = depth == 0 ? worker.run.share : worker.run.memory / 4
        ceiling = share / 3 * 4
        accumulators = plan.items.map { $0.aggregate.make() }
        let isSimple = plan.items.count == 1 && plan.items[0].condition == nil
        only = isSimple ? Unmanaged.passUnretained(accumulators[0]) : nil
        keyOf = plan.keys.map { $0.make() }
        firstKey = keyOf.first ?? { _ in .missing }
        firstColumn = plan.keys.first?.column
        foldsCase = plan.keys.map { $0.type.ignoresCase }
        conditions = plan.items.map { $0.condition?.make() }
        var starts: [Int] = []
        var evaluators: [Typed.Evaluate] = []
        for item in plan.items {
            starts.append(evaluators.count)
            evaluators += item.aggregate.inputs.map { $0.make() }
        }
        inputStart = starts
        inputs = evaluators
        inputValues = .allocate(capacity: max(1, evaluators.count))
        inputValues.initialize(repeating: .missing, count: max(1, evaluators.count))
        remembersKey = plan.keys.count == 1
        batches = remembersKey && isSimple && evaluators.isEmpty
        hasNoKeys = plan.keys.isEmpty
        if plan.keys.isEmpty {
            // Without keys there is always one group.
            _ = table.group(Bytes(""))
            grow()
        }
    }

    deinit { inputValues.deallocate() }

    private func grow() {
        guard table.count > capacity else { return }
        capacity = table.count
        for accumulator in accumulators { accumulator.grow(capacity) }
    }

    func consume(_ row: Row) -> Bool {
        if !batches || table.count < GroupPart.largeTable || !gather(row) { take(row) }
        return true
    }

    @inline(never)
    private func take(_ row: Row) {
        let group = group(of: row)
        for (index, input) in inputs.enumerated() {
            let value = input(row)
            inputValues[index] = value
            if value.kind == .text { untilCheck &-= value.bytes.count / GroupPart.longText }
        }
        if group >= 0 {
            if let only {
                only._withUnsafeGuaranteedRef { $0.add(inputValues, row.order, group) }
            } else {
                add(row, to: group)
            }
        } else {
            spill(row)
        }
        untilCheck -= 1
        if untilCheck <= 0 { checkMemory() }
    }

    /// Adds the row to the batch. Returns false if its key is no short text.
    @inline(__always)
    private func gather(_ row: Row) -> Bool {
        let key = key(of: row)
        guard key.kind == .text, key.bytes.count <= KeyCodec.shortText, spill.isEmpty else { return false }
        batch.append(key.bytes, ignoresCase: foldsCase[0], order: row.order)
        if batch.isFull {
            takeBatch()
            untilCheck -= KeyBatch.capacity
            if untilCheck <= 0 { checkMemory() }
        }
        return true
    }

    private func takeBatch() {
        guard batch.count > 0 else { return }
        batch.lookUp(in: &table)
        grow()
        let accumulator = accumulators[0]
        batch.take { accumulator.add(inputValues, $1, $0) }
    }

    @inline(__always)
    private func add(_ row: Row, to group: Int) {
        for index in accumulators.indices {
            if let condition = conditions[index], !condition(row) { continue }
            accumulators[index].add(inputValues + inputStart[index], row.order, group)
        }
    }

    @inline(__always)
    private func key(of row: Row) -> Value { firstColumn.map { row[$0] } ?? firstKey(row) }

    @inline(__always)
    private func group(of row: Row) -> Int {
        if hasNoKeys { return 0 }
        if remembersKey {
            let key = key(of: row)
            // Adjacent lines often have the same day, host or process.
            if previousGroup >= 0, isSame(key, previousKey) { return previousGroup }
            let group = findGroup(of: key)
            if group >= 0 {
                previousGroup = group
                previousKey = key
                if key.kind == .text {
                    // The key in the table outlives the row. It may differ in case, which only costs a look-up.
                    previousKey = .text(table.key(group).dropFirst(5))
                }
            }
            return group
        }
        keyBytes.removeAll(keepingCapacity: true)
        for (index, key) in keyOf.enumerated() {
            KeyCodec.append(key(row), ignoresCase: foldsCase[index], to: &keyBytes)
        }
        return findGroup()
    }

    @inline(__always)
    private func isSame(_ a: Value, _ b: Value) -> Bool {
        guard a.kind == b.kind else { return false }
        switch a.kind {
        case .text: return a.bytes.isSame(as: b.bytes)
        case .list: return false
        default: return a.bits == b.bits && a.extra == b.extra
        }
    }

    @inline(__always)
    private func findGroup(of key: Value) -> Int {
        if key.kind == .text, key.bytes.count <= KeyCodec.shortText, spill.isEmpty {
            let group = KeyCodec.withKey(ofShort: key.bytes, ignoresCase: foldsCase[0]) { table.group($0) }
            if group >= capacity { grow() }
            return group
        }
        keyBytes.removeAll(keepingCapacity: true)
        KeyCodec.append(key, ignoresCase: foldsCase[0], to: &keyBytes)
        return findGroup()
    }

    private func findGroup() -> Int {
        untilCheck &-= keyBytes.count / GroupPart.longText
        let mayGrow = spill.isEmpty
        let group = keyBytes.withBytes { table.group($0, mayGrow: mayGrow) }
        if group >= capacity { grow() }
        return group
    }

    // MARK: Memory

    private var footprint: Int { table.footprint + accumulators.reduce(0) { $0 + $1.footprint } }

    private func checkMemory() {
        untilCheck = GroupPart.checkInterval
        guard footprint > share else { return }
        if spill.isEmpty, depth < GroupPart.maximumDepth, !plan.keys.isEmpty {
            guard let files = SpillFile.all(GroupPart.fanOut, worker.run) else { return }
            spill = files
            ceiling = max(ceiling, footprint + share / 3)
            worker.run.noteSpill()
        } else if footprint > ceiling {
            let sizes = accumulators.map(\.footprint)
            let largest = sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0
            worker.run.failForMemory(
                "'\(plan.items[largest].name)' has more values",
                "filter first, or use `top` or `approx_dcount`",
                status: 3)
        }
    }

    /// Writes the part of a row that its group needs: key length, key, order, results of the conditions, inputs.
    private func spill(_ row: Row) {
        var record: [UInt8] = []
        withUnsafeBytes(of: UInt32(keyBytes.count)) { record.append(contentsOf: $0) }
        record.append(contentsOf: keyBytes)
        withUnsafeBytes(of: row.order) { record.append(contentsOf: $0) }
        for condition in conditions { record.append(condition?(row) ?? true ? 1 : 0) }
        for index in inputs.indices { KeyCodec.append(inputValues[index], ignoresCase: false, to: &record) }
        append(record)
    }

    /// Appends the record of a row to the file for its key.
    private func append(_ record: some Collection<UInt8>) {
        let hash = keyBytes.withBytes { table.hash($0) }
        spill[Int(hash >> UInt64(60 - 4 * depth)) % GroupPart.fanOut].append(record)
    }

    private func consume(spilled record: ArraySlice<UInt8>) {
        record.withUnsafeBytes { raw in
            let bytes = Bytes(raw.baseAddress!.assumingMemoryBound(to: UInt8.self), count: raw.count)
            let keyCount = Int(raw.loadUnaligned(as: UInt32.self))
            var offset = 4 + keyCount
            keyBytes.removeAll(keepingCapacity: true)
            keyBytes.append(contentsOf: raw[4..<offset])
            let order = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            offset += 8
            let flags = offset
            offset += conditions.count
            for index in inputs.indices {
                inputValues[index] = KeyCodec.next(bytes, at: &offset, arena: worker.arena)
            }
            let group = findGroup()
            if group < 0 {
                append(record)
            } else {
                for index in accumulators.indices where bytes[flags + index] != 0 {
                    accumulators[index].add(inputValues + inputStart[index], order, group)
                }
            }
        }
        worker.arena.reset()
        untilCheck -= 1
        if untilCheck <= 0 { checkMemory() }
    }

    // MARK: Merging and emitting

    func merge(_ other: GroupPart) {
        takeBatch()
        other.takeBatch()
        var groups: [Int] = []
        groups.reserveCapacity(other.table.count)
        for group in 0..<other.table.count {
            if group & 1023 == 0, worker.run.shouldGiveUp { return }
            groups.append(table.group(other.table.key(group)))
        }
        grow()
        for (index, accumulator) in accumulators.enumerated() {
            accumulator.merge(other.accumulators[index], groups) { !worker.run.shouldGiveUp }
        }
        share = worker.run.memory / 2
        ceiling = max(share / 3 * 4, footprint + share / 3)
        if spill.isEmpty {
            spill = other.spill
        } else if !other.spill.isEmpty {
            merged.append(other.spill)
        }
    }

    /// Spill files of other threads, by the same hashes.
    private var merged: [[SpillFile]] = []

    func emit(into next: any RowConsumer, worker: Worker) {
        takeBatch()
        let sorter = GroupSorter(plan, worker: worker)
        emitGroups(into: sorter)
        // After an error, groups may lack rows.
        if !worker.run.hasFailed { sorter.emit(into: next) }
    }

    /// Adds a spilled row if its group is in the table.
    private func take(_ record: ArraySlice<UInt8>) -> Bool {
        let known = record.withUnsafeBytes { raw in
            let count = Int(raw.loadUnaligned(as: UInt32.self))
            let key = Bytes(raw.baseAddress!.assumingMemoryBound(to: UInt8.self) + 4, count: count)
            return table.group(key, mayGrow: false) >= 0
        }
        if known { consume(spilled: record) }
        return known
    }

    private func emitGroups(into sorter: GroupSorter) {
        // Spilled rows of groups in the table are added there. The other rows of a file make a new part.
        for index in spill.indices {
            let part = GroupPart(plan, worker, depth: depth + 1)
            for file in [spill[index]] + merged.map({ $0[index] }) {
                var reader = file.reader()
                while let record = reader.next() {
                    if worker.run.shouldGiveUp { return }
                    if !take(record) { part.consume(spilled: record) }
                }
            }
            part.emitGroups(into: sorter)
        }
        let buffer = RowBuffer(width: max(1, plan.keys.count + plan.items.count))
        for group in 0..<table.count {
            if group & 1023 == 0, worker.run.shouldGiveUp { return }
            worker.arena.reset()
            let key = table.key(group)
            var offset = 0
            for index in plan.keys.indices {
                buffer.slots[index] = KeyCodec.next(key, at: &offset, arena: worker.arena)
            }
            for (index, accumulator) in accumulators.enumerated() {
                buffer.slots[plan.keys.count + index] = accumulator.result(group, worker.arena)
            }
            sorter.add(buffer.row(order: 0, worker: worker))
        }
    }
}

/// Sorts finished groups for the answer.
private final class GroupSorter {
    private let part: SortPart
    private let worker: Worker

    init(_ plan: GroupReduction, worker: Worker) {
        self.worker = worker
        var keys: [SortReduction.Key] = []
        let keyKeys = plan.keys.enumerated().map { index, key in
            SortReduction.Key(
                expression: Typed(
                    column: Schema.Column(name: "", type: key.type, slot: index), range: key.range),
                descending: false)
        }
        if case .aggregate(let index, let descending) = plan.order, index < plan.items.count {
            let slot = plan.keys.count + index
            let type = plan.items[index].aggregate.type
            keys.append(
                SortReduction.Key(
                    expression: Typed(
                        column: Schema.Column(name: "", type: type, slot: slot), range: .init(0, 0)),
                    descending: descending))
        }
        let sort = SortReduction(
            keys: keys + keyKeys, slots: Array(0..<(plan.keys.count + plan.items.count)), layout: plan.layout,
            limit: plan.limit)
        part = sort.makePart(worker)
    }

    func add(_ row: Row) { _ = part.consume(row) }

    func emit(into next: any RowConsumer) { part.emit(into: next, worker: worker) }
}
