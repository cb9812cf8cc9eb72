import MailLog
import QuerySyntax

/// Step that converts lines to rows of messages, recipients or delivery attempts. It takes lines in the order of the
/// log and assigns them to messages with a `MessageTable`. Only needed fields are decoded.
struct MessageStep: Sendable {
    /// Meaning of a row.
    enum Grain: Sendable { case message, recipient, attempt }

    let title: String
    let grain: Grain
    /// Columns of the rows; column `i` is in slot `i`.
    let columns: [MessageColumn]
    /// Slot of the event in the input rows.
    let eventSlot: Int
    /// Layout of the output rows.
    let layout: Layout
    /// Slots of the columns that later stages read.
    var wanted: Set<Int>

    var transform: Transform {
        let columns = wantedColumns.map(\.column)
        let plan = columns.reduce(into: MessageTable.Plan()) { plan, column in column.demand(&plan) }
        let needs = MailEvent.allCases.map { event in
            Set(plan.needs(of: event).map(\.slot)).union([eventSlot])
                .union(event.isAttempt ? columns.compactMap(\.line?.slot) : [])
        }
        let all = needs.reduce(into: Set<Int>()) { $0.formUnion($1) }
        var transform = Transform(title, needs: all, inOrder: true) { next, worker in
            switch grain {
            case .attempt: AttemptOperator(self, plan, next, worker)
            case .message, .recipient: MessageOperator(self, plan, next, worker)
            }
        }
        transform.beginsRows = true
        transform.rowSlots = RowSlots(kind: eventSlot, needs)
        transform.keeping = { slots in
            var step = self
            step.wanted = slots
            return step.transform
        }
        return transform
    }

    /// Wanted columns with their slots.
    var wantedColumns: [(slot: Int, column: MessageColumn)] {
        columns.enumerated().filter { wanted.contains($0.offset) }.map { ($0.offset, $0.element) }
    }
}

extension Resolution {
    /// Adds the steps that convert lines to message rows, and begins their schema.
    mutating func beginMessages(
        _ grain: MessageStep.Grain, _ columns: [MessageColumn], by stage: Name
    ) throws(Diagnostic) {
        try beginMail(by: stage)
        let event = newSlot()
        let reader = Set(MailEventReader.fields.map(\.slot))
        append(
            .each(
                Transform("lines of mail", needs: reader) { next, _ in MailLineOperator(event, next) }))
        let layout = beginRows(
            columns.map { ($0.name, $0.type, .missing) }, rowName: "a row of '\(stage.text)'", by: stage)
        schema.setAside(columns.map(\.isAside))
        origin = RowOrigin(
            behind: stage.range, ["host", "queue_id"].compactMap(schema.column).map { .same($0) })
        if grain == .message, let first = schema.column("time"), let last = schema.column("last") {
            origin?.conditions.append(.time(from: first, to: last))
        }
        timeRange = nil
        append(
            .each(
                MessageStep(
                    title: stage.text, grain: grain, columns: columns, eventSlot: event, layout: layout,
                    wanted: Set(columns.indices)
                ).transform))
        mail = (steps.count, slot("host"), slot("queue_id"))
    }

    private func slot(_ name: String) -> Int { schema.column(name)?.slot ?? -1 }

    /// Pushes a filter after message rows down to the line scan, as far as it compares the host or the queue id. Such a
    /// condition also applies to the lines of the message.
    mutating func pushIn(_ expression: Expression) throws(Diagnostic) {
        guard let mail else { return }
        if case .and(let parts) = expression {
            for part in parts { try pushIn(part) }
            return
        }
        var lines = Resolution(lines: environment)
        guard case .comparison(.equal, .field(let name), let value, _) = expression,
            let column = schema.column(name.text)
        else { return }
        if column.slot == mail.host, name.text == "host" {
            scan.append(try lines.condition(expression))
        } else if column.slot == mail.queueID, let id = value.plainText {
            // Lines with the queue id, and the lines that sessions depend on.
            let texts = [
                id, "connect from ", ": client=", "NOQUEUE: hold: ", "NOQUEUE: discard: ",
                "NOQUEUE: milter-", " after DATA", " after BDAT",
            ]
            let searches = texts.map {
                Expression.search(.string($0, ignoresCase: false, value.range))
            }
            scan.append(try lines.condition(.or(searches)))
        }
    }

