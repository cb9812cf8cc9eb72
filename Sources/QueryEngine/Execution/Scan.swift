import MailLog

/// Reads the blocks of a log, line by line or from one raw match to the next, and hands on the rows that pass the
/// scan's conditions. One per thread.
final class Scan {
    private let record: Record
    private let decoder: LineDecoder
    private let tests: Tests
    /// For a line that the search has found, which is one test less.
    private let testsIfFound: Tests
    private let needsBody: Bool
    /// Refuses lines by their prelude and their queue id.
    private let sieve: ((Row) -> Bool)?
    /// Finds what a line must contain; nil where that is unknown.
    private let search: LiteralSetSearch?
    /// The bytes of a word that a match takes up; 0 where there may be more.
    private let matchMask: UInt64
    /// Whether to go from one match to the next, rather than from line to line.
    private let searches: Bool
    /// Whether times are looked at that are surely right, and those of all lines.
    private let watchesClock: Bool
    private let worker: Worker
    /// The worker's, reset for each line without counting references to it.
    private let arena: Unmanaged<Arena>
    private let buffer: RowBuffer
    private let restarts: RestartScan?
    private let bytesSlot: Int?
    private let fileSlot: Int?
    private let lineSlot: Int?
    private var fileNames: [Value]
    /// How far the lines of the chunk have been counted.
    private var counted = (line: 0, place: 0)
    /// Lines looked at, and those without a recognised prelude.
    private(set) var account = ScanAccount()

    /// A search is worth its while only where it skips most lines; this many bytes between matches at least.
    private static let worthwhileGap = 250

    convenience init(
        _ query: Query, extraNeeds: Set<Int>, files: [LogFile], worker: Worker, searches: Bool,
        sieve: ((Row) -> Bool)? = nil
    ) {
        self.init(
            query, extraNeeds: extraNeeds, paths: files.map(\.path), worker: worker, searches: searches,
            sieve: sieve)
    }

    init(
        _ query: Query, extraNeeds: Set<Int>, paths: [String], worker: Worker, searches: Bool,
        sieve: ((Row) -> Bool)? = nil
    ) {
        self.worker = worker
        arena = .passUnretained(worker.arena)
        buffer = RowBuffer(query.layout)
        record = Record(slots: buffer.slots)
        let needs = query.lineNeeds.union(extraNeeds).filter { $0 < Fields.all.count }
        let demand = FieldSet(needs.map { Fields.all[$0] })
        tests = Tests(query.scan)
        let raw = query.raw
        testsIfFound = Tests(query.scan.filter { !($0.isRawExact && $0.raw == raw) })
        decoder = LineDecoder(
            demand: demand, early: FieldSet(tests.earlyNeeds.map { Fields.all[$0] }))
        needsBody = needs.contains { !LineDecoder.headFields.contains($0) }
        self.sieve = needs.contains(Field("queue_id").slot) ? sieve : nil
        if case .anyOf(let literals) = raw {
            search = LiteralSetSearch(
                literals.map(\.bytes), foldCase: literals.contains(where: \.ignoresCase))
        } else {
            search = nil
        }
        let longest = search?.literals.map(\.count).max() ?? 0
        matchMask = (1...8).contains(longest) ? ~0 >> UInt64(64 - 8 * longest) : 0
        self.searches = searches
        watchesClock = query.needsTime && search == nil
        restarts = query.schema.chart?.restarts.map(RestartScan.init)
        let file = Field("file").slot
        let line = Field("line").slot
        let bytes = Field("bytes").slot
        bytesSlot = needs.contains(bytes) ? bytes : nil
        fileSlot = needs.contains(file) ? file : nil
        lineSlot = needs.contains(line) ? line : nil
        fileNames = paths.map(Literals.text)
    }

    /// The names of all files up to now, of which more may come.
    func know(_ paths: [String]) { fileNames += paths[fileNames.count...].map(Literals.text) }

    /// Passes the chunk's rows on; false when no more are wanted.
    func scan(_ chunk: Chunk, into next: any RowConsumer) -> Bool {
        guard !chunk.pieces.isEmpty else {
            guard watchesClock else { return scanPiece(chunk, into: next) }
            let lines = account.lines
            _ = decoder.takeSteps()
            let goesOn = scanPiece(chunk, into: next)
            account.note(ClockRun(of: chunk, decoder.takeSteps(), lines: account.lines - lines))
            return goesOn
        }
        for piece in chunk.pieces where !scanPiece(piece, into: next) { return false }
        return true
    }

