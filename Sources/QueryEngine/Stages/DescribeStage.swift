import MailLog
import QuerySyntax

/// `describe`: the fields of the rows, with types and values. `facets`: the most common values of fields with few
/// values.
struct DescribeStage: Stage {
    static let describe = Form<any Stage>(
        "describe", aliases: ["summary"],
        summary: "the fields of the rows: type, number of rows that have it, values",
        details: """
            One row for each field that has a value in any row. `distinct` is missing if a field has more than \
            \(ColumnSurvey.limit) different values. For event and reason_class, `commonest` always includes `other`: \
            lines and reasons that mlq does not recognise.
            """,
        examples: ["filter event=delivery | describe", "count by process | describe"]
    ) { (name) throws(Diagnostic) in DescribeStage(name: name, listsValues: false) }

    static let facets = Form<any Stage>(
        "facets", summary: "the most common values of each field with few values",
        details: "Fields with 2 to 50 different values, and the ten most common values of each.",
        examples: ["filter status=deferred | facets"]
    ) { (name) throws(Diagnostic) in DescribeStage(name: name, listsValues: true) }

    let name: Name
    let listsValues: Bool

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let columns = resolution.schema.columns
        let made: [(String, ValueType)] =
            listsValues
            ? [("field", .text(.plain)), ("value", .text(.identity)), ("count", .integer)]
            : [
                ("field", .text(.plain)), ("type", .text(.plain)), ("rows", .integer),
                ("distinct", .integer), ("commonest", .list(.text(.identity))),
            ]
        let layout = resolution.beginRows(made, by: name)
        let types = Dictionary(columns.map { ($0.name, $0.type) }) { first, _ in first }
        resolution.schema.columns[listsValues ? 1 : 4].meaning = (slot: 0, types)
        let shown = Array(resolution.schema.columns.prefix(listsValues ? 2 : 1))
        resolution.origin = RowOrigin(
            behind: name.range,
            [
                RowOrigin.Condition(columns: shown) { [listsValues] values, _ in
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

/// Counts of the values of one column. Given up when there are more than `limit` values.
private final class ColumnSurvey {
    static let limit = 20_000

    let column: Schema.Column
    var rows = 0
    private var table = GroupTable()
    private var counts: [Int] = []
    private var isOverLimit = false
    private var key: [UInt8] = []
    private var previous = Value.missing
    private var previousGroup = -1

    init(_ column: Schema.Column) { self.column = column }

    var footprint: Int { table.footprint + counts.capacity * 8 }

    var distinct: Int? { isOverLimit ? nil : table.count }

    func add(_ value: Value) {
        if value.isMissing { return }
        rows += 1
        if isOverLimit { return }
        if value.kind != .text, value.kind != .list, previousGroup >= 0, value.bits == previous.bits,
            value.kind == previous.kind
        {
            counts[previousGroup] += 1
            return
        }
        key.removeAll(keepingCapacity: true)
        KeyCodec.append(value, ignoresCase: column.type.ignoresCase, to: &key)
        count(table.group(key), times: 1)
        previous = value
    }

    private func count(_ group: Int, times: Int) {
        if group == counts.count { counts.append(0) }
        counts[group] += times
        previousGroup = group
        if table.count > ColumnSurvey.limit { giveUp() }
    }

    private func giveUp() {
        isOverLimit = true
        table = GroupTable()
        counts = []
        previousGroup = -1
    }

    func merge(_ other: ColumnSurvey) {
        rows += other.rows
        if other.isOverLimit { giveUp() }
        guard !isOverLimit else { return }
        for theirs in 0..<other.table.count {
            count(table.group(other.table.key(theirs)), times: other.counts[theirs])
            if isOverLimit { return }
        }
    }

    /// Returns the most common values with their counts. Equally common values are in ascending order.
    func commonest(_ most: Int, _ arena: Arena) -> [(value: Value, count: Int)] {
        let values = (0..<table.count).map { group -> (value: Value, count: Int) in
            var offset = 0
            return (KeyCodec.next(table.key(group), at: &offset, arena: arena), counts[group])
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
        let emitter = RowEmitter(plan.layout, next, worker)
        for column in columns where column.rows > 0 {
            guard plan.listsValues ? emitValues(column, emitter) : emitColumn(column, emitter) else { return }
        }
    }

    private func emitColumn(_ column: ColumnSurvey, _ emitter: RowEmitter) -> Bool {
        emitter.emit(order: 0) { arena in
            let type = column.column.type
            var found = column.commonest(3, arena)
            // `other` is always shown, because it counts what mlq does not recognise.
            if case .text(.oneOf(let words)) = type, words.contains("other") {
                found += column.commonest(.max, arena).dropFirst(3).filter { $0.value.bytes == "other" }
            }
            let common = found.map { arena.text(text($0.value, type) + Array(" (\($0.count))".utf8)) }
            return [
                arena.text(column.column.name), arena.text(type.name), .integer(column.rows),
                column.distinct.map { .integer($0) } ?? .missing,
                common.isEmpty ? .missing : arena.list(common),
            ]
        }
    }

    private func emitValues(_ column: ColumnSurvey, _ emitter: RowEmitter) -> Bool {
        guard let distinct = column.distinct, (2...50).contains(distinct) else { return true }
        let found = Arena.temporary { arena in
            column.commonest(10, arena).map { (text: text($0.value, column.column.type), count: $0.count) }
        }
        return found.allSatisfy { value in
            emitter.emit(order: 0) { arena in
                [arena.text(column.column.name), arena.text(value.text), .integer(value.count)]
            }
        }
    }

    private func text(_ value: Value, _ type: ValueType) -> [UInt8] {
        var text: [UInt8] = []
        ValueText.append(value, type, to: &text)
        return text
    }
}
