import MailLog

/// `trace WHAT` over logs that go on growing: the lines of a mail come out as it travels. What is looked for may be
/// told late (the recipient, after the client and the sender), so the lines of every open message wait until it
/// ends. When one turns out to be looked for, they come out with those of its kin, and further ones at once.
struct LiveTrace: Sendable {
    let start: Trace.Plan.Start
    let layout: Layout
    let title: String
    /// What is looked for, for people.
    let what: String

    func transform(_ columns: Set<Int>) -> Transform {
        var needs = Set((MessageTable.Plan().needs + MailEventReader.fields).map(\.slot))
        if case .lines(let condition) = start { needs.formUnion(condition.needs) }
        return .holding(title, needs: needs, columns: columns) { held, next, worker in
            LiveTraceOperator(self, held, next, worker)
        }
    }
}

private final class LiveTraceOperator: RowConsumer {
    /// A message whose end has not come, what it belongs to, and the ids that it has named.
    private struct Member {
        let message: Message
        let strand: Strand
        var named: [[UInt8]] = []
    }

    /// A link to an id of which no line has come yet.
    private struct Awaited {
        let link: MessageLink
        let from: Message
        let strand: Strand
    }

    private let plan: LiveTrace
    private let condition: ((Row) -> Bool)?
    private let next: any RowConsumer
    private let worker: Worker
    private let buffer: RowBuffer
    private let columns: Set<Int>
    private let events = MailEventReader()
    private var table: MessageTable?
    private var members: [ObjectIdentifier: Member] = [:]
    private var messages: [[UInt8]: [Message]] = [:]
    private var awaited: [[UInt8]: [Awaited]] = [:]
    /// By host, tag and pid: a server's session, or what an agent has said since its last delivery.
    private var processes: [[UInt8]: Strand] = [:]
    private let held = Strand.Held()
    private var hasTold = false

    /// Processes that were killed leave strands behind, and mail to other servers ids that never come.
    private static let limit = 1 << 16
    private static let agents: [StaticString] = [
        "smtp", "lmtp", "local", "virtual", "pipe", "error", "discard",
    ]

    private let host = Field("host").slot
    private let tag = Field("tag").slot
    private let pid = Field("pid").slot
    private let process = Field("process").slot
    private let event = Field("event").slot
    private let queueID = Field("queue_id").slot

    init(_ plan: LiveTrace, _ columns: Set<Int>, _ next: any RowConsumer, _ worker: Worker) {
        self.plan = plan
        self.next = next
        self.worker = worker
        buffer = RowBuffer(plan.layout)
        self.columns = columns
        condition = if case .lines(let condition) = plan.start { condition.make() } else { nil }
        table = MessageTable(MessageTable.Plan(), memory: worker.tableMemory) { [unowned self] in
            forget($0)
            return true
        }
    }

    func consume(_ row: Row) -> Bool {
        let record = Record(slots: row.slots)
        let strand =
            if let event = events.event(of: record), let message = table?.take(record, event) {
                takeLine(row, of: message)
            } else {
                takeProcessLine(row)
            }
        if held.bytes > heldLimit { letGo() }
        guard let strand, strand.isTold else { return true }
        return tell(strand)
    }

    func finish() {
        if let table, worker.run.failure == nil {
            if !hasTold { worker.run.noteNoMessage(plan.what) }
            worker.noteEvictions(table.evictions)
        }
        table = nil
        next.finish()
    }

    private func tell(_ strand: Strand) -> Bool {
        hasTold = true
        for line in strand.take() {
            worker.arena.reset()
            guard next.consume(RowCodec.row(line, in: buffer, worker: worker)) else { return false }
        }
        if !strand.isWhole {
            worker.run.note(
                "early lines of the mail were let go, because those of all open messages took more than "
                    + "\(PeopleText.size(heldLimit)); raise --memory")
        }
        return true
    }

    // MARK: Lines of messages

    private func takeLine(_ row: Row, of message: Message) -> Strand {
        join(message, row)
        let strand = members[ObjectIdentifier(message)]?.strand.root ?? Strand(held)
        if isServer(row) {
            strand.add(session: session(key(row)))
        } else if isAgent(row), let before = processes.removeValue(forKey: key(row)) {
            strand.absorb(before)
        }
        strand.add(row, columns)
        strand.isTold = strand.isTold || isLookedFor(row)
        return strand
    }

    private func isLookedFor(_ row: Row) -> Bool {
        if case .queueID(let id) = plan.start { return Array(row[queueID].bytes) == id }
        return condition?(row) ?? false
    }

