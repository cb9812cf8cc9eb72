import MailLog
import QuerySyntax

/// Search for all lines of the matching messages, their parents, their children and their hops. Reads the logs again
/// for each set of new queue ids, until there are no new ones. Keeps only lines with these queue ids in memory.
final class Trace {
    /// Start of the search, and the conditions for all lines.
    struct Plan: Sendable {
        enum Start: Sendable {
            case queueID([UInt8])
            case lines(Condition)
        }

        let start: Start
        let scope: [Condition]
        /// Slots that are needed in the output.
        var wanted: Set<Int>
        let environment: Environment
    }

    /// Lines of one message, in the order of the log.
    struct Story {
        let message: Message
        fileprivate(set) var lines: [(order: UInt64, record: [UInt8])] = []
        fileprivate var links: [MessageLink] = []
        fileprivate var isTold = false
    }

    private let plan: Plan
    private let run: RunState
    private let layout = Layout(Fields.all.count)
    private let events = MailEventReader()
    /// Earliest time of a wanted line for each queue id, in microseconds of the wall clock.
    private var since: [[UInt8]: Int64] = [:]
    /// Lines that contain a wanted queue id, by their position in the input.
    private var found: [UInt64: [UInt8]] = [:]
    /// Positions of the lines that match the condition; empty if the search is by queue id.
    private var places: Set<UInt64> = []
    private var stories: [Story] = []
    private var heldBytes = 0

    /// Maximum time in microseconds between a line of a message and a related line of its process without a queue id.
    /// No session is longer.
    private static let sessionLength: Int64 = 86_400_000_000
    /// Tolerance for the times of a delivery attempt, in microseconds.
    private static let slack: Int64 = 10_000_000

    private let time = Field.time.slot
    private let host = Field.host.slot
    private let tag = Field.tag.slot
    private let pid = Field.pid.slot
    private let process = Field.process.slot
    private let event = Field.event.slot
    private let raw = Field.raw.slot
    private let queueID = Field.queueID.slot
    private let delayC = Field.delayC.slot
    private let delayD = Field.delayD.slot

    init(_ plan: Plan, run: RunState) {
        self.plan = plan
        self.run = run
    }

    /// Runs the search; returns the messages in the order of their first lines.
    func tell() -> [Story] {
        var open: Set<[UInt8]> = []
        switch plan.start {
        case .queueID(let id): open = [id]
        case .lines(let condition):
            pass([condition], needs: [queueID]) { [self] row in
                guard row[queueID].kind == .text else { return true }
                let isNew = open.insert(Array(row[queueID].bytes)).inserted
                places.insert(row.order)
                return hold(Trace.placeBytes + (isNew ? Trace.idBytes : 0))
            }
        }
        for id in open { since[id] = .min }
        while !open.isEmpty, run.failure == nil, !run.shouldStop { open = gather(open) }
        tellMessages()
        select()
        addProcessLines()
        for place in stories.indices {
            stories[place].lines.sort { $0.order < $1.order }
        }
        return stories.filter { !$0.lines.isEmpty }.sorted { $0.lines[0].order < $1.lines[0].order }
    }

    // MARK: Messages

    /// Reads all lines that contain one of these queue ids. Returns the queue ids of new links.
    private func gather(_ ids: Set<[UInt8]>) -> Set<[UInt8]> {
        let known = TextSet(ids)
        let start = ids.compactMap { since[$0] }.min() ?? .min
        let slots = [queueID] + MessageLink.slots.map(\.slot)
        var condition = Condition(range: SourceRange(0, 0), needs: Set(slots + [time])) { [time] in
            { row in
                slots.contains { row[$0].kind == .text && known.contains(row[$0].bytes) }
                    && (start == .min || row[time].wallClock >= start)
            }
        }
        if start > .min { condition.times = start..<Int64.max }
        if ids.count <= RawCondition.maximumLiterals {
            condition.raw = .anyOf(ids.sorted { $0.lexicographicallyPrecedes($1) }.map { RawLiteral($0) })
        }
        var next: Set<[UInt8]> = []
        func want(_ id: [UInt8], since moment: Int64) {
            guard moment < since[id] ?? .max else { return }
            if since.updateValue(moment, forKey: id) == nil, !hold(Trace.idBytes) { return }
            next.insert(id)
        }
        let needs = plan.wanted.union((MessageTable.Plan().needs + MailEventReader.fields).map(\.slot))
        pass([condition], needs: needs.union([time, tag, pid, event, delayC, delayD])) { [self] row in
            guard row[queueID].kind == .text, found[row.order] == nil else { return true }
            let id = Array(row[queueID].bytes)
            if since[id] == nil { want(id, since: .min) }
            for link in MessageLink.all(of: row) { want(link.id, since: link.since) }
            let record = RowCodec.encoded(row, 0..<layout.width)
            found[row.order] = record
            return hold(Trace.bytes(record))
        }
        return next
    }

