import MailLog

/// Rows that own their memory: the right side of a join, the last answer of a shell. Column `i` of the schema is cell
/// `i` of each row.
package struct RowTable: Sendable {
    package let schema: Schema
    package let count: Int
    /// Estimated bytes held.
    let footprint: Int
    private let storage: Storage

    /// Cells, row by row, with the arena of their texts and lists.
    private final class Storage: @unchecked Sendable {
        // Immutable, so any number of threads may read it.
        let values: [Value]
        let texts: Arena

        init(_ values: [Value], _ texts: Arena) {
            self.values = values
            self.texts = texts
        }
    }

    package init() {
        self = Builder(Schema(columns: [], rowName: "a row")).table()
    }

    fileprivate init(schema: Schema, count: Int, footprint: Int, values: [Value], texts: Arena) {
        self.schema = schema
        self.count = count
        self.footprint = footprint
        storage = Storage(values, texts)
    }

    /// The value lives as long as the table.
    package subscript(row: Int, column: Int) -> Value {
        storage.values[row * schema.columns.count + column]
    }

    /// Returns the index of a column.
    package func column(_ name: String) -> Int? { schema.index(of: name) }

    package final class Builder {
        private let schema: Schema
        private var values: [Value] = []
        private var count = 0
        private let texts = Arena(blockSize: 64 * 1024)

        /// The columns get the slots 0, 1, …
        package init(_ schema: Schema) {
            var schema = schema
            var columns = schema.columns
            for index in columns.indices { columns[index].slot = index }
            schema.columns = columns
            self.schema = schema
        }

        /// Estimated bytes held.
        package var footprint: Int { values.capacity * MemoryLayout<Value>.stride + texts.usedBytes }

        /// Copies the cells of one row.
        package func append(_ cells: some Sequence<Value>) {
            for cell in cells { values.append(texts.copy(cell)) }
            count += 1
        }

        /// Returns the table. Nothing may be appended afterwards.
        package func table() -> RowTable {
            RowTable(schema: schema, count: count, footprint: footprint, values: values, texts: texts)
        }
    }
}

/// The end of a pipeline whose rows are kept. Fails the run if they do not fit into the memory.
package final class RowCollector: RowOutput {
    private let run: RunState
    private var slots: [Int] = []
    private var builder: RowTable.Builder?

    package init(_ run: RunState) { self.run = run }

    package var table: RowTable { builder?.table() ?? RowTable() }

    package func begin(_ schema: Schema) {
        slots = schema.columns.map(\.slot)
        builder = RowTable.Builder(schema)
    }

    package func pieceWriter(_ schema: Schema) -> (@Sendable () -> any RowWriter)? { nil }

    package func write(_ text: [UInt8], rows: Int) -> Bool { false }

    package func consume(_ row: Row) -> Bool {
        guard let builder else { return false }
        builder.append(slots.lazy.map { row[$0] })
        guard builder.footprint <= run.memory else {
            run.failForMemory("the pipeline in parentheses has more rows", "`select` fewer columns there")
            return false
        }
        return true
    }

    package func finish() {}
}
