import MailLog
import QuerySyntax

/// `trace WHAT` over logs that go on growing: a mail's lines as it travels. A message is known by the first line
/// that names what is looked for; the lines before it are still there, because the latest lines of all messages are
/// held for a while.
struct TraceAhead: Sendable {
    let start: Trace.Plan.Start
    let layout: Layout
    let title: String

    var transform: Transform {
        var needs = Set(TracedSlots.names.map { Field($0).slot })
        if case .lines(let condition) = start { needs.formUnion(condition.needs) }
        return Transform(title, needs: needs, inOrder: true) { next, worker in
            TraceAheadOperator(self, next, worker)
        }
    }
}

/// What of a line tells which message it is about.
private struct TracedSlots {
    static let names = links + ["queue_id", "tag", "pid", "process", "event"]
    private static let links = ["new_queue_id", "queued_as", "orig_queue_id", "orig_id"]

    let links = TracedSlots.links.map { Field($0).slot }
    let queueID = Field("queue_id").slot
    let tag = Field("tag").slot
    let pid = Field("pid").slot
    let process = Field("process").slot
    let event = Field("event").slot
}

private final class TraceAheadOperator: RowConsumer {
    /// A line that may turn out to belong to a message that is looked for.
    private struct Held {
        let record: [UInt8]
        /// The ids that it names, its own first.
        let ids: [[UInt8]]
        let hasOwnID: Bool
        let process: [UInt8]
        let isConnect: Bool
        var isTold = false
    }

    private let slots = TracedSlots()
    private let startID: [UInt8]?
    private let condition: ((Row) -> Bool)?
    private let next: any RowConsumer
    private let worker: Worker
    private let buffer: RowBuffer
    private var held: [Held] = []
    private var heldBytes = 0
    private var ids: Set<[UInt8]> = []
    /// Ids of messages that are gone, with the number of the line that said so: a short id comes again.
    private var leaving: [(id: [UInt8], line: Int)] = []
    /// Processes whose session has to do with a message that is looked for.
    private var sessions: Set<[UInt8]> = []
    private var lines = 0

    /// Lines of a busy server's last minutes.
    private static let heldLines = 20_000
    private static let heldLimit = 16 << 20
    /// Lines behind its removal that may still be about a message.
    private static let grace = 1000

    init(_ plan: TraceAhead, _ next: any RowConsumer, _ worker: Worker) {
        switch plan.start {
        case .queueID(let id):
            startID = id
            condition = nil
            ids = [id]
        case .lines(let lines):
            startID = nil
            condition = lines.make()
        }
        self.next = next
        self.worker = worker
        buffer = RowBuffer(plan.layout)
    }

    func consume(_ row: Row) -> Bool {
        lines += 1
        while let first = leaving.first, lines - first.line > Self.grace {
            if first.id != startID { ids.remove(first.id) }
            leaving.removeFirst()
        }
        let line = describe(row)
        let isSession = isServer(row)
        let isFound = line.ids.contains(where: ids.contains) || condition?(row) ?? false
        guard isFound else {
            if line.isConnect { sessions.remove(line.process) }
            if !line.hasOwnID, sessions.contains(line.process) {
                if isEvent(row, "disconnect") { sessions.remove(line.process) }
                return next.consume(row)
            }
            hold(line)
            return true
        }
        guard tellHeld(line, isSession) else { return false }
        if isSession { sessions.insert(line.process) }
        if isEvent(row, "removed"), let id = line.ids.first { leaving.append((id, lines)) }
        // What was told in between has used the row's memory.
        return next.consume(RowCodec.row(line.record, in: buffer, worker: worker))
    }

    func finish() { next.finish() }

    private func isEvent(_ row: Row, _ name: StaticString) -> Bool {
        row[slots.event].kind == .text && row[slots.event].bytes == name
    }

    private func isServer(_ row: Row) -> Bool {
        row[slots.process].kind == .text && row[slots.process].bytes == "smtpd"
    }

    private func describe(_ row: Row) -> Held {
        var ids: [[UInt8]] = []
        let own = row[slots.queueID]
        if own.kind == .text { ids.append(Array(own.bytes)) }
        for slot in slots.links where row[slot].kind == .text { ids.append(Array(row[slot].bytes)) }
        var process: [UInt8] = []
        for slot in [slots.tag, slots.pid] { KeyCodec.append(row[slot], ignoresCase: false, to: &process) }
        return Held(
            record: RowCodec.encoded(row, width: buffer.width), ids: ids, hasOwnID: own.kind == .text,
            process: process, isConnect: isServer(row) && isEvent(row, "connect"))
    }

    private func hold(_ line: Held) {
        held.append(line)
        heldBytes += line.record.count
        guard held.count > 2 * Self.heldLines || heldBytes > Self.heldLimit else { return }
        held.removeFirst(held.count / 2)
        heldBytes = held.reduce(0) { $0 + $1.record.count }
    }

    /// Tells the lines that were held of the messages that a line is about, and of its session or connection.
    private func tellHeld(_ line: Held, _ isSession: Bool) -> Bool {
        var new = line.ids.filter { ids.insert($0).inserted }
        var told: [Int] = []
        // One that the line names may name others.
        while !new.isEmpty {
            let wanted = new
            new = []
            for place in held.indices
            where !held[place].isTold && held[place].ids.contains(where: wanted.contains) {
                held[place].isTold = true
                told.append(place)
                new += held[place].ids.filter { ids.insert($0).inserted }
            }
        }
        for place in held.indices.reversed() where held[place].process == line.process {
            if held[place].hasOwnID {
                // A session may have several messages; a delivery's lines stand right before it.
                if isSession { continue } else { break }
            }
            if !held[place].isTold {
                held[place].isTold = true
                told.append(place)
            }
            if held[place].isConnect { break }
        }
        guard !told.isEmpty else { return true }
        for place in told.sorted() {
            worker.arena.reset()
            let row = RowCodec.row(held[place].record, in: buffer, worker: worker)
            guard next.consume(row) else { return false }
        }
        held.removeAll(where: \.isTold)
        return true
    }
}
