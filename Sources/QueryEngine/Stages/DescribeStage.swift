import MailLog
import QuerySyntax

/// `describe`: which fields the rows have, and what is in them. `facets`: the commonest values of each field that
/// has few.
struct DescribeStage: Stage {
    static let describe = Form<any Stage>(
        "describe", aliases: ["summary"],
        summary: "the fields of the rows: type, how many rows have it, values",
        details: """
            One row for each field that any row has. `distinct` is missing where a field has more than \
            \(ColumnSurvey.limit) different values. Of event and reason_class, `other` is always among the values: \
            the lines and the reasons that mlq does not understand.
            """,
        examples: ["filter event=delivery | describe", "count by process | describe"]
    ) { (name) throws(Diagnostic) in DescribeStage(name: name, listsValues: false) }

    static let facets = Form<any Stage>(
        "facets", summary: "the commonest values of each field that has few",
        details: "Fields with 2 to 50 different values, and the ten commonest values of each.",
        examples: ["filter status=deferred | facets"]
    ) { (name) throws(Diagnostic) in DescribeStage(name: name, listsValues: true) }

    let name: Name
    let listsValues: Bool

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let columns = resolution.schema.columns
        let made: [(name: String, type: ValueType, empty: Value)] =
            listsValues
            ? [
                ("field", .text(.plain), .missing), ("value", .text(.identity), .missing),
                ("count", .integer, .missing),
            ]
            : [
                ("field", .text(.plain), .missing), ("type", .text(.plain), .missing),
                ("rows", .integer, .missing),
                ("distinct", .integer, .missing), ("commonest", .list(.text(.identity)), .missing),
            ]
        let layout = resolution.beginRows(made, rowName: "a row of '\(name.text)'", by: name)
        let types = Dictionary(columns.map { ($0.name, $0.type) }) { first, _ in first }
        resolution.schema.columns[listsValues ? 1 : 4].meaning = (slot: 0, types)
        let told = Array(resolution.schema.columns.prefix(listsValues ? 2 : 1))
        resolution.origin = RowOrigin(
            behind: name.range,
            [
                RowOrigin.Condition(columns: told) { [listsValues] values, _ in
                    let (field, name) = (values[0].bytes.string, QueryText.name(values[0].bytes.string))
                    guard listsValues else { return "not missing(\(name))" }
                    return "\(name)=\(QueryText.value(values[1], types[field] ?? .any))"
                }
            ])
        resolution.append(.reduce(Survey(columns: columns, layout: layout, listsValues: listsValues)))
    }
}

private struct Survey: Reduction {
    let columns: [Schema.Column]
    let layout: Layout
    let listsValues: Bool

    var title: String { "count the values of \(columns.count) fields" }
    var needs: Set<Int> { Set(columns.map(\.slot)) }

    func makePart(_ worker: Worker) -> SurveyPart { SurveyPart(self, worker) }
}

/// The values of one column, counted as long as they are few.
private final class ColumnSurvey {
    static let limit = 20_000

    let column: Schema.Column
    var rows = 0
    private var table = GroupTable()
    private var counts: [Int] = []
    private var isOverLimit = false
    private var key: [UInt8] = []
    private var previous = Value.missing
    private var previousPlace = -1

    init(_ column: Schema.Column) { self.column = column }

    var footprint: Int { table.footprint + counts.capacity * 8 }

    var distinct: Int? { isOverLimit ? nil : table.count }

    func add(_ value: Value) {
        if value.isMissing { return }
        rows += 1
        if isOverLimit { return }
        if value.kind != .text, value.kind != .list, previousPlace >= 0, value.bits == previous.bits,
            value.kind == previous.kind
        {
            counts[previousPlace] += 1
            return
        }
        key.removeAll(keepingCapacity: true)
        KeyCodec.append(value, ignoresCase: column.type.ignoresCase, to: &key)
        key.withUnsafeBufferPointer {
            count(Bytes($0.baseAddress.unsafelyUnwrapped, count: $0.count), times: 1)
        }
        previous = value
    }

    private func count(_ key: Bytes, times: Int) {
        let place = table.group(key)
        if place == counts.count { counts.append(0) }
        counts[place] += times
        previousPlace = place
        if table.count > ColumnSurvey.limit { giveUp() }
    }

