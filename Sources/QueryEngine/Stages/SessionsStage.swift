import MailLog
import QuerySyntax

/// `sessions`: a row for each session of smtpd or qmqpd.
struct SessionsStage: Stage {
    static let form = Form<any Stage>(
        "sessions", summary: "a row for each session of smtpd: login, TLS, rejects, queued messages",
        details: """
            A session lasts from connect to disconnect.

            Columns
            - `end`: how the session ended
            - `commands`: accepted and all commands (Postfix 3.0 and later)
            - `nqueued`, `queue_ids`: messages that were queued
            - `nrejected`, `reason`: rejected commands, and the last reason

            Notes
            - Must be the first stage; only filters on time, host or file may precede it.
            - A row is printed when its session ends.
            """,
        examples: [
            "sessions | filter nrejected > 0 | top 3 client_net", "sessions | count by end",
            "sessions | filter nqueued > 0 | select time, client, queue_ids, duration | head 3",
        ]
    ) { (name) throws(Diagnostic) in SessionsStage(name: name) }

    let name: Name

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        try resolution.beginMail(by: name)
        let layout = resolution.beginRows(SessionsStage.columns.map { ($0.name, $0.type) }, by: name)
        resolution.schema.setAside(SessionsStage.columns.map(\.isAside))
        resolution.origin = RowOrigin(
            behind: name.range, ["host", "pid"].compactMap(resolution.schema.column).map { .same($0) })
        if let first = resolution.schema.column("time"), let last = resolution.schema.column("last") {
            resolution.origin?.conditions.append(.time(from: first, to: last))
        }
        resolution.timeRange = nil
        let process = Field.process.slot
        resolution.each("lines of smtpd", needs: [process]) { next, _ in
            RowOperator(next) { row in
                SessionTable.isServer(row[process]) ? next.consume(row) : true
            }
        }
        resolution.append(
            .each(SessionStep(layout: layout, wanted: Set(SessionsStage.columns.indices)).transform))
        resolution.mail = (
            resolution.steps.count, resolution.schema.column("host")?.slot ?? -1, nil
        )
    }

    fileprivate struct Column: Sendable {
        enum Source: Sendable {
            /// Last value of a field in the session, and the function that derives the column from it.
            case told(Field, @Sendable (Value, Arena) -> Value)
            case computed(@Sendable (Session, Arena) -> Value)
        }

        let name: String
        let type: ValueType
        let isAside: Bool
        let source: Source
    }

    private static func told(_ field: Field, aside: Bool = false) -> Column {
        guard case .derived(let source, let compute) = field.origin else {
            return Column(
                name: field.name, type: field.type, isAside: aside,
                source: .told(field, { value, _ in value }))
        }
        return Column(
            name: field.name, type: field.type, isAside: aside,
            source: .told(
                source, { value, arena in value.isMissing ? .missing : compute(value, arena) }))
    }

    private static func computed(
        _ name: String, _ type: ValueType, aside: Bool = false,
        _ read: @escaping @Sendable (Session, Arena) -> Value
    ) -> Column {
        Column(name: name, type: type, isAside: aside, source: .computed(read))
    }

    private static func bin(_ name: String, _ bin: TimeBin) -> Column {
        computed(name, .time(bin), aside: true) { session, _ in TimeBins.start(of: session.first, bin) }
    }

    fileprivate static let columns: [Column] =
        [
            computed("time", .time(.instant)) { session, _ in session.first },
            told(.host), told(.pid), told(.client), told(.helo),
            computed("tls", .text(.plain)) { session, _ in session.tls },
            told(.saslUsername),
            computed("nqueued", .integer) { session, _ in .integer(session.queueIDs.count) },
            computed("queue_ids", .list(.text(.plain))) { session, arena in arena.list(session.queueIDs) },
            computed("nrejected", .integer) { session, _ in .integer(session.rejects) },
            told(.rejectClass), told(.reason),
            computed("nfailed_logins", .integer) { session, _ in .integer(session.failedLogins) },
            told(.commands), told(.notes),
            computed("end", .text(.oneOf(Session.ends))) { session, _ in .text(Bytes(session.end.word)) },
            computed("last", .time(.instant)) { session, _ in session.last },
            computed("duration", .duration) { session, _ in
                session.hasBirth && session.hasEnd
                    ? MessageColumn.span(session.first, session.last) : .missing
            },
            computed("birth_seen", .bool) { session, _ in .bool(session.hasBirth) },
            computed("end_seen", .bool) { session, _ in .bool(session.hasEnd) },
            bin("minute", .minute), bin("hour", .hour), bin("day", .day), bin("week", .week),
            bin("month", .month),
            computed("nlogins", .integer, aside: true) { session, _ in .integer(session.logins) },
            computed("lines", .integer, aside: true) { session, _ in .integer(session.lines) },
        ]
        + [
            Field.clientName, .clientIP, .clientNet, .clientPort, .heloDomain, .proto, .saslMethod,
            .where, .detail, .dsn, .tag, .service,
        ].map { told($0, aside: true) }
}

/// Step that makes rows of sessions.
private struct SessionStep: Sendable {
    let layout: Layout
    var wanted: Set<Int>

    var told: [Field] {
        var fields: [Field] = []
        for place in wanted.sorted() where SessionsStage.columns.indices.contains(place) {
            guard case .told(let field, _) = SessionsStage.columns[place].source,
                !fields.contains(field)
            else { continue }
            fields.append(field)
        }
        return fields
    }

    var transform: Transform {
        let needs = Set((SessionTable.fields + told).map(\.slot))
        var transform = Transform("sessions", needs: needs, inOrder: true) { next, worker in
            SessionOperator(self, next, worker)
        }
        transform.beginsRows = true
        transform.keeping = { SessionStep(layout: layout, wanted: $0).transform }
        return transform
    }
}

private final class SessionOperator: RowConsumer {
    private let next: any RowConsumer
    private let worker: Worker
    private let buffer: RowBuffer
    private var readings: [(slot: Int, read: (Session, Arena) -> Value)] = []
    private var table: SessionTable?
    private var order: UInt64 = 0

    init(_ step: SessionStep, _ next: any RowConsumer, _ worker: Worker) {
        self.next = next
        self.worker = worker
        buffer = RowBuffer(step.layout)
        let told = step.told
        for slot in step.wanted.sorted() where SessionsStage.columns.indices.contains(slot) {
            switch SessionsStage.columns[slot].source {
            case .computed(let read): readings.append((slot, read))
            case .told(let field, let compute):
                let index = told.firstIndex(of: field) ?? 0
                readings.append((slot, { session, arena in compute(session.told(index), arena) }))
            }
        }
        table = SessionTable(told: told, memory: worker.tableMemory) { [unowned self] in pass($0) }
    }

    func consume(_ row: Row) -> Bool {
        table?.take(Record(slots: row.slots))
        return table?.isWanted ?? false
    }

    private func pass(_ session: Session) -> Bool {
        worker.arena.reset()
        for (slot, read) in readings { buffer.slots[slot] = read(session, worker.arena) }
        order += 1
        return next.consume(buffer.row(order: order, worker: worker))
    }

    func finish() {
        if let table, worker.run.failure == nil {
            table.finish()
            worker.noteEvictions(table.evictions, of: "sessions")
        }
        table = nil
        next.finish()
    }
}
