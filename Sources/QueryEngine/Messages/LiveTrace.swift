import MailLog

/// `trace WHAT` with `--follow`: prints the lines of a message as they arrive.
///
/// A message may match late: the recipient is logged after the client and the sender. Therefore, the lines of every
/// open message wait until it ends. When a message matches, its lines and those of related messages are printed. Later
/// lines are printed at once.
struct LiveTrace: Sendable {
    let start: Trace.Plan.Start
    let layout: Layout
    let title: String
    /// Search text as shown to the user.
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
    /// Open message, its strand, and the queue ids that it links to without a known message.
    private struct Member {
        let message: Message
        let strand: Strand
        var named: [[UInt8]] = []
    }

    /// Link to a queue id without lines so far.
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
    /// Strands by host, tag and pid: the session of a server process, or the lines of a delivery agent since its last
    /// delivery attempt.
    private var processes: [[UInt8]: Strand] = [:]
    private let held = Strand.Held()
    private var hasTold = false

    /// Maximum number of strands and awaited links. Killed processes never end their strands, and queue ids of other
    /// servers may never appear.
    private static let limit = 1 << 16
    private static let agents: [StaticString] = [
        "smtp", "lmtp", "local", "virtual", "pipe", "error", "discard",
    ]

    private let host = Field.host.slot
    private let tag = Field.tag.slot
    private let pid = Field.pid.slot
    private let process = Field.process.slot
    private let event = Field.event.slot
    private let queueID = Field.queueID.slot

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
                "early lines of the message were dropped: the lines of all open messages need more than "
                    + "\(PeopleText.size(heldLimit)); raise --memory")
        }
        return true
    }

    // MARK: Lines of messages

    private func takeLine(_ row: Row, of message: Message) -> Strand {
        join(message, row)
        let strand = members[ObjectIdentifier(message)]?.strand.root ?? Strand(held)
        if SessionTable.isServer(row[process]) {
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

    /// Merges the strand of a message with related strands: those of messages that the line links to, and, for a new
    /// message, those of messages that link to it.
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

    /// Drops a message that has ended. Its lines remain as long as a related message is open. If it was printed, its
    /// awaited links remain too, because another host may log the next hop later.
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

    /// Takes a line without a queue id. Lines of a session belong to its messages; lines before a delivery attempt
    /// belong to that attempt.
    private func takeProcessLine(_ row: Row) -> Strand? {
        guard row[tag].kind == .text, SessionTable.isServer(row[process]) || isAgent(row) else { return nil }
        let key = key(row)
        if LineEvent(row[event]) == .connect { processes[key] = nil }
        let strand = session(key)
        strand.add(row, columns)
        if LineEvent(row[event]) == .disconnect { processes[key] = nil }
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

    private func isAgent(_ row: Row) -> Bool {
        row[process].kind == .text && LiveTraceOperator.agents.contains { row[process].bytes == $0 }
    }

    // MARK: Memory

    /// Memory limit of waiting lines in bytes. The rest is for the message table and later stages.
    private var heldLimit: Int { worker.run.memory / 4 }

    /// Drops the lines of the least recently seen strands until half of the memory is free.
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
    /// Notes that a trace found nothing. Control characters in the search text are escaped for the terminal.
    func noteNoMessage(_ what: String) {
        note("no message matches \(String(decoding: DisplayText.shown(Array(what.utf8)), as: UTF8.self))")
    }
}
