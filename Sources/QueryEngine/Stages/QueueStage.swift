import MailLog
import QuerySyntax

/// `queue`: a row for each message of a queue listing. The listing is read instead of a log.
struct QueueStage: Stage {
    static let form = Form<any Stage>(
        "queue",
        summary: "a row for each message in the output of postqueue -j or mailq, read instead of a log",
        details: """
            Typical queries
            - why mail waits: `postqueue -j | mlq -e 'queue | count by reason'`
            - for whom: `postqueue -j | mlq -e 'queue | explode to | top 5 (domain(to)) as domain'`

            Columns
            - `queue_name`: active, deferred, hold, incoming or maildrop; mailq shows only the first three
            - `to`: list of the remaining recipients
            - `reason`, `detail`: the delay reason of the first recipient that has one

            Must be the first stage.
            """,
        examples: ["queue"]
    ) { (name) throws(Diagnostic) in QueueStage(name: name) }

    let name: Name

    var reasonNotToFollow: String? { "reads a complete listing" }

    private static let columns: [(String, ValueType)] = [
        ("time", .time(.instant)), ("queue_name", .text(.plain)), ("queue_id", .text(.plain)),
        ("size", .size), ("from", .text(.address)), ("nrcpt", .integer), ("to", .list(.text(.address))),
        ("forced_expire", .bool), ("reason", .text(.prose)),
        ("reason_class", Field.reasonClass.type), ("detail", .text(.prose)),
    ]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard resolution.schema.isLines, resolution.steps.isEmpty, resolution.scan.isEmpty else {
            throw Diagnostic("'queue' starts a pipeline", at: name.range)
        }
        let raw = try resolution.column(Name("raw", name.range)).slot
        let layout = resolution.beginRows(QueueStage.columns, by: name)
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
    private let emitter: RowEmitter
    private let now: Int64
    private let zone: Zone?
    private var listing: QueueListing
    private var file = 0
    private var strayLines = 0
    private let reason = QueueOperator.derivation(.reason)
    private let reasonClass = QueueOperator.derivation(.reasonClass)

    init(
        _ raw: Int, _ now: Int64, _ zone: Zone?, _ layout: Layout, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.raw = raw
        self.now = now
        self.zone = zone
        self.next = next
        self.worker = worker
        emitter = RowEmitter(layout, next, worker)
        listing = QueueListing(now: now)
    }

    private static func derivation(_ field: Field) -> @Sendable (Value, Arena) -> Value {
        guard case .derived(_, let compute) = field.origin else {
            preconditionFailure("\(field.name) is derived from the detail")
        }
        return compute
    }

    func consume(_ row: Row) -> Bool {
        let index = Chunk.fileIndex(ofOrder: row.order)
        if index != file {
            if let entry = listing.end(), !pass(entry) { return false }
            strayLines += listing.strayLines
            listing = QueueListing(now: now)
            file = index
        }
        guard row[raw].kind == .text, let entry = listing.take(row[raw].bytes) else { return true }
        return pass(entry)
    }

    private func pass(_ entry: QueueListing.Entry) -> Bool {
        emitter.emit { arena in
            let detail = entry.detail.map { arena.text($0) } ?? .missing
            return [
                entry.arrival.isMissing ? .missing : zone?.time(entry.arrival) ?? entry.arrival,
                entry.queueName.map { arena.text($0) } ?? .missing, arena.text(entry.queueID),
                entry.size.map { .integer($0) } ?? .missing, arena.text(entry.from),
                .integer(entry.recipients.count), arena.list(entry.recipients.map { arena.text($0) }),
                entry.isExpired.map { .bool($0) } ?? .missing,
                detail.isMissing ? .missing : reason(detail, arena),
                detail.isMissing ? .missing : reasonClass(detail, arena), detail,
            ]
        }
    }

    func finish() {
        if worker.run.failure == nil {
            if let entry = listing.end() { _ = pass(entry) }
            strayLines += listing.strayLines
            if strayLines > 0 {
                worker.run.note(
                    (strayLines == 1 ? "a line is" : "\(Digits.grouped(strayLines)) lines are")
                        + " not part of a queue listing; 'queue' reads the output of postqueue -j or mailq")
            }
        }
        next.finish()
    }
}
