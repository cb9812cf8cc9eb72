import MailLog
import QuerySyntax

/// `pivot F [VALUE]`: the values of F become columns.
struct PivotStage: Stage {
    static let form = Form<any Stage>(
        "pivot", aliases: ["xtab"], summary: "turn the values of a field into columns",
        details: """
            The cells are the values of VALUE, or of the last column; a count that is not there is 0. The other \
            columns stay and make the rows. Columns come in the order of the field's values.
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
                "'pivot' turns groups into a table, and these are log lines", at: name.range,
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
                "'\(cell.name)' cannot be both the columns and the cells", at: (value ?? field).range)
        }
        let keys = resolution.schema.columns.filter { $0.name != column.name && $0.name != cell.name }
        resolution.append(
            .reshape(Pivoting(field: column, cell: cell, keys: keys, rowName: "a row of 'pivot'")))
        let places = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1.slot, $0) })
        let origin = resolution.origin?.moved(places)
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
    private let worker: Worker
    /// Rows by their keys, in the order in which they came.
    private var rows = GroupTable()
    private var columns = GroupTable()
    /// The cells of each row, by the number of their column.
    private var cells: [[Int: KeptValue]] = []
    private var cellBytes = 0
    private var key: [UInt8] = []
    /// Column numbers in the order in which they are shown.
    private var order: [Int] = []
    private static let columnLimit = 1000
    /// Bytes of a dictionary, and of an entry of one that is half full.
    private static let rowBytes = 128
    private static let cellBytes = 80

    init(_ plan: Pivoting, _ worker: Worker) {
        self.plan = plan
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        key.removeAll(keepingCapacity: true)
        for column in plan.keys { KeyCodec.append(row[column.slot], ignoresCase: false, to: &key) }
        // A row without keys has an empty key, which needs a byte to stand on.
        key.append(0)
        let place = group(&rows)
        if place == cells.count {
            cells.append([:])
            cellBytes += PivotPart.rowBytes
        }
        key.removeAll(keepingCapacity: true)
        KeyCodec.append(row[plan.field.slot], ignoresCase: plan.field.type.ignoresCase, to: &key)
        let column = group(&columns)
        guard columns.count <= PivotPart.columnLimit else {
            worker.run.fail(
                RunFailure(
                    "'\(plan.field.name)' has more than \(PivotPart.columnLimit) values, too many for columns; "
                        + "filter first, or use `top`", status: 2))
            return false
        }
        let value = KeptValue(row[plan.cell.slot])
        cells[place][column] = value
        cellBytes += PivotPart.cellBytes + value.heldBytes
        guard rows.footprint + cellBytes <= worker.run.memory else {
            worker.run.failForMemory("'pivot' has more cells", "filter first")
            return false
        }
        return true
    }

    private func group(_ table: inout GroupTable) -> Int {
        key.withUnsafeBufferPointer { table.group(Bytes($0.baseAddress.unsafelyUnwrapped, count: $0.count)) }
    }

    func finalSchema() -> Schema { Arena.temporary(schema) }

    private func schema(_ arena: Arena) -> Schema {
        let values = (0..<columns.count).map { place -> Value in
            var offset = 0
            return KeyCodec.next(columns.key(place), at: &offset, arena: arena)
        }
        order = values.indices.sorted { Ordering.compare(values[$0], values[$1]) < 0 }
        var names = plan.keys.map(\.name)
        var taken = Set(names)
        for place in order {
            var text: [UInt8] = []
            if values[place].isMissing {
                text = Array("missing".utf8)
            } else {
                ValueText.append(values[place], plan.field.type, to: &text)
            }
            var name = String(decoding: text, as: UTF8.self)
            while !taken.insert(name).inserted { name += "_" }
            names.append(name)
        }
        let kept = plan.keys.count
        let made = names.enumerated().map { place, name in
            let source = place < kept ? plan.keys[place] : plan.cell
            var column = Schema.Column(name: name, type: source.type, slot: place, empty: source.empty)
            if place >= kept, !values[order[place - kept]].isMissing { column.nameType = plan.field.type }
            return column
        }
        return Schema(columns: made, rowName: plan.rowName)
    }

    func emit(into next: any RowConsumer, layout: Layout, worker: Worker) {
        let buffer = RowBuffer(layout)
        for place in 0..<rows.count {
            worker.arena.reset()
            buffer.clear()
            var offset = 0
            for slot in plan.keys.indices {
                buffer.slots[slot] = KeyCodec.next(rows.key(place), at: &offset, arena: worker.arena)
            }
            for (column, number) in order.enumerated() {
                buffer.slots[plan.keys.count + column] =
                    cells[place][number]?.copy(to: worker.arena) ?? plan.cell.empty
            }
            guard next.consume(buffer.row(order: UInt64(place), worker: worker)) else { return }
        }
    }
}