    /// Finds the kin of a message: those that its line names, and for a new one those that have named it.
    private func join(_ message: Message, _ row: Row) {
        let key = ObjectIdentifier(message)
        let id = Array(row[queueID].bytes)
        let strand = members[key]?.strand ?? Strand(held)
        if members[key] == nil {
            members[key] = Member(message: message, strand: strand)
            messages[id, default: []].append(message)
            for other in awaited[id] ?? [] where other.link.fits(from: other.from, to: message) {
                merge(strand, other.strand)
            }
            awaited[id] = nil
        }
        for link in MessageLink.all(of: row) {
            let kin = (messages[link.id] ?? []).filter { $0 !== message && link.fits(from: message, to: $0) }
            for other in kin {
                if let member = members[ObjectIdentifier(other)] { merge(strand, member.strand) }
            }
            guard kin.isEmpty else { continue }
            if awaited.count >= LiveTraceOperator.limit { awaited = [:] }
            awaited[link.id, default: []].append(Awaited(link: link, from: message, strand: strand))
            members[key]?.named.append(link.id)
        }
    }

    private func merge(_ a: Strand, _ b: Strand) {
        let (a, b) = (a.root, b.root)
        guard a !== b else { return }
        if a.lines.count >= b.lines.count { a.absorb(b) } else { b.absorb(a) }
    }

    /// The message has ended. Its lines are kept as long as its kin is open; of mail that has come out, another
    /// host may tell later.
    private func forget(_ message: Message) {
        guard let member = members.removeValue(forKey: ObjectIdentifier(message)) else { return }
        let id = Array(message.queueID.bytes)
        messages[id]?.removeAll { $0 === message }
        if messages[id]?.isEmpty ?? false { messages[id] = nil }
        guard !member.strand.root.isTold else { return }
        for id in member.named {
            awaited[id]?.removeAll { $0.from === message }
            if awaited[id]?.isEmpty ?? false { awaited[id] = nil }
        }
    }

    // MARK: Lines of processes

    /// A process that talks to a client or a server logs lines without a queue id: those of a session belong to
    /// its messages, those before a delivery to the delivery.
    private func takeProcessLine(_ row: Row) -> Strand? {
        guard row[tag].kind == .text, isServer(row) || isAgent(row) else { return nil }
        let key = key(row)
        if isEvent(row, "connect") { processes[key] = nil }
        let strand = session(key)
        strand.add(row, columns)
        if isEvent(row, "disconnect") { processes[key] = nil }
        return strand
    }

    private func session(_ key: [UInt8]) -> Strand {
        if let strand = processes[key] { return strand }
        if processes.count >= LiveTraceOperator.limit { processes = [:] }
        let strand = Strand(held)
        processes[key] = strand
        return strand
    }

    private func key(_ row: Row) -> [UInt8] {
        var key: [UInt8] = []
        for slot in [host, tag, pid] { KeyCodec.append(row[slot], ignoresCase: true, to: &key) }
        return key
    }

    private func isEvent(_ row: Row, _ name: StaticString) -> Bool {
        row[event].kind == .text && row[event].bytes == name
    }

    private func isServer(_ row: Row) -> Bool {
        row[process].kind == .text && (row[process].bytes == "smtpd" || row[process].bytes == "qmqpd")
    }

    private func isAgent(_ row: Row) -> Bool {
        row[process].kind == .text && LiveTraceOperator.agents.contains { row[process].bytes == $0 }
    }

    // MARK: Memory

    /// What the lines that wait may take; the rest is for the table and for what stands behind.
    private var heldLimit: Int { worker.run.memory / 4 }

    /// Lets go the lines of what was told of longest ago, until half of the room is free.
    private func letGo() {
        var strands: [ObjectIdentifier: Strand] = [:]
        for strand in members.values.map(\.strand.root) + processes.values {
            for strand in [strand] + strand.sessions { strands[ObjectIdentifier(strand)] = strand }
        }
        for strand in strands.values.sorted(by: { $0.seen < $1.seen }) where held.bytes > heldLimit / 2 {
            strand.letGo()
        }
    }
}

extension RunState {
    /// A trace has found nothing; what was looked for is shown as a terminal may see it.
    func noteNoMessage(_ what: String) {
        var shown: [UInt8] = []
        ValueText.lend(Array(what.utf8)) { DisplayText.append($0, to: &shown) }
        note("no message has to do with \(String(decoding: shown, as: UTF8.self))")
    }
}
