import MailLog
import QuerySyntax

/// `context N`: lines with their neighbours in the log.
struct ContextStage: Stage {
    static let form = Form<any Stage>(
        "context", aliases: ["around"], summary: "add the N lines before and after each line in the log",
        details: """
            Follows the filters that select the lines. The column `matched` is true for these lines and false for \
            their neighbours. Without N: 3.
            """,
        examples: [
            "filter status=bounced | head 1 | context 2",
            "filter event=reject | context 1 | select matched, time, process, text | head 6",
        ],
        Parameter<Int>.count.optional
    ) { (name, count) throws(Diagnostic) in ContextStage(name: name, count: count ?? 3) }

    let name: Name
    let count: Int

    /// Maximum N, because the previous N lines are kept in memory.
    private static let limit = 10_000

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard count <= ContextStage.limit else {
            throw Diagnostic("'context' takes at most \(ContextStage.limit) lines", at: name.range)
        }
        var transforms: [Transform] = []
        for step in resolution.steps {
            guard case .each(let transform) = step, resolution.schema.isLines, !transform.beginsRows else {
                break
            }
            transforms.append(transform)
        }
        guard resolution.schema.isLines, transforms.count == resolution.steps.count,
            resolution.schema.column("matched") == nil
        else {
            throw Diagnostic(
                "'context' needs log lines in the order of the log", at: name.range,
                hint: "put it directly after the filters")
        }
        // The conditions now mark lines instead of selecting them.
        let conditions = resolution.scan
        resolution.scan = []
        resolution.steps = []
        resolution.timeRange = nil
        let mark = resolution.addColumn("matched", .bool)
        resolution.schema.isLines = true
        let layout = resolution.layout
        if !conditions.isEmpty {
            let condition = Typed(condition: Condition(all: conditions))
            resolution.assign([(mark.slot, condition)], title: "mark the lines of the filters")
        }
        let count = count
        let needs = transforms.reduce(into: Set([mark.slot])) { $0.formUnion($1.needs) }
        resolution.append(
            .each(
                .holding("context \(count)", needs: needs, columns: resolution.allSlots) {
                    [transforms] held, next, worker in
                    let end = MatchConsumer()
                    let chain = transforms.reversed().reduce(end as any RowConsumer) { next, transform in
                        transform.make(next, worker)
                    }
                    let lines = ContextOperator.Lines(
                        count: count, mark: mark.slot, isMarked: !conditions.isEmpty, chain: chain, end: end,
                        held: held)
                    return ContextOperator(lines, RowBuffer(layout), next, worker)
                }))
    }
}

/// End of the steps that select lines. Detects that a line passed all of them.
private final class MatchConsumer: RowConsumer {
    var hasMatch = false

    func consume(_ row: Row) -> Bool {
        hasMatch = true
        return true
    }

    func finish() {}
}

private final class ContextOperator: RowConsumer {
    struct Lines {
        /// Number of neighbours before and after a line.
        let count: Int
        /// Slot of `matched`.
        let mark: Int
        /// Whether that slot contains the result of the filters.
        let isMarked: Bool
        /// Steps that select lines; `end` is their end.
        let chain: any RowConsumer
        let end: MatchConsumer
        /// Slots to keep of a line.
        let held: Set<Int>
    }

    private let lines: Lines
    private let buffer: RowBuffer
    private let next: any RowConsumer
    private let worker: Worker
    /// Ring of the last lines that were not passed on, in `RowCodec` encoding.
    private var before: [[UInt8]] = []
    private var beforeBytes = 0
    private var oldest = 0
    /// Number of lines still to pass on after a match.
    private var after = 0
    /// Whether a further line may match; false once a `head` is full.
    private var seeks = true

    init(_ lines: Lines, _ buffer: RowBuffer, _ next: any RowConsumer, _ worker: Worker) {
        self.lines = lines
        self.buffer = buffer
        self.next = next
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        let end = lines.end
        end.hasMatch = false
        if seeks, !lines.isMarked || row[lines.mark].isTrue { seeks = lines.chain.consume(row) }
        row[lines.mark] = .bool(end.hasMatch)
        if end.hasMatch {
            guard passBefore() else { return false }
            after = lines.count
        } else if after > 0 {
            after -= 1
        } else {
            if !seeks { return false }
            keep(row)
            return true
        }
        return next.consume(row) && (seeks || after > 0)
    }

    private func keep(_ row: Row) {
        let count = lines.count
        guard count > 0 else { return }
        let record = RowCodec.encoded(row, lines.held)
        beforeBytes += record.capacity + 48
        if before.count < count {
            before.append(record)
        } else {
            beforeBytes -= before[oldest].capacity + 48
            before[oldest] = record
            oldest = (oldest + 1) % count
        }
        if beforeBytes > worker.run.memory {
            worker.run.failForMemory(
                "'context \(count)' keeps longer lines", "use a smaller N")
        }
    }

    private func passBefore() -> Bool {
        for index in before.indices {
            let record = before[(oldest + index) % before.count]
            if !next.consume(RowCodec.row(record, in: buffer, worker: worker)) { return false }
        }
        before.removeAll(keepingCapacity: true)
        beforeBytes = 0
        oldest = 0
        return true
    }

    func finish() { next.finish() }
}