    private func scanPiece(_ chunk: Chunk, into next: any RowConsumer) -> Bool {
        account.bytes += chunk.bytes.count
        restarts?.scan(chunk)
        counted = (chunk.firstLine, 0)
        let bytes = chunk.bytes
        guard let search, searches else { return scanLines(chunk, from: 0, into: next) }
        var matches = 0
        var position = 0
        // Where in its line the last match stood, and what: in the next line it often stands there again.
        var column = 0
        var word: UInt64 = 0
        if mayRepeat(bytes, at: position), !takeRepeats(&position, of: chunk, into: next) { return false }
        while true {
            var (start, end) = (position, position)
            if word != 0, self.word(at: position + column, of: bytes) == word {
                end = bytes.lineEnd(after: position)
            }
            if end <= position + column {
                guard let found = search.first(in: bytes, from: position) else { return true }
                start = max(position, bytes.lineStart(before: found))
                end = bytes.lineEnd(after: found)
                column = found - start
                word = self.word(at: found, of: bytes)
            }
            matches += 1
            if !take(start..<end, of: chunk, testsIfFound, into: next) { return false }
            position = end + 1
            if position >= bytes.count { return true }
            if mayRepeat(bytes, at: position), !takeRepeats(&position, of: chunk, into: next) { return false }
            if matches & 63 == 0, position < matches * Scan.worthwhileGap {
                // Matches are dense: going line by line costs less.
                return scanLines(chunk, from: position, into: next)
            }
        }
    }

    /// As many bytes as a match has at most; 0 where that is more than a word.
    @inline(__always)
    private func word(at place: Int, of bytes: Bytes) -> UInt64 {
        guard matchMask != 0, place + 8 <= bytes.count else { return 0 }
        return UInt64(littleEndian: UnsafeRawPointer(bytes.base + place).loadUnaligned(as: UInt64.self))
            & matchMask
    }

    /// Whether the line at that place, if there is one, may say no more than that the line before was repeated: it has
    /// then its fields, but not its text, and a search passes it over.
    @inline(__always)
    private func mayRepeat(_ bytes: Bytes, at place: Int) -> Bool {
        place < bytes.count && !decoder.isPlainAgain(bytes.dropFirst(place))
    }

    /// Takes lines at that place that say no more than that.
    @inline(never)
    private func takeRepeats(_ position: inout Int, of chunk: Chunk, into next: any RowConsumer) -> Bool {
        while mayRepeat(chunk.bytes, at: position) {
            let end = chunk.bytes.lineEnd(after: position)
            guard Repetition.mayStand(in: chunk.bytes[position..<end]) else { break }
            if !take(position..<end, of: chunk, tests, into: next) { return false }
            position = end + 1
        }
        return true
    }

    private func scanLines(_ chunk: Chunk, from start: Int, into next: any RowConsumer) -> Bool {
        let bytes = chunk.bytes
        var position = start
        while position < bytes.count {
            let end = bytes.lineEnd(after: position)
            if !take(position..<end, of: chunk, tests, into: next) { return false }
            position = end + 1
        }
        return true
    }

    @inline(__always)
    private func take(
        _ place: Range<Int>, of chunk: Chunk, _ tests: Tests, into next: any RowConsumer
    ) -> Bool {
        var line = chunk.bytes[place]
        // A log that came by way of Windows.
        if line.count > 0, line[line.count - 1] == 13 { line = line.dropLast(1) }
        arena._withUnsafeGuaranteedRef { $0.reset() }
        let row = Row(slots: buffer.slots, order: chunk.order &+ UInt64(place.lowerBound), worker: worker)
        account.lines += 1
        if !decoder.decodeEnvelope(
            line, before: chunk.before &+ place.lowerBound, years: chunk.years, into: record), !line.isEmpty,
            search == nil || search?.first(in: line) != nil
        {
            // Which other lines are looked at at all is an accident of blocks.
            account.addUnrecognised(in: chunk.fileIndex, at: chunk.fileOffset + place.lowerBound)
        }
        if let bytesSlot {
            // Up to the next line, or to the end of the log.
            buffer.slots[bytesSlot] = .integer(
                min(place.upperBound + 1, chunk.bytes.count) - place.lowerBound)
        }
        if let fileSlot { buffer.slots[fileSlot] = fileNames[chunk.fileIndex] }
        if let lineSlot { buffer.slots[lineSlot] = .integer(lineNumber(at: place.lowerBound, of: chunk)) }
        guard tests.passesEarly(row, tag: decoder.tagNumber) else { return true }
        if let sieve, decoder.decodeQueueID(into: record), !sieve(row) { return true }
        if needsBody { decoder.decodeBody(into: record) }
        guard tests.passesLate(row) else { return true }
        account.passed += 1
        return next.consume(row)
    }

    private func lineNumber(at place: Int, of chunk: Chunk) -> Int {
        counted.line += chunk.bytes[counted.place..<place].lineCount
        counted.place = place
        return counted.line
    }
}

