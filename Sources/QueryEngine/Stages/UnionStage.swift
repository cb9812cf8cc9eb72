import MailLog
import QuerySyntax

/// `union (PIPELINE)`: appends the rows of a second pipeline.
struct UnionStage: Stage {
    static let form = Form<any Stage>(
        "union", aliases: ["append"], summary: "append the rows of a second pipeline",
        details: """
            Columns of the same name become one column. A column that only one side has is missing in the rows of \
            the other.
            """,
        examples: [
            """
            filter event=delivery | count by status | rename status as what \
            | union (filter event=reject | count by process | rename process as what)
            """
        ],
        .pipeline
    ) { (name, pipeline) throws(Diagnostic) in UnionStage(name: name, pipeline: pipeline) }

    let name: Name
    let pipeline: Pipeline<any Stage>

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let query = try resolution.inner(pipeline, for: name)
        let isLines = resolution.schema.isLines && query.schema.isLines
        var targets: [String: Int] = [:]
        for column in query.schema.columns {
            if let index = resolution.schema.index(of: column.name) {
                var mine = resolution.schema.columns[index]
                guard let both = mine.type.union(column.type) else {
                    throw Diagnostic(
                        "'\(column.name)' is \(mine.type.article) before 'union' and \(column.type.article) in it",
                        at: pipeline.range, hint: "rename one of them")
                }
                mine.type = both
                resolution.schema.put(mine)
                targets[column.name] = mine.slot
            } else {
                targets[column.name] = resolution.addColumn(column.name, column.type).slot
            }
        }
        resolution.schema.isLines = isLines
        resolution.schema.rowName = isLines ? "a line" : "a row of 'union'"
        resolution.timeRange = nil
        resolution.lastGrouping = nil
        resolution.origin = nil
        let environment = resolution.environment
        let layout = resolution.layout
        resolution.each("union", needs: [], inOrder: true) { [targets] next, worker in
            var order: UInt64 = 0
            var isWanted = true
            let appendRows = {
                guard isWanted, worker.run.failure == nil else { return }
                environment.pass(
                    query, MovingOutput(targets, RowBuffer(layout), after: order, next, worker), worker.run)
            }
            return RowOperator(next, atEnd: appendRows) { row in
                order = max(order, row.order)
                isWanted = next.consume(row)
                return isWanted
            }
        }
    }
}

extension ValueType {
    /// Returns the type of a column with values of both types; nil if there is no common type.
    fileprivate func union(_ other: ValueType) -> ValueType? {
        if self == other { return self }
        guard isComparable(with: other) else { return nil }
        if self == .any || other == .any { return .any }
        if isText { return joined(asText: other) }
        if isTime { return .time(.instant) }
        return self == .number || other == .number ? .number : .integer
    }
}

/// Output that moves the rows of the second pipeline to the slots of the first one, and orders them after its rows.
private final class MovingOutput: RowOutput {
    private let targets: [String: Int]
    private let buffer: RowBuffer
    private var order: UInt64
    private let next: any RowConsumer
    private let worker: Worker
    private var moves: [(from: Int, to: Int)] = []

    init(
        _ targets: [String: Int], _ buffer: RowBuffer, after order: UInt64, _ next: any RowConsumer,
        _ worker: Worker
    ) {
        self.targets = targets
        self.buffer = buffer
        self.order = order
        self.next = next
        self.worker = worker
    }

    func begin(_ schema: Schema) {
        moves = schema.columns.compactMap { column in
            targets[column.name].map { (from: column.slot, to: $0) }
        }
    }

    func pieceWriter(_ schema: Schema) -> (@Sendable () -> any RowWriter)? { nil }

    func write(_ text: [UInt8], rows: Int) -> Bool { false }

    func consume(_ row: Row) -> Bool {
        worker.arena.reset()
        order += 1
        for move in moves { buffer.slots[move.to] = row[move.from] }
        return next.consume(buffer.row(order: order, worker: worker))
    }

    /// Does nothing: the union finishes the next operator.
    func finish() {}
}
