import MailLog

/// Rows that own what they hold, for as long as anybody wants them: the right side of a join, the last answer of
/// a shell. Column `i` of the schema is cell `i` of each row.
package struct RowTable: Sendable {
    package let schema: Schema
    package let count: Int
    /// Bytes held, roughly.
    let footprint: Int
    private let storage: Storage

    /// The cells, row after row, and what their texts and lists point at.
    private final class Storage: @unchecked Sendable {
        // Never changed once it is made, so any number of threads may read it.
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

    /// The place of a column; nil where there is none of that name.
    package func column(_ name: String) -> Int? { schema.place(of: name) }

    /// Gathers rows.
    package final class Builder {
        private let schema: Schema
        private var values: [Value] = []
        private var count = 0
        private let texts = Arena(blockSize: 64 * 1024)
        private var textBytes = 0

        /// The columns get slots of their own, from 0 on.
        package init(_ schema: Schema) {
            var schema = schema
            var columns = schema.columns
            for place in columns.indices { columns[place].slot = place }
            schema.columns = columns
            self.schema = schema
        }

        /// Bytes held, roughly.
        package var footprint: Int { values.capacity * MemoryLayout<Value>.stride + textBytes }

        /// Copies one row's cells.
        package func append(_ cells: some Sequence<Value>) {
            for cell in cells { values.append(keep(cell)) }
            count += 1
        }

        private func keep(_ value: Value) -> Value {
            switch value.kind {
            case .text:
                textBytes += Arena.room(value.bytes.count)
                return texts.text(value.bytes)
            case .list:
                textBytes += value.elements.count * MemoryLayout<Value>.stride
                return texts.list(value.elements.map(keep))
            default: return value
            }
        }

        /// What was gathered; nothing may be appended afterwards.
        package func table() -> RowTable {
            RowTable(schema: schema, count: count, footprint: footprint, values: values, texts: texts)
        }
    }
}

/// The end of a pipeline whose rows are kept. More than the memory allows is a failure of the run.
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

extension Executor {
    /// Runs a query and keeps its rows. A failure is the run's.
    package func table(_ query: Query, run: RunState) -> RowTable {
        let collector = RowCollector(run)
        pass(query, to: collector, run: run)
        return collector.table
    }
}

extension Environment {
    /// Runs a query over the same logs and keeps its rows. A failure is the run's.
    func rows(_ query: Query, run: RunState) -> RowTable {
        let collector = RowCollector(run)
        pass(query, collector, run)
        return collector.table
    }
}