/// The conditions of a scan, ready for rows: those that the prelude alone decides come first.
private final class Tests {
    private let early: (Row) -> Bool
    private let late: (Row) -> Bool
    private let hasEarly: Bool
    private let hasLate: Bool
    let earlyNeeds: Set<Int>
    /// Where the early conditions look at the tag alone, what they said of each: 0 if they were not asked yet, 1 if
    /// it passes, else 2.
    private let verdicts: UnsafeMutablePointer<UInt8>?

    init(_ conditions: [Condition]) {
        let isEarly = { (condition: Condition) in
            condition.needs.allSatisfy { $0 < Fields.all.count && LineDecoder.headFields.contains($0) }
        }
        let first = conditions.filter(isEarly)
        let second = conditions.filter { !isEarly($0) }
        hasEarly = !first.isEmpty
        hasLate = !second.isEmpty
        early = hasEarly ? Condition(all: first).make() : { _ in true }
        late = hasLate ? Condition(all: second).make() : { _ in true }
        earlyNeeds = first.reduce(into: []) { $0.formUnion($1.needs) }
        if hasEarly, earlyNeeds.allSatisfy(LineDecoder.tagFields.contains) {
            verdicts = .allocate(capacity: LineDecoder.tagLimit)
            verdicts?.initialize(repeating: 0, count: LineDecoder.tagLimit)
        } else {
            verdicts = nil
        }
    }

    deinit { verdicts?.deallocate() }

    /// `tag` is the number of the row's tag.
    @inline(__always)
    func passesEarly(_ row: Row, tag: Int?) -> Bool {
        guard hasEarly else { return true }
        guard let verdicts, let tag else { return early(row) }
        if verdicts[tag] == 0 { verdicts[tag] = early(row) ? 1 : 2 }
        return verdicts[tag] == 1
    }

    @inline(__always)
    func passesLate(_ row: Row) -> Bool { !hasLate || late(row) }
}

/// What a scan has seen.
package struct ScanAccount: Sendable {
    package var bytes = 0
    package var lines = 0
    /// Those that the conditions let through.
    package var passed = 0
    package var unrecognised = 0
    /// File and byte offset of the first line without a recognised prelude.
    package var firstUnrecognised: (file: Int, offset: Int)?
    /// Bytes of each file that were not read, because sampled stamps are of another time: the most of all passes.
    package private(set) var skipped: [Int: Int] = [:]
    /// How the times of lines follow each other, run by run; none of merged logs, and none where no more lines were
    /// wanted before the end.
    package private(set) var clock: [ClockRun] = []
    private var isWhole = true { didSet { if !isWhole { clock = [] } } }

    mutating func addUnrecognised(in file: Int, at offset: Int) {
        unrecognised += 1
        note((file, offset))
    }

    /// Unless `isWhole`, no more lines were wanted before the end.
    mutating func add(_ other: ScanAccount, isWhole: Bool = true) {
        bytes += other.bytes
        lines += other.lines
        passed += other.passed
        unrecognised += other.unrecognised
        clock += other.clock
        skipped.merge(other.skipped, uniquingKeysWith: max)
        self.isWhole = self.isWhole && other.isWhole && isWhole
        if let first = other.firstUnrecognised { note(first) }
    }

    func skipping(_ skipped: [Int: Int]) -> ScanAccount {
        var account = self
        account.skipped.merge(skipped, uniquingKeysWith: max)
        return account
    }

    private mutating func note(_ place: (file: Int, offset: Int)) {
        if firstUnrecognised.map({ place < $0 }) ?? true { firstUnrecognised = place }
    }

    mutating func note(_ run: ClockRun) { clock.append(run) }
}

/// How the times of lines follow each other in adjacent bytes of one log.
package struct ClockRun: Sendable {
    let file: Int
    let start: Int
    private(set) var end: Int
    private(set) var lines: Int
    /// Places count from `start` on.
    private(set) var steps = ClockSteps()

    /// `steps` is of the chunk's lines, with addresses for places.
    init(of chunk: Chunk, _ steps: ClockSteps, lines: Int) {
        file = chunk.fileIndex
        start = chunk.fileOffset
        end = start + chunk.bytes.count
        self.lines = lines
        self.steps.append(steps, at: -Int(bitPattern: chunk.bytes.base))
    }

    /// Runs that follow each other put together, and those left out of which the lines were read before.
    static func joined(_ runs: [ClockRun]) -> [ClockRun] {
        var joined: [ClockRun] = []
        for run in runs.sorted(by: { ($0.file, $0.start) < ($1.file, $1.start) }) {
            guard let last = joined.last, last.file == run.file, last.end >= run.start else {
                joined.append(run)
                continue
            }
            if last.end == run.start {
                joined[joined.count - 1].steps.append(run.steps, at: run.start - last.start)
                joined[joined.count - 1].end = run.end
                joined[joined.count - 1].lines += run.lines
            }
        }
        return joined
    }
}