    /// Bytes of an id in the sets of ids, of the place of a line, of a line beside its record, and of a message.
    private static let (idBytes, placeBytes, lineBytes, messageBytes) = (256, 32, 144, 1536)

    /// Counts bytes that the trace holds until it ends; false where they are too many.
    private func hold(_ bytes: Int) -> Bool {
        heldBytes += bytes
        guard heldBytes <= run.memory else {
            run.failForMemory("'trace' has found more lines", "put a filter on time before it")
            return false
        }
        return true
    }

    /// Assigns the found lines to messages.
    private func tellMessages() {
        let table = MessageTable(MessageTable.Plan(), memory: .max) { _ in true }
        var numbers: [ObjectIdentifier: Int] = [:]
        let buffer = RowBuffer(layout)
        let worker = Worker(run: run)
        for (order, line) in found.sorted(by: { $0.key < $1.key }) {
            worker.arena.reset()
            let row = RowCodec.row(line, in: buffer, worker: worker)
            let record = Record(slots: row.slots)
            guard let event = events.event(of: record), let message = table.take(record, event) else {
                continue
            }
            let number = numbers[ObjectIdentifier(message)] ?? stories.count
            if number == stories.count {
                guard hold(Trace.messageBytes) else { return }
                numbers[ObjectIdentifier(message)] = number
                stories.append(Story(message: message))
            }
            stories[number].links += MessageLink.all(of: row)
            stories[number].lines.append((order, line))
        }
        found = [:]
    }

    /// Keeps only the messages that match and those related to them. Other messages have the same queue ids, because
    /// queue ids are reused.
    private func select() {
        var open: [Int] = []
        for (place, story) in stories.enumerated() where isStart(story) {
            stories[place].isTold = true
            open.append(place)
        }
        var byID: [[UInt8]: [Int]] = [:]
        for (place, story) in stories.enumerated() {
            byID[Array(story.message.queueID.bytes), default: []].append(place)
        }
        var kin: [Int: [Int]] = [:]
        for (place, story) in stories.enumerated() {
            for link in story.links {
                for other in byID[link.id] ?? []
                where other != place && link.fits(from: story.message, to: stories[other].message) {
                    kin[place, default: []].append(other)
                    kin[other, default: []].append(place)
                }
            }
        }
        while let place = open.popLast() {
            for other in kin[place] ?? [] where !stories[other].isTold {
                stories[other].isTold = true
                open.append(other)
            }
        }
        stories.removeAll { !$0.isTold }
    }

    private func isStart(_ story: Story) -> Bool {
        switch plan.start {
        case .queueID(let id): Array(story.message.queueID.bytes) == id
        case .lines: story.lines.contains { places.contains($0.order) }
        }
    }

    // MARK: Lines without a queue id