    /// Checks that only filters precede a stage that follows messages. Warns about filters that drop lines of a
    /// message, because they change its outcome.
    mutating func beginMail(by stage: Name) throws(Diagnostic) {
        guard schema.isLines, steps.isEmpty else {
            throw Diagnostic(
                "'\(stage.text)' starts a pipeline", at: stage.range, hint: "only filters may precede it"
            )
        }
        let harmless = Set(
            Fields.ofTime.slots + [Field.host.slot, Field.file.slot])
        for condition in scan where !condition.needs.isSubset(of: harmless) {
            warn(
                "'\(stage.text)' sees only the lines that pass this filter", at: condition.range,
                hint: "move it after '\(stage.text)'; only filters on time, host and file are safe before it")
        }
    }
}

extension Expression {
    /// Text of a word or string without wildcards and special meaning.
    fileprivate var plainText: String? {
        switch self {
        case .word(let text, _):
            text.contains("*") || text.contains("?") || text.hasPrefix("<") || text.isEmpty ? nil : text
        case .string(let text, let ignoresCase, _): ignoresCase || text.isEmpty ? nil : text
        default: nil
        }
    }
}

/// Operator that keeps lines with a mail event, and stores the event in a slot.
private final class MailLineOperator: RowConsumer {
    private let reader = MailEventReader()
    private let slot: Int
    private let next: any RowConsumer

    init(_ slot: Int, _ next: any RowConsumer) {
        self.slot = slot
        self.next = next
    }

    func consume(_ row: Row) -> Bool {
        guard let event = reader.event(of: Record(slots: row.slots)) else { return true }
        row[slot] = .integer(event.rawValue)
        return next.consume(row)
    }

    func finish() { next.finish() }
}

/// Writer of the message columns of a row.
private struct MessageFiller {
    private let readings: [(slot: Int, read: MessageColumn.Reading)]

    init(_ step: MessageStep, _ plan: MessageTable.Plan) {
        readings = step.wantedColumns.filter { !$0.column.isOfAttempt }.map { slot, column in
            (slot, column.reading(plan))
        }
    }

    func fill(_ buffer: RowBuffer, _ message: Message, _ recipient: Int, _ arena: Arena) {
        for (slot, read) in readings { buffer.slots[slot] = read(message, recipient, arena) }
    }
}

extension Worker {
    /// Memory limit of the message table in bytes. The other half is for later stages that group or sort.
    var tableMemory: Int { run.memory / 2 }

    func noteEvictions(_ count: Int, of rows: String = "messages") {
        guard count > 0 else { return }
        run.note(
            "\(Digits.grouped(count)) \(rows) were dropped before their end: the open \(rows) need more "
                + "than \(PeopleText.size(tableMemory)); raise --memory")
    }
}

/// Operator that emits one row per message, or per recipient, at the end of the message.
private final class MessageOperator: RowConsumer {
    private let step: MessageStep
    private let filler: MessageFiller
    private let next: any RowConsumer
    private let worker: Worker
    private let buffer: RowBuffer
    private var table: MessageTable?
    private var order: UInt64 = 0

    init(_ step: MessageStep, _ plan: MessageTable.Plan, _ next: any RowConsumer, _ worker: Worker) {
        self.step = step
        self.next = next
        self.worker = worker
        filler = MessageFiller(step, plan)
        buffer = RowBuffer(step.layout)
        table = MessageTable(plan, memory: worker.tableMemory) { [unowned self] in emit($0) }
        worker.whileWaiting { [unowned self] moment in
            table?.passTime(to: moment)
            return table?.isWanted ?? false
        }
    }

    func consume(_ row: Row) -> Bool {
        guard let table, let event = MailEvent(rawValue: row[step.eventSlot].integer) else { return true }
        _ = table.take(Record(slots: row.slots), event)
        return table.isWanted
    }

    private func emit(_ message: Message) -> Bool {
        guard step.grain == .recipient else { return pass(message, -1) }
        return message.recipients.indices.allSatisfy { pass(message, $0) }
    }

    private func pass(_ message: Message, _ recipient: Int) -> Bool {
        worker.arena.reset()
        filler.fill(buffer, message, recipient, worker.arena)
        order += 1
        return next.consume(buffer.row(order: order, worker: worker))
    }

    func finish() {
        if let table, worker.run.failure == nil {
            table.finish()
            worker.noteEvictions(table.evictions)
        }
        table = nil
        next.finish()
    }
}

