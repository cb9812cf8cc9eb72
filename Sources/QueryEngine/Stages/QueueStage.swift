import MailLog
import QuerySyntax

/// `queue`: a row for each message of a queue listing that is read in the place of a log.
struct QueueStage: Stage {
    static let form = Form<any Stage>(
        "queue", summary: "a row for each message in a listing by postqueue -j or mailq, given as the file",
        details: """
            `postqueue -j | mlq -e 'queue | count by reason'` shows why mail waits, and \
            `queue | explode to | top 5 (domain(to)) as domain` for whom. `to` is the list of recipients who are \
            left, `detail` and `reason` are those of the first of whom Postfix says why. `queue_name` is active, \
            deferred, hold, incoming or maildrop; `mailq` tells only the first three. It starts a pipeline.
            """,
        examples: ["queue"]
    ) { (name) throws(Diagnostic) in QueueStage(name: name) }

    let name: Name

    var reasonNotToFollow: String? { "reads a listing, which is made anew and does not grow" }

    fileprivate static let columns: [(name: String, type: ValueType)] = [
        ("time", .time(.instant)), ("queue_name", .text(.plain)), ("queue_id", .text(.plain)),
        ("size", .size), ("from", .text(.address)), ("nrcpt", .integer), ("to", .list(.text(.address))),
        ("forced_expire", .bool), ("reason", .text(.prose)),
        ("reason_class", Field("reason_class").type), ("detail", .text(.prose)),
    ]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard resolution.schema.isLines, resolution.steps.isEmpty, resolution.scan.isEmpty else {
            throw Diagnostic("'queue' starts a pipeline", at: name.range)
        }
        let raw = try resolution.column(Name("raw", name.range)).slot
        let layout = resolution.beginRows(
            QueueStage.columns.map { ($0.name, $0.type, .missing) }, rowName: "a row of 'queue'", by: name)
        resolution.timeRange = nil
        resolution.readsListing = true
        let (now, zone) = (resolution.environment.now, resolution.environment.zone)
        var transform = Transform("entries of a queue listing", needs: [raw], inOrder: true) { next, worker in
            QueueOperator(raw, now, zone, layout, next, worker)
        }
        transform.beginsRows = true
        resolution.append(.each(transform))
    }
}

private final class QueueOperator: RowConsumer {
    private let raw: Int
    private let next: any RowConsumer
    private let worker: Worker
    private let buffer: RowBuffer
    private let now: Int64
    private let zone: Zone?
    private var listing: QueueListing
    private var file = 0
    private var rows: UInt64 = 0
    private var strayLines = 0
    private let reason = QueueOperator.derivation("reason")
    private let reasonClass = QueueOperator.derivation("reason_class")

    init(
        _ raw: Int, _ now: Int64, _ zone: Zone?, _ layout: Layout, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.raw = raw
        self.now = now
        self.zone = zone
        self.next = next
        self.worker = worker
        buffer = RowBuffer(layout)
        listing = QueueListing(now: now)
    }

    private static func derivation(_ name: String) -> @Sendable (Value, Arena) -> Value {
        guard case .derived(_, let compute) = Field(name).origin else {
            preconditionFailure("\(name) is derived from the detail")
        }
        return compute
    }

    func consume(_ row: Row) -> Bool {
        let place = Chunk.fileIndex(ofOrder: row.order)
        if place != file {
            if let entry = listing.end(), !pass(entry) { return false }
            strayLines += listing.strayLines
            listing = QueueListing(now: now)
            file = place
        }
        guard row[raw].kind == .text, let entry = listing.take(row[raw].bytes) else { return true }
        return pass(entry)
    }

    private func pass(_ entry: QueueListing.Entry) -> Bool {
        let arena = worker.arena
        arena.reset()
        let detail = entry.detail.map { arena.text($0) } ?? .missing
        let cells: [Value] = [
            entry.arrival.isMissing ? .missing : zone?.time(entry.arrival) ?? entry.arrival,
            entry.queueName.map { arena.text($0) } ?? .missing, arena.text(entry.queueID),
            entry.size.map { .integer($0) } ?? .missing, arena.text(entry.from),
            .integer(entry.recipients.count), arena.list(entry.recipients.map { arena.text($0) }),
            entry.isExpired.map { .bool($0) } ?? .missing,
            detail.isMissing ? .missing : reason(detail, arena),
            detail.isMissing ? .missing : reasonClass(detail, arena), detail,
        ]
        for (slot, cell) in cells.enumerated() { buffer.slots[slot] = cell }
        rows += 1
        return next.consume(buffer.row(order: rows, worker: worker))
    }

    func finish() {
        if worker.run.failure == nil {
            if let entry = listing.end() { _ = pass(entry) }
            strayLines += listing.strayLines
            if strayLines > 0 {
                worker.run.note(
                    (strayLines == 1 ? "a line is" : "\(Digits.grouped(strayLines)) lines are")
                        + " of no queue listing; 'queue' reads what postqueue -j or mailq prints")
            }
        }
        next.finish()
    }
}