    private func giveUp() {
        isOverLimit = true
        table = GroupTable()
        counts = []
        previousPlace = -1
    }

    func merge(_ other: ColumnSurvey) {
        rows += other.rows
        if other.isOverLimit { giveUp() }
        guard !isOverLimit else { return }
        for place in 0..<other.table.count {
            count(other.table.key(place), times: other.counts[place])
            if isOverLimit { return }
        }
    }

    /// The commonest values with their counts; of equally common ones the first in order.
    func commonest(_ most: Int, _ arena: Arena) -> [(value: Value, count: Int)] {
        let values = (0..<table.count).map { place -> (value: Value, count: Int) in
            var offset = 0
            return (KeyCodec.next(table.key(place), at: &offset, arena: arena), counts[place])
        }
        let sorted = values.sorted { a, b in
            a.count != b.count ? a.count > b.count : Ordering.compare(a.value, b.value) < 0
        }
        return Array(sorted.prefix(most))
    }
}

private final class SurveyPart: ReductionPart {
    private let plan: Survey
    private let columns: [ColumnSurvey]
    private let run: RunState
    private var rows = 0
    private static let checkInterval = 1024

    init(_ plan: Survey, _ worker: Worker) {
        self.plan = plan
        run = worker.run
        columns = plan.columns.map(ColumnSurvey.init)
    }

    func consume(_ row: Row) -> Bool {
        for column in columns { column.add(row[column.column.slot]) }
        rows &+= 1
        return rows % SurveyPart.checkInterval != 0 || fits(run.share)
    }

    private func fits(_ share: Int) -> Bool {
        let isSmall = columns.reduce(0) { $0 + $1.footprint } <= share
        if !isSmall {
            run.failForMemory(
                "\(columns.count) fields have more values", "`select` the fields that matter first")
        }
        return isSmall
    }

    func merge(_ other: SurveyPart) {
        for (mine, theirs) in zip(columns, other.columns) { mine.merge(theirs) }
        _ = fits(run.memory / 2)
    }

    func emit(into next: any RowConsumer, worker: Worker) {
        let buffer = RowBuffer(plan.layout)
        for column in columns where column.rows > 0 {
            let isWanted =
                plan.listsValues
                ? emitValues(column, buffer, next, worker) : emitColumn(column, buffer, next, worker)
            if !isWanted { return }
        }
    }

    private func emitColumn(
        _ column: ColumnSurvey, _ buffer: RowBuffer, _ next: any RowConsumer, _ worker: Worker
    ) -> Bool {
        let arena = worker.arena
        arena.reset()
        buffer.slots[0] = arena.text(column.column.name)
        buffer.slots[1] = arena.text(column.column.type.name)
        buffer.slots[2] = .integer(column.rows)
        buffer.slots[3] = column.distinct.map { .integer($0) } ?? .missing
        var found = column.commonest(3, arena)
        // What mlq could not put into a class is always shown.
        if case .text(.oneOf(let words)) = column.column.type, words.contains("other") {
            found += column.commonest(.max, arena).dropFirst(3).filter { $0.value.bytes == "other" }
        }
        let common = found.map { found -> Value in
            arena.text(text(found.value, column.column.type) + Array(" (\(found.count))".utf8))
        }
        buffer.slots[4] = common.isEmpty ? .missing : arena.list(common)
        return next.consume(buffer.row(order: 0, worker: worker))
    }

    private func emitValues(
        _ column: ColumnSurvey, _ buffer: RowBuffer, _ next: any RowConsumer, _ worker: Worker
    ) -> Bool {
        guard let distinct = column.distinct, (2...50).contains(distinct) else { return true }
        let arena = worker.arena
        arena.reset()
        for (value, count) in column.commonest(10, arena) {
            buffer.slots[0] = arena.text(column.column.name)
            buffer.slots[1] = arena.text(text(value, column.column.type))
            buffer.slots[2] = .integer(count)
            if !next.consume(buffer.row(order: 0, worker: worker)) { return false }
        }
        return true
    }

    private func text(_ value: Value, _ type: ValueType) -> [UInt8] {
        var text: [UInt8] = []
        ValueText.append(value, type, to: &text)
        return text
    }
}
