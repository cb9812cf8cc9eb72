import MailLog
import QuerySyntax

/// `context N`: each line with its neighbours in the log.
struct ContextStage: Stage {
    static let form = Form<any Stage>(
        "context", aliases: ["around"], summary: "each line with the N lines before and after it in the log",
        details: """
            It stands behind the filters that find the lines; other stages may follow. The column `matched` tells \
            the lines that were found from their neighbours. Without N: 3.
            """,
        examples: [
            "filter status=bounced | head 1 | context 2",
            "filter event=reject | context 1 | select matched, time, process, text | head 6",
        ],
        Parameter<Int>.count.optional
    ) { (name, count) throws(Diagnostic) in ContextStage(name: name, count: count ?? 3) }

    let name: Name
    let count: Int

    /// The rows that wait to be neighbours are kept in memory.
    private static let limit = 10_000

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard count <= ContextStage.limit else {
            throw Diagnostic("at most \(ContextStage.limit) neighbours", at: name.range)
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
                hint: "put it right behind the filters")
        }
        // What was to choose lines now marks them.
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
                    return ContextOperator(
                        count, mark.slot, isMarked: !conditions.isEmpty, chain, end, layout, held, next,
                        worker)
                }))
    }
}

/// The end of the steps that choose lines: sees which line gets through.
private final class MatchConsumer: RowConsumer {
    var hasMatch = false

    func consume(_ row: Row) -> Bool {
        hasMatch = true
        return true
    }

    func finish() {}
}

private final class ContextOperator: RowConsumer {
    private let count: Int
    private let mark: Int
    private let isMarked: Bool
    private let chain: any RowConsumer
    private let end: MatchConsumer
    private let held: Set<Int>
    private let next: any RowConsumer
    private let worker: Worker
    private let buffer: RowBuffer
    /// The last lines that were not passed on, as `RowCodec` writes them; a ring.
    private var before: [[UInt8]] = []
    private var beforeBytes = 0
    private var oldest = 0
    /// How many more lines follow a match.
    private var after = 0
    /// Whether a further line may match (`head` may be full).
    private var seeks = true

    init(
        _ count: Int, _ mark: Int, isMarked: Bool, _ chain: any RowConsumer, _ end: MatchConsumer,
        _ layout: Layout, _ held: Set<Int>, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.count = count
        self.mark = mark
        self.isMarked = isMarked
        self.chain = chain
        self.end = end
        self.held = held
        self.next = next
        self.worker = worker
        buffer = RowBuffer(layout)
    }

    func consume(_ row: Row) -> Bool {
        end.hasMatch = false
        if seeks, !isMarked || row[mark].isTrue { seeks = chain.consume(row) }
        row[mark] = .bool(end.hasMatch)
        if end.hasMatch {
            guard passBefore() else { return false }
            after = count
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
        guard count > 0 else { return }
        let record = RowCodec.encoded(row, held)
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
                "'context \(count)' keeps longer lines", "ask for fewer lines")
        }
    }

    private func passBefore() -> Bool {
        for place in before.indices {
            let record = before[(oldest + place) % before.count]
            if !next.consume(RowCodec.row(record, in: buffer, worker: worker)) { return false }
        }
        before.removeAll(keepingCapacity: true)
        beforeBytes = 0
        oldest = 0
        return true
    }

    func finish() { next.finish() }
}
