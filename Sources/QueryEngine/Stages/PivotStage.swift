import MailLog
import QuerySyntax

/// `pivot F [VALUE]`: converts the values of F to columns.
struct PivotStage: Stage {
    static let form = Form<any Stage>(
        "pivot", aliases: ["xtab"], summary: "convert the values of a field to columns",
        details: """
            The cells are the values of the second FIELD, or of the last column. The other columns stay and are the \
            keys of the rows. In a cell without a value, counts and sums are 0. The new columns are in the order of \
            their values.
            """,
        examples: [
            "count by day, status | pivot status", "stats p95(delay) by relay_name, status | pivot status",
        ],
        Parameter<Name>.field, Parameter<Name>.field.optional
    ) { (name, field, value) throws(Diagnostic) in PivotStage(name: name, field: field, value: value) }

    let name: Name
    let field: Name
    let value: Name?

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard !resolution.schema.isLines else {
            throw Diagnostic(
                "'pivot' needs groups, and these rows are log lines", at: name.range,
                hint: "count them first: `count by day, \(field.text) | pivot \(field.text)`")
        }
        let column = try resolution.column(field)
        let cell: Schema.Column
        if let value {
            cell = try resolution.column(value)
        } else if let last = resolution.schema.columns.last(where: { $0.name != column.name }) {
            cell = last
        } else {
            throw Diagnostic("'pivot' needs a column for the cells besides '\(column.name)'", at: name.range)
        }
        guard cell.name != column.name else {
            throw Diagnostic(
                "'\(cell.name)' cannot make both the columns and the cells", at: (value ?? field).range)
        }
        let keys = resolution.schema.columns.filter { $0.name != column.name && $0.name != cell.name }
        resolution.append(
            .reshape(Pivoting(field: column, cell: cell, keys: keys, rowName: "a row of 'pivot'")))
        let slots = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1.slot, $0) })
        let origin = resolution.origin?.moved(slots)
        _ = resolution.beginRows(
            keys.map { ($0.name, $0.type, $0.empty) }, rowName: "a row of 'pivot'", by: name)
        resolution.schema.isOpen = true
        resolution.origin = origin
    }
}

private struct Pivoting: Reshaping {
    let field: Schema.Column
    let cell: Schema.Column
    let keys: [Schema.Column]
    let rowName: String

    var title: String { "pivot \(field.name): its values become columns of \(cell.name)" }
    var needs: Set<Int> { Set(keys.map(\.slot) + [field.slot, cell.slot]) }

    func makePart(_ worker: Worker) -> any ReshapingPart { PivotPart(self, worker) }
}

private final class PivotPart: ReshapingPart {
    private let plan: Pivoting
    private let rowKey: RowKey
    private let columnKey: RowKey
    private let worker: Worker
    /// Rows by key, in the order of their first input rows.
    private var rows = GroupTable()
    private var columns = GroupTable()
    /// Cells of each row, by column number.
    private var cells: [[Int: KeptValue]] = []
    private var cellBytes = 0
    private var key: [UInt8] = []
    /// Column numbers in the order of their values.
    private var order: [Int] = []
    private static let columnLimit = 1000
    /// Bytes of a dictionary, and of an entry in a half-full dictionary.
    private static let rowBytes = 128
    private static let cellBytes = 80

    init(_ plan: Pivoting, _ worker: Worker) {
        self.plan = plan
        rowKey = RowKey(plan.keys, keepsCase: true)
        columnKey = RowKey([plan.field])
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        let index = rowKey.group(of: row, in: &rows, &key)
        if index == cells.count {
            cells.append([:])
            cellBytes += PivotPart.rowBytes
        }
        let column = columnKey.group(of: row, in: &columns, &key)
        guard columns.count <= PivotPart.columnLimit else {
            worker.run.fail(
                RunFailure(
                    "'\(plan.field.name)' has more than \(PivotPart.columnLimit) values, too many for columns; "
                        + "filter first, or use `top`", status: 2))
            return false
        }
        let value = KeptValue(row[plan.cell.slot])
        cells[index][column] = value
        cellBytes += PivotPart.cellBytes + value.heldBytes
        guard rows.footprint + cellBytes <= worker.run.memory else {
            worker.run.failForMemory("'pivot' has more cells", "filter first")
            return false
        }
        return true
    }

    func finalSchema() -> Schema { Arena.temporary(schema) }

    private func schema(_ arena: Arena) -> Schema {
        let values = (0..<columns.count).map { columnKey.values(of: columns.key($0), arena)[0] }
        order = values.indices.sorted { Ordering.compare(values[$0], values[$1]) < 0 }
        var names = plan.keys.map(\.name)
        var taken = Set(names)
        for number in order {
            var text: [UInt8] = []
            if values[number].isMissing {
                text = Array("missing".utf8)
            } else {
                ValueText.append(values[number], plan.field.type, to: &text)
            }
            var name = String(decoding: text, as: UTF8.self)
            while !taken.insert(name).inserted { name += "_" }
            names.append(name)
        }
        let kept = plan.keys.count
        let made = names.enumerated().map { slot, name in
            let source = slot < kept ? plan.keys[slot] : plan.cell
            var column = Schema.Column(name: name, type: source.type, slot: slot, empty: source.empty)
            if slot >= kept, !values[order[slot - kept]].isMissing { column.nameType = plan.field.type }
            return column
        }
        return Schema(columns: made, rowName: plan.rowName)
    }

    func emit(into next: any RowConsumer, layout: Layout, worker: Worker) {
        let emitter = RowEmitter(layout, next, worker)
        for (index, cells) in cells.enumerated() {
            let isWanted = emitter.emit(order: UInt64(index)) { arena in
                rowKey.values(of: rows.key(index), arena)
                    + order.map { cells[$0]?.copy(to: arena) ?? plan.cell.empty }
            }
            guard isWanted else { return }
        }
    }
}