    /// Adds the lines without a queue id. Those of a session belong to its message; those before a delivery attempt
    /// belong to that attempt.
    private func addProcessLines() {
        var messages: [UInt64: Int] = [:]
        var speakers: [(tag: [UInt8], number: Int, times: Range<Int64>)] = []
        let buffer = RowBuffer(layout)
        let worker = Worker(run: run)
        for (place, story) in stories.enumerated() {
            let first = speakers.count
            var last: Int64?
            var step: (from: Int64, to: Int64) = (0, 0)
            for line in story.lines {
                messages[line.order] = place
                worker.arena.reset()
                let row = RowCodec.row(line.record, in: buffer, worker: worker)
                guard row[time].kind == .time else { continue }
                let moment = row[time].wallClock
                if let last, last - moment > step.from - step.to { step = (last, moment) }
                last = moment
                guard row[tag].kind == .text, row[pid].kind == .integer, let times = times(row) else {
                    continue
                }
                speakers.append((Array(row[tag].bytes), row[pid].integer, times))
            }
            guard step.from > step.to else { continue }
            // If the clock was set back, earlier lines have later times. Extend the ranges by the time difference. All
            // lines in them must be read, because the process may have made other delivery attempts.
            let back = Trace.wholeHours(step.from - step.to)
            for index in first..<speakers.count where speakers[index].times.lowerBound <= step.to {
                let times = speakers[index].times
                speakers[index].times =
                    min(times.lowerBound, step.from - back)..<times.upperBound + back
            }
        }
        let processes = ProcessTimes(speakers)
        guard let times = processes.moments.span, run.failure == nil else { return }
        // Only the tag is decoded yet, so the pid after it is read from the raw line.
        var early = Condition(range: SourceRange(0, 0), needs: [tag, raw, time]) {
            [tag, raw, time, processes] in
            var hint = 0
            return { row in
                let moment = row[time].wallClock
                guard row[tag].kind == .text, processes.moments.contains(moment, hint: &hint) else {
                    return false
                }
                guard let number = Trace.number(in: row[raw].bytes, behind: row[tag].bytes) else {
                    return true
                }
                return processes.contains(row[tag].bytes, number, at: moment)
            }
        }
        if let literals = processes.literals { early.raw = .anyOf(literals) }
        early.times = times
        let late = Condition(range: SourceRange(0, 0), needs: [tag, pid, time]) {
            [tag, pid, time, processes] in
            { row in
                row[tag].kind == .text
                    && processes.contains(row[tag].bytes, row[pid].integer, at: row[time].wallClock)
            }
        }
        var waiting: [[UInt8]: Waiting] = [:]
        var scratch: [UInt8] = []
        let needs = plan.wanted.union([time, host, tag, pid, process, event, queueID, delayC, delayD])
        pass([early, late], needs: needs) { [self] row in
            scratch.removeAll(keepingCapacity: true)
            for slot in [host, tag, pid] { KeyCodec.append(row[slot], ignoresCase: true, to: &scratch) }
            return take(row, &waiting[scratch, default: Waiting()], messages[row.order])
        }
        for key in waiting.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let last = waiting[key], last.isSession else { continue }
            attach(last)
        }
    }

    /// Returns the assumed size of a clock change if times went back by `step`: rounded up to whole hours, because most
    /// such changes are the end of summer time.
    private static func wholeHours(_ step: Int64) -> Int64 {
        let hour: Int64 = 3_600_000_000
        return (step + hour - 1) / hour * hour
    }

    /// Returns the wall-clock range in which the process of a line may have logged related lines without a queue id;
    /// nil if it logs no such lines.
    private func times(_ row: Row) -> Range<Int64>? {
        guard row[time].kind == .time else { return nil }
        let kind = LineEvent(row[event])
        let moment = row[time].wallClock
        if kind == .client {
            return moment - Trace.sessionLength..<moment + Trace.sessionLength
        }
        guard kind == .delivery else { return nil }
        var length = Trace.sessionLength
        let (setup, sending) = (row[delayC], row[delayD])
        if setup.kind == .duration, sending.kind == .duration {
            // Delays are rounded to two digits, times to seconds.
            let told = Int64(setup.integer + sending.integer)
            length = min(length, told + told / 10 + Trace.slack)
        }
        return moment - length..<moment + 1
    }

    /// Pending lines of a process whose message is not known yet.
    private struct Waiting {
        var lines: [(order: UInt64, time: Int64, record: [UInt8])] = []
        var isSession = false
        var story: Int?

        /// Maximum number of pending lines. A process with more lines logs them for no message.
        static let limit = 5000
    }

    private func take(_ row: Row, _ waiting: inout Waiting, _ story: Int?) -> Bool {
        let kind = LineEvent(row[event])
        if SessionTable.isServer(row[process]) {
            if kind == .connect {
                attach(waiting)
                waiting = Waiting()
                waiting.isSession = true
            }
            if row[queueID].kind == .text {
                waiting.story = waiting.story ?? story
            } else if waiting.lines.count < Waiting.limit {
                keep(row, &waiting)
            }
            waiting.isSession = true
            if kind == .disconnect {
                attach(waiting)
                waiting = Waiting()
            }
        } else if row[queueID].kind == .text {
            waiting.story = story
            // Between these two delivery attempts, the process may have made others whose lines were not read.
            let start = times(row)?.lowerBound ?? .min
            for line in waiting.lines where line.time < start { heldBytes -= Trace.bytes(line.record) }
            waiting.lines.removeAll { $0.time < start }
            attach(waiting)
            waiting = Waiting()
        } else {
            if waiting.lines.count >= Waiting.limit { drop(Waiting.limit / 2, &waiting) }
            keep(row, &waiting)
        }
        return run.failure == nil
    }

    private func keep(_ row: Row, _ waiting: inout Waiting) {
        let record = RowCodec.encoded(row, 0..<layout.width)
        waiting.lines.append((row.order, row[time].wallClock, record))
        _ = hold(Trace.bytes(record))
    }

    private func drop(_ count: Int, _ waiting: inout Waiting) {
        for line in waiting.lines.prefix(count) { heldBytes -= Trace.bytes(line.record) }
        waiting.lines.removeFirst(count)
    }

    private static func bytes(_ record: [UInt8]) -> Int { record.capacity + lineBytes }

    private func attach(_ waiting: Waiting) {
        guard let story = waiting.story else {
            for line in waiting.lines { heldBytes -= Trace.bytes(line.record) }
            return
        }
        stories[story].lines += waiting.lines.map { ($0.order, $0.record) }
    }

    private static func number(in line: Bytes, behind tag: Bytes) -> Int? {
        guard let range = line.range(of: tag, from: min(15, line.count)),
            range.upperBound < line.count, line[range.upperBound] == UInt8(ascii: "["),
            let close = line.firstIndex(of: UInt8(ascii: "]"), from: range.upperBound)
        else { return nil }
        return line[range.upperBound + 1..<close].decimal
    }

    // MARK: Reading

    /// Reads the logs again, in order.
    private func pass(_ conditions: [Condition], needs: Set<Int>, _ take: @escaping (Row) -> Bool) {
        var query = Query(stages: [], from: Resolution(lines: plan.environment))
        query.scan = plan.scope + conditions
        query.schema.columns = query.schema.columns.filter { needs.contains($0.slot) }
        plan.environment.pass(query, RowTaker(take), run)
    }
}

/// Immutable set of byte strings, safe to query from any thread.
final class TextSet: @unchecked Sendable {
    // Sendable: never changes after `init`.
    private let table: Table

    private final class Table {
        var groups = GroupTable()
    }

    init(_ texts: Set<[UInt8]>) {
        table = Table()
        for text in texts {
            _ = text.withBytes { table.groups.group($0) }
        }
    }

    func contains(_ text: Bytes) -> Bool { table.groups.find(text) >= 0 }
}

extension Array where Element == UInt8 {
    init(_ bytes: Bytes) { self.init(UnsafeBufferPointer(start: bytes.base, count: bytes.count)) }
}

/// Output that passes each row of a pass to a closure.
private final class RowTaker: RowOutput {
    private let take: (Row) -> Bool

    init(_ take: @escaping (Row) -> Bool) { self.take = take }

    func begin(_ schema: Schema) {}
    func pieceWriter(_ schema: Schema) -> (@Sendable () -> any RowWriter)? { nil }
    func write(_ text: [UInt8], rows: Int) -> Bool { false }
    func consume(_ row: Row) -> Bool { take(row) }
    func finish() {}
}
