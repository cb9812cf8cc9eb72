import MailLog
import QuerySyntax

/// An answer that was shown and is kept: its rows, for queries that go on from them, and the query behind them,
/// for the way back to the lines of a row.
package struct Answer: Sendable {
    /// The whole query, from the log lines on, without names that `let` has bound.
    package let text: String
    package let query: Query
    package let rows: RowTable
    /// Whether `rows` are all there were: neither interrupted nor too many to keep.
    package let isWhole: Bool

    package init(text: String, query: Query, rows: RowTable, isWhole: Bool) {
        self.text = text
        self.query = query
        self.rows = rows
        self.isWhole = isWhole
    }

    /// The query for the rows that one row of the answer counts; `row` is counted from 0.
    package func narrowed(to row: Int) throws(RunFailure) -> String {
        guard row >= 0, row < rows.count else {
            throw RunFailure(
                rows.count == 0
                    ? "the last answer has no rows" : "the last answer has rows 1 to \(rows.count)", status: 2
            )
        }
        // An investigation says for each of its rows which query shows it.
        if let column = rows.schema.wayBack, rows[row, column].kind == .text {
            return rows[row, column].bytes.string
        }
        guard let origin = query.groupOrigin else {
            throw RunFailure(
                "the rows of the last answer are no groups, so nothing stands behind one", status: 2)
        }
        var conditions = origin.condition.map { ["(\(source[$0.range]))"] } ?? []
        for (place, key) in origin.keys.enumerated() {
            guard let column = query.schema.columns.firstIndex(where: { $0.slot == place }),
                column < rows.schema.columns.count
            else { continue }
            conditions.append(condition(key, rows[row, column], query.schema.columns[column].type))
        }
        guard !conditions.isEmpty || origin.keys.isEmpty else {
            throw RunFailure("the last answer has dropped the keys that its rows were grouped by", status: 2)
        }
        var before = source[SourceRange(0, origin.stage.lower)]
        while let last = before.last, last == " " || last == "\n" || last == "|" { before.removeLast() }
        let filter = conditions.isEmpty ? "" : "filter \(conditions.joined(separator: " "))"
        return [before, filter].filter { !$0.isEmpty }.joined(separator: " | ")
    }

    private var source: Source { Source(name: "query", text: text) }

    private func condition(_ key: Key, _ value: Value, _ type: ValueType) -> String {
        let side: String
        switch key {
        case .field(let name): side = QueryText.name(name.text)
        case .expression(let expression, _): side = "(\(source[expression.range]))"
        case .per: return during(value, type, "time")
        }
        if value.kind == .missing { return "missing(\(side))" }
        if case .time(.every) = type { return during(value, type, side) }
        return "\(side)=\(QueryText.value(value, type))"
    }

    /// From the start of a bin to before its end.
    private func during(_ value: Value, _ type: ValueType, _ side: String) -> String {
        guard case .time(let bin) = type else { return "missing(\(side))" }
        let start = value.wallClock
        let moment = { (time: Int64) in QueryText.value(.time(time), .time(.instant)) }
        return "\(side) >= \(moment(start)) \(side) < \(moment(TimeBins.next(after: start, bin)))"
    }
}

extension Query {
    /// Whether there is a way from a row of the answer to what stands behind it.
    package var canNarrow: Bool { groupOrigin != nil || schema.wayBack != nil }
}

/// How the rows of an answer were grouped, for the way back from a row to what it counts. Key `i` is in slot `i`.
package struct GroupOrigin: Sendable {
    /// Where the stage that groups starts.
    package let stage: SourceRange
    package let keys: [Key]
    /// What the only aggregate counts of the rows.
    package let condition: Expression?
}

/// The end of a pipeline that is shown and kept. Rows beyond what is kept are shown all the same.
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
        readsLines = false
        let (rows, layout) = (answer.rows, layout)
        append(
            .each(
                Transform("the \(rows.count) rows of the last answer", needs: [], inOrder: true) {
                    next, worker in
                    AnswerSource(rows, layout, next, worker)
                }))
    }
}

/// Passes kept rows on when it is told that no other comes.
private final class AnswerSource: RowConsumer {
    private let rows: RowTable
    private let layout: Layout
    private let next: any RowConsumer
    private let worker: Worker

    init(_ rows: RowTable, _ layout: Layout, _ next: any RowConsumer, _ worker: Worker) {
        self.rows = rows
        self.layout = layout
        self.next = next
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool { false }

    func finish() {
        let buffer = RowBuffer(layout)
        for place in 0..<rows.count {
            worker.arena.reset()
            for column in rows.schema.columns.indices { buffer.slots[column] = rows[place, column] }
            if !next.consume(buffer.row(order: UInt64(place), worker: worker)) { break }
        }
        next.finish()
    }
}