/// Operator that emits one row per delivery attempt, in the order of the log. A row waits until the attributes of its
/// message are known, but at most for the grace period of `MessageTable` in log time.
private final class AttemptOperator: RowConsumer {
    private struct Waiting {
        let message: Message
        /// Encoded row with the columns of its line and its delivery attempt.
        let row: [UInt8]
        let time: Int64
    }

    private let step: MessageStep
    private let filler: MessageFiller
    private let next: any RowConsumer
    private let worker: Worker
    private let buffer: RowBuffer
    private let lineColumns: [(slot: Int, line: Int)]
    private let attemptColumns: [(slot: Int, read: MessageColumn.AttemptReading)]
    private let time = Field.time.slot
    private var table: MessageTable?
    private var waiting: [ObjectIdentifier: Queue<Waiting>] = [:]
    private var order: UInt64 = 0
    private var goesOn = true
    /// Maximum number of waiting rows per host. Above it, the first row is emitted without the missing attributes.
    private static let limit = 10_000

    init(_ step: MessageStep, _ plan: MessageTable.Plan, _ next: any RowConsumer, _ worker: Worker) {
        self.step = step
        self.next = next
        self.worker = worker
        filler = MessageFiller(step, plan)
        buffer = RowBuffer(step.layout)
        lineColumns = step.wantedColumns.compactMap { slot, column in column.line.map { (slot, $0.slot) } }
        attemptColumns = step.wantedColumns.compactMap { slot, column in
            column.attempt.map { (slot, $0) }
        }
        table = MessageTable(plan, memory: worker.tableMemory) { _ in true }
        worker.whileWaiting { [unowned self] moment in
            table?.passTime(to: moment)
            for host in hosts { passWaiting(host) }
            return goesOn
        }
    }

    /// Hosts with waiting rows, in the order of their first waiting row.
    private var hosts: [ObjectIdentifier] {
        waiting.compactMap { host, rows in rows.first.map { (host, RowCodec.order(of: $0.row)) } }
            .sorted { $0.1 < $1.1 }.map(\.0)
    }

    func consume(_ row: Row) -> Bool {
        guard let table, let event = MailEvent(rawValue: row[step.eventSlot].integer) else { return true }
        let record = Record(slots: row.slots)
        let host = ObjectIdentifier(table.host(of: record))
        // A line after the grace period of a waiting row adds nothing to that row.
        if !waiting.isEmpty, waiting[host] != nil { passWaiting(host, at: row[time].wallClock) }
        guard let message = table.take(record, event) else { return goesOn }
        if !waiting.isEmpty, waiting[host] != nil { passWaiting(host) }
        guard event.isAttempt, goesOn else { return goesOn }
        buffer.clear()
        for (slot, line) in lineColumns { buffer.slots[slot] = row[line] }
        for (slot, read) in attemptColumns { buffer.slots[slot] = read(message, table.attempt, row[time]) }
        order += 1
        if waiting[host] == nil, message.isKnown {
            goesOn = pass(message)
        } else {
            let record = RowCodec.encoded(buffer.row(order: order, worker: worker), 0..<buffer.width)
            waiting[host, default: Queue()].append(
                Waiting(message: message, row: record, time: row[time].wallClock))
        }
        return goesOn
    }

    private func pass(_ message: Message) -> Bool {
        filler.fill(buffer, message, -1, worker.arena)
        return next.consume(buffer.row(order: order, worker: worker))
    }

    /// Emits the rows of a host that no longer have to wait.
    private func passWaiting(_ host: ObjectIdentifier, at time: Int64 = .min) {
        while goesOn, let first = waiting[host]?.first {
            guard
                first.message.isKnown || max(time, first.message.host.now) - first.time > MessageTable.grace
                    || (waiting[host]?.count ?? 0) > AttemptOperator.limit
            else { return }
            waiting[host]?.removeFirst()
            worker.arena.reset()
            let last = order
            order = RowCodec.order(of: first.row)
            _ = RowCodec.row(first.row, in: buffer, worker: worker)
            goesOn = pass(first.message)
            order = last
        }
        waiting[host] = nil
    }

    func finish() {
        if let table, worker.run.failure == nil {
            for host in hosts { passWaiting(host, at: .max / 2) }
            worker.noteEvictions(table.evictions)
        }
        table = nil
        next.finish()
    }
}
