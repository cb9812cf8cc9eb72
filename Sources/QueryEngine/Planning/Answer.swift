import MailLog
import QuerySyntax

/// A shown answer that is kept: its rows for further queries, and its query for the way back to log lines.
package struct Answer: Sendable {
    /// The whole query from the log lines on, with names of `let` replaced.
    package let text: String
    package let query: Query
    package let rows: RowTable
    /// Whether `rows` are complete: not interrupted, and not cut by the limit.
    package let isWhole: Bool

    package init(text: String, query: Query, rows: RowTable, isWhole: Bool) {
        self.text = text
        self.query = query
        self.rows = rows
        self.isWhole = isWhole
    }

    /// Returns the query for the input rows of a row of the answer. `row` counts from 0.
    package func narrowed(to row: Int) throws(RunFailure) -> String {
        guard row >= 0, row < rows.count else {
            throw RunFailure(
                rows.count == 0
                    ? "the last answer has no rows" : "the last answer has rows 1 to \(rows.count)", status: 2
            )
        }
        // Rows of an investigation contain their query.
        if let column = rows.schema.wayBack, rows[row, column].kind == .text {
            return rows[row, column].bytes.string
        }
        guard let origin = query.origin else {
            throw RunFailure(
                "the input of a row of the last answer is unknown", status: 2)
        }
        var conditions: [String] = []
        for condition in origin.conditions {
            let values = try condition.columns.map { (column) throws(RunFailure) in
                try value(of: column, in: row)
            }
            guard let text = condition.text(values, source) else {
                let names = condition.columns.map { "'\($0.name)'" }.joined(separator: " and ")
                throw RunFailure("row \(row + 1) has no \(names), so its lines cannot be found", status: 2)
            }
            conditions.append(text)
        }
        var before = source[SourceRange(0, origin.start)]
        while let last = before.last, last == " " || last == "\n" || last == "|" { before.removeLast() }
        let filter = conditions.isEmpty ? "" : "filter \(conditions.joined(separator: " "))"
        return [before, filter].filter { !$0.isEmpty }.joined(separator: " | ")
    }

    /// Returns the query for the log lines of a row of the answer; for rows of messages, the lines of the message. If
    /// no query leads to lines, returns the query for the rows.
    package func lines(of row: Int) throws(RunFailure) -> String {
        let text = try narrowed(to: row)
        guard !text.isEmpty else { return "filter true" }
        let source = Source(name: "query", text: text)
        guard var parser = try? Parser(source) else { return text }
        parser.names = query.environment.names
        // The query of a finding may begin with `let`, and ends in a filter of lines.
        guard rows.schema.wayBack == nil,
            let pipeline = try? parser.pipeline(query.environment.language.stages)
        else { return text }
        let narrowed = Query(pipeline, in: query.environment)
        guard !narrowed.givesLines, narrowed.available.column("queue_id") != nil else { return text }
        let name = query.environment.newName("mail")
        return "let \(name) = \(text) | select queue_id; filter queue_id in \(name)"
    }

    private func value(of column: Schema.Column, in row: Int) throws(RunFailure) -> Value {
        guard let name = query.schema.columns.first(where: { $0.slot == column.slot })?.name,
            let index = rows.schema.columns.firstIndex(where: { $0.name == name })
        else {
            throw RunFailure(
                "the last answer has no column '\(column.name)', so the lines of a row cannot be found",
                status: 2)
        }
        return rows[row, index]
    }

    /// Origin of the kept rows, in which column `i` has slot `i`.
    fileprivate var origin: RowOrigin? {
        guard let origin = query.origin, origin.isTold(by: query.schema) else { return nil }
        var slots: [Int: Int] = [:]
        for column in query.schema.columns {
            slots[column.slot] = rows.schema.index(of: column.name)
        }
        return origin.moved(slots)
    }

    private var source: Source { Source(name: "query", text: text) }
}

extension Query {
    /// Whether a query leads from a row of the answer to its input rows.
    package var canNarrow: Bool {
        schema.wayBack != nil || !givesLines && origin?.isTold(by: schema) == true
    }
}

/// Output that is shown and kept. Rows over the limit are only shown.
package final class KeepingOutput: RowOutput {
    private let output: any RowOutput
    private var builder: RowTable.Builder?
    private var slots: [Int] = []
    private let limit: Int
    package private(set) var isWhole = true

    /// `limit` is in bytes.
    package init(_ output: any RowOutput, limit: Int) {
        self.output = output
        self.limit = limit
    }

    package var table: RowTable { builder?.table() ?? RowTable() }

    package func begin(_ schema: Schema) {
        slots = schema.columns.map(\.slot)
        builder = RowTable.Builder(schema)
        output.begin(schema)
    }

    package func pieceWriter(_ schema: Schema) -> (@Sendable () -> any RowWriter)? { nil }

    package func write(_ text: [UInt8], rows: Int) -> Bool { output.write(text, rows: rows) }

    package func consume(_ row: Row) -> Bool {
        if isWhole, let builder {
            builder.append(slots.lazy.map { row[$0] })
            isWhole = builder.footprint <= limit
        }
        return output.consume(row)
    }

    package func finish() { output.finish() }
}

extension Resolution {
    /// Starts from the rows of an answer instead of log lines.
    init(answer: Answer, environment: Environment) {
        self.init(schema: answer.rows.schema, environment: environment)
        lastGrouping = answer.query.lastGrouping
        origin = answer.origin
        readsLines = false
        let (rows, layout) = (answer.rows, layout)
        append(
            .each(
                Transform("the \(rows.count) rows of the last answer", needs: [], inOrder: true) {
                    next, worker in
                    let emit = {
                        let buffer = RowBuffer(layout)
                        for index in 0..<rows.count {
                            worker.arena.reset()
                            for column in rows.schema.columns.indices {
                                buffer.slots[column] = rows[index, column]
                            }
                            if !next.consume(buffer.row(order: UInt64(index), worker: worker)) { break }
                        }
                    }
                    return RowOperator(next, atEnd: emit) { _ in false }
                }))
    }
}
