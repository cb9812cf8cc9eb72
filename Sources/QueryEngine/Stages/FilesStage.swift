import MailLog
import QuerySyntax
import SystemText

/// `files`: a row for each log file.
struct FilesStage: Stage {
    static let form = Form<any Stage>(
        "files", summary: "a row for each log file: lines, bytes, first and last time, year",
        details: """
            Columns
            - `bytes`: size of the lines, uncompressed
            - `year`: year of the first line; `year_source`: where mlq found the year (mlq help times)
            - `utc_offset`: from the stamps, from `--tz`, or from message ids that Postfix made
            - `unrecognised`: number of lines without a known time stamp; `unrecognised_at`: the first of them
            - `reordered`: number of lines with an earlier stamp than the line before, such as after a clock was \
            set back; `reordered_at`: the first of them
            - `gap`: the longest time without a line; `gap_at`: its start
            - `merged_with`: logs of the same time, merged with this log line by line

            Notes
            - Must be the first stage; only filters may precede it. Then only matching lines are counted.
            - A line that several merged logs contain counts for the first of them.
            - A line that ends a log and also begins its next rotation counts once: it may be a copy.
            """,
        examples: ["files", "filter status=bounced | files | select file, lines"]
    ) { (name) throws(Diagnostic) in FilesStage(name: name) }

    let name: Name

    var reasonNotToFollow: String? { "counts the lines of complete files" }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        try resolution.checkIsFirst(name, hint: "only filters may precede it")
        func slot(_ field: String) throws(Diagnostic) -> Int {
            try resolution.column(Name(field, name.range)).slot
        }
        let (time, bytes) = (try slot("time"), try slot("bytes"))
        let (file, line) = (try slot("file"), try slot("line"))
        let layout = resolution.beginRows(
            [
                ("file", .text(.plain)), ("lines", .integer), ("bytes", .size), ("first", .time(.instant)),
                ("last", .time(.instant)), ("year", .integer), ("year_source", .text(.plain)),
                ("utc_offset", .text(.plain)), ("unrecognised", .integer), ("unrecognised_at", .integer),
                ("reordered", .integer), ("reordered_at", .integer), ("gap", .duration),
                ("gap_at", .time(.instant)), ("merged_with", .list(.text(.plain))),
            ], by: name)
        resolution.origin = RowOrigin(behind: name.range, [.same(resolution.schema.columns[0])])
        resolution.timeRange = nil
        resolution.each("line after line", needs: [], inOrder: true) { next, _ in next }
        resolution.append(
            .reduce(
                FilesReduction(
                    time: time, bytes: bytes, file: file, line: line, layout: layout,
                    files: resolution.environment.files)))
    }
}

private struct FilesReduction: Reduction {
    let time: Int
    let bytes: Int
    let file: Int
    let line: Int
    let layout: Layout
    let files: @Sendable () -> [LogFile]

    var title: String { "count by file" }
    var needs: Set<Int> { [time, bytes, file, line] }

    func makePart(_ worker: Worker) -> FilesPart { FilesPart(self, worker) }
}

private final class FilesPart: ReductionPart {
    private struct Lines {
        var count = 0
        /// Line number of the first of them.
        var first: Int?

        mutating func add(_ line: Int) {
            count += 1
            first = first ?? line
        }

        mutating func add(_ other: Lines) {
            count += other.count
            first = [first, other.first].compactMap(\.self).min()
        }
    }

    private struct Count {
        var lines = 0
        var bytes = 0
        var unrecognised = Lines()
        var reordered = Lines()
        var first: Value?
        var last: Value?
        /// Time of the previous line.
        var previous: Value?
        /// Longest time without a line, in microseconds.
        var gap: Int64 = 0
        var gapStart: Value?

        mutating func add(_ other: Count) {
            lines += other.lines
            bytes += other.bytes
            unrecognised.add(other.unrecognised)
            reordered.add(other.reordered)
            if other.gap > gap { (gap, gapStart) = (other.gap, other.gapStart) }
            if let first = other.first { add(first: first) }
            if let last = other.last { add(last: last) }
        }

        /// Adds the time of the next line.
        mutating func follow(_ time: Value, _ line: Int) {
            if let previous {
                let step = time.wallClock - previous.wallClock
                if step < 0 { reordered.add(line) }
                if step > gap { (gap, gapStart) = (step, previous) }
            }
            previous = time
        }

        mutating func add(first other: Value) {
            if first.map({ other.wallClock < $0.wallClock }) ?? true { first = other }
        }

        mutating func add(last other: Value) {
            if last.map({ other.wallClock > $0.wallClock }) ?? true { last = other }
        }
    }

    private let plan: FilesReduction
    private let worker: Worker
    private var counts: [[UInt8]: Count] = [:]
    /// File of the previous row, and its counts so far.
    private var name: [UInt8] = []
    private var count = Count()

    init(_ plan: FilesReduction, _ worker: Worker) {
        self.plan = plan
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        let file = row[plan.file].bytes
        let bytes = UnsafeBufferPointer(start: file.base, count: file.count)
        if !name.elementsEqual(bytes) {
            keepCount()
            name = Array(bytes)
            count = counts[name] ?? Count()
        }
        count.lines += 1
        count.bytes += row[plan.bytes].integer
        let time = row[plan.time]
        if time.kind == .time {
            count.add(first: time)
            count.add(last: time)
            count.follow(time, row[plan.line].integer)
        } else if row[plan.bytes].integer > 1 {
            count.unrecognised.add(row[plan.line].integer)
        }
        return true
    }

    private func keepCount() { if !name.isEmpty { counts[name] = count } }

    func merge(_ other: FilesPart) {
        keepCount()
        other.keepCount()
        for (path, count) in other.counts { counts[path, default: Count()].add(count) }
        name = []
    }

    func emit(into next: any RowConsumer, worker: Worker) {
        keepCount()
        let emitter = RowEmitter(plan.layout, next, worker)
        for file in plan.files() {
            let path = SystemText.bytes(file.path)
            let count = counts[path] ?? Count()
            let source =
                file.firstStamp == nil
                ? nil : file.isYearless ? file.yearSource?.rawValue : "the log's stamps"
            let isWanted = emitter.emit { arena in
                func number(_ number: Int?) -> Value { number.map { .integer($0) } ?? .missing }
                func text(_ text: String?) -> Value { text.map { arena.text($0) } ?? .missing }
                let merged = file.merged.map { arena.text(SystemText.bytes($0)) }
                return [
                    arena.text(path), .integer(count.lines), .integer(count.bytes),
                    count.first ?? .missing, count.last ?? .missing,
                    number(file.firstTime.map(FilesPart.year)), text(source),
                    text(FilesPart.offset(of: file)),
                    .integer(count.unrecognised.count), number(count.unrecognised.first),
                    .integer(count.reordered.count), number(count.reordered.first),
                    count.gapStart == nil ? .missing : .duration(Int(count.gap)), count.gapStart ?? .missing,
                    merged.isEmpty ? .missing : arena.list(merged),
                ]
            }
            guard isWanted else { return }
        }
    }

    /// Returns the UTC offset of the stamps: `+09:00`.
    private static func offset(of file: LogFile) -> String? {
        let known = [file.firstStamp?.offset, file.firstTime?.offset].compactMap(\.self)
            .first { $0 != Value.unknownOffset }
        return (known.map { Int($0) } ?? file.offset).map(Zone.text)
    }

    private static func year(of time: Value) -> Int {
        Int(Calendar.civil(fromDays: Int(time.wallClock.floorDivided(by: 86_400_000_000))).year)
    }
}
