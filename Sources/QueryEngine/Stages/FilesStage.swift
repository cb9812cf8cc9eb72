import MailLog
import QuerySyntax
import SystemText

/// `files`: a row for each log file.
struct FilesStage: Stage {
    static let form = Form<any Stage>(
        "files", summary: "a row for each log file: lines, bytes, first and last time, year",
        details: """
            It starts a pipeline; a filter may stand before it, and then only the lines that pass are counted. \
            `bytes` are those of the lines, unpacked. `year` is the year of the first line, and `year_source` \
            tells where it was taken from; `utc_offset` is in the stamps, or is that of `--tz`, or follows from \
            the message ids that Postfix made. `unrecognised` lines have no time stamp that mlq understands; \
            `reordered` ones have an earlier stamp than the line before, as when a clock is set back; `gap` is \
            the longest time without a line, from `gap_at` on. The first of each kind is line `unrecognised_at`, \
            `reordered_at`. `merged_with` are the logs that overlap with it in time and are merged with it line \
            by line; a line that stands in several of them is counted for the first.
            """,
        examples: ["files", "filter status=bounced | files | select file, lines"]
    ) { (name) throws(Diagnostic) in FilesStage(name: name) }

    let name: Name

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard resolution.schema.isLines, resolution.steps.isEmpty else {
            throw Diagnostic(
                "'files' starts a pipeline", at: name.range, hint: "only filters may stand before it")
        }
        var slots: [String: Int] = [:]
        for field in ["time", "bytes", "file", "line"] {
            slots[field] = try resolution.column(Name(field, name.range)).slot
        }
        let layout = resolution.beginRows(
            [
                ("file", .text(.plain), .missing), ("lines", .integer, .missing), ("bytes", .size, .missing),
                ("first", .time(.instant), .missing), ("last", .time(.instant), .missing),
                ("year", .integer, .missing), ("year_source", .text(.plain), .missing),
                ("utc_offset", .text(.plain), .missing), ("unrecognised", .integer, .missing),
                ("unrecognised_at", .integer, .missing), ("reordered", .integer, .missing),
                ("reordered_at", .integer, .missing), ("gap", .duration, .missing),
                ("gap_at", .time(.instant), .missing),
                ("merged_with", .list(.text(.plain)), .missing),
            ], rowName: "a row of 'files'", by: name)
        resolution.origin = RowOrigin(behind: name.range, [.same(resolution.schema.columns[0])])
        resolution.timeRange = nil
        resolution.append(.each(Transform("line after line", needs: [], inOrder: true) { next, _ in next }))
        resolution.append(
            .reduce(
                FilesReduction(
                    time: slots["time"] ?? 0, bytes: slots["bytes"] ?? 0, file: slots["file"] ?? 0,
                    line: slots["line"] ?? 0, layout: layout,
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
        /// The number of the first one.
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
        /// Of the line before.
        var previous: Value?
        /// Microseconds.
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

        /// The next line's time.
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
    /// The file of the row before, and what has been counted of it.
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
        let buffer = RowBuffer(plan.layout)
        for (place, file) in plan.files().enumerated() {
            worker.arena.reset()
            let path = SystemText.bytes(file.path)
            let count = counts[path] ?? Count()
            let source =
                file.firstStamp == nil
                ? nil : file.isYearless ? file.yearSource?.rawValue : "the log's stamps"
            let cells: [Value] = [
                worker.arena.text(path), .integer(count.lines), .integer(count.bytes),
                count.first ?? .missing, count.last ?? .missing,
                file.firstTime.map { .integer(FilesPart.year(of: $0)) } ?? .missing,
                source.map { worker.arena.text($0) } ?? .missing,
                FilesPart.offset(of: file).map { worker.arena.text($0) } ?? .missing,
                .integer(count.unrecognised.count), count.unrecognised.first.map { .integer($0) } ?? .missing,
                .integer(count.reordered.count), count.reordered.first.map { .integer($0) } ?? .missing,
                count.gapStart == nil ? .missing : .duration(Int(count.gap)), count.gapStart ?? .missing,
                file.merged.isEmpty
                    ? .missing
                    : worker.arena.list(file.merged.map { worker.arena.text(SystemText.bytes($0)) }),
            ]
            for (slot, cell) in cells.enumerated() { buffer.slots[slot] = cell }
            guard next.consume(buffer.row(order: UInt64(place + 1), worker: worker)) else { return }
        }
    }

    /// `+09:00`.
    private static func offset(of file: LogFile) -> String? {
        let known = [file.firstStamp?.offset, file.firstTime?.offset].compactMap(\.self)
            .first { $0 != Value.unknownOffset }
        return (known.map { Int($0) } ?? file.offset).map(Zone.text)
    }

    private static func year(of time: Value) -> Int {
        Int(Calendar.civil(fromDays: Int(time.wallClock.floorDivided(by: 86_400_000_000))).year)
    }
}
