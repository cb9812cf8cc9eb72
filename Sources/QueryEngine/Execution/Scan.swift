import MailLog

/// Reads the blocks of a log and passes on the rows that meet the scan's conditions. It goes line by line, or from
/// match to match of a raw search. One per thread.
final class Scan {
    private let record: Record
    private let decoder: LineDecoder
    private let conditions: CompiledConditions
    /// Conditions for a line that the search found: the search has tested one of them.
    private let conditionsIfFound: CompiledConditions
    private let needsBody: Bool
    /// Rejects lines by their prelude and queue id.
    private let sieve: ((Row) -> Bool)?
    /// Search for the texts that passing lines contain; nil if unknown.
    private let search: LiteralSetSearch?
    /// Mask of a word for the bytes of a match; 0 for matches longer than eight bytes.
    private let matchMask: UInt64
    /// Whether to go from match to match instead of line by line.
    private let searches: Bool
    /// Whether the order of times is recorded: all lines are decoded, with their times.
    private let watchesClock: Bool
    private let worker: Worker
    /// The worker's arena, reset for each line. Unmanaged, to avoid reference counting.
    private let arena: Unmanaged<Arena>
    private let buffer: RowBuffer
    private let restarts: RestartScan?
    private let bytesSlot: Int?
    private let fileSlot: Int?
    private let lineSlot: Int?
    private var fileNames: [Value]
    /// Number and offset of the last line whose number was counted.
    private var counted = (line: 0, offset: 0)
    private(set) var account = ScanAccount()

    /// Minimum mean distance of matches in bytes. With denser matches, going line by line is faster.
    private static let worthwhileGap = 250

    init(
        _ query: Query, paths: [String], worker: Worker, searches: Bool,
        sieve: ((Row) -> Bool)? = nil
    ) {
        self.worker = worker
        arena = .passUnretained(worker.arena)
        buffer = RowBuffer(query.layout)
        record = Record(slots: buffer.slots)
        let needs = query.lineNeeds.filter { $0 < Fields.all.count }
        let demand = FieldSet(needs.map { Fields.all[$0] })
        conditions = CompiledConditions(query.scan)
        let raw = query.raw
        conditionsIfFound = CompiledConditions(query.scan.filter { !($0.isRawExact && $0.raw == raw) })
        decoder = LineDecoder(
            demand: demand, early: FieldSet(conditions.earlyNeeds.map { Fields.all[$0] }))
        needsBody = needs.contains { !LineDecoder.headFields.contains($0) }
        self.sieve = needs.contains(Field.queueID.slot) ? sieve : nil
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
        let file = Field.file.slot
        let line = Field.line.slot
        let bytes = Field.bytes.slot
        bytesSlot = needs.contains(bytes) ? bytes : nil
        fileSlot = needs.contains(file) ? file : nil
        lineSlot = needs.contains(line) ? line : nil
        fileNames = paths.map(Literals.text)
    }

    /// Updates the names of the files; new files come last.
    func know(_ paths: [String]) { fileNames += paths[fileNames.count...].map(Literals.text) }

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
        // Column and word of the last match. Often the next line has the same word there.
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
            if !take(start..<end, of: chunk, conditionsIfFound, into: next) { return false }
            position = end + 1
            if position >= bytes.count { return true }
            if mayRepeat(bytes, at: position), !takeRepeats(&position, of: chunk, into: next) { return false }
            if matches & 63 == 0, position < matches * Scan.worthwhileGap {
                return scanLines(chunk, from: position, into: next)
            }
        }
    }

    /// Returns the bytes of a possible match at an offset; 0 if unknown.
    @inline(__always)
    private func word(at offset: Int, of bytes: Bytes) -> UInt64 {
        guard matchMask != 0, offset + 8 <= bytes.count else { return 0 }
        return UInt64(littleEndian: UnsafeRawPointer(bytes.base + offset).loadUnaligned(as: UInt64.self))
            & matchMask
    }

    /// Whether the line at an offset may be a "message repeated" line. Such a line has the fields of the line before
    /// but not its text, so the search does not find it.
    @inline(__always)
    private func mayRepeat(_ bytes: Bytes, at offset: Int) -> Bool {
        offset < bytes.count && !decoder.isPlainAgain(bytes.dropFirst(offset))
    }

    /// Takes "message repeated" lines from `position` on.
    @inline(never)
    private func takeRepeats(_ position: inout Int, of chunk: Chunk, into next: any RowConsumer) -> Bool {
        while mayRepeat(chunk.bytes, at: position) {
            let end = chunk.bytes.lineEnd(after: position)
            guard Repetition.mayStand(in: chunk.bytes[position..<end]) else { break }
            if !take(position..<end, of: chunk, conditions, into: next) { return false }
            position = end + 1
        }
        return true
    }

    private func scanLines(_ chunk: Chunk, from start: Int, into next: any RowConsumer) -> Bool {
        let bytes = chunk.bytes
        var position = start
        while position < bytes.count {
            let end = bytes.lineEnd(after: position)
            if !take(position..<end, of: chunk, conditions, into: next) { return false }
            position = end + 1
        }
        return true
    }

    @inline(__always)
    private func take(
        _ range: Range<Int>, of chunk: Chunk, _ conditions: CompiledConditions, into next: any RowConsumer
    ) -> Bool {
        var line = chunk.bytes[range]
        // The line ends in CR LF.
        if line.count > 0, line[line.count - 1] == 13 { line = line.dropLast(1) }
        arena._withUnsafeGuaranteedRef { $0.reset() }
        let row = Row(slots: buffer.slots, order: chunk.order &+ UInt64(range.lowerBound), worker: worker)
        account.lines += 1
        if !decoder.decodeEnvelope(
            line, before: chunk.before &+ range.lowerBound, years: chunk.years, into: record), !line.isEmpty,
            search == nil || search?.first(in: line) != nil
        {
            // Only lines that match the search are counted: which other lines are decoded depends on the bounds of
            // blocks.
            account.addUnrecognised(in: chunk.fileIndex, at: chunk.fileOffset + range.lowerBound)
        }
        if let bytesSlot {
            // With the line feed, or up to the end of the log.
            buffer.slots[bytesSlot] = .integer(
                min(range.upperBound + 1, chunk.bytes.count) - range.lowerBound)
        }
        if let fileSlot { buffer.slots[fileSlot] = fileNames[chunk.fileIndex] }
        if let lineSlot { buffer.slots[lineSlot] = .integer(lineNumber(at: range.lowerBound, of: chunk)) }
        guard conditions.passesEarly(row, tag: decoder.tagNumber) else { return true }
        if let sieve, decoder.decodeQueueID(into: record), !sieve(row) { return true }
        if needsBody { decoder.decodeBody(into: record) }
        guard conditions.passesLate(row) else { return true }
        account.passed += 1
        return next.consume(row)
    }

    private func lineNumber(at offset: Int, of chunk: Chunk) -> Int {
        counted.line += chunk.bytes[counted.offset..<offset].lineCount
        counted.offset = offset
        return counted.line
    }
}

/// Compiled conditions of a scan. Early conditions need only the prelude.
private final class CompiledConditions {
    private let early: (Row) -> Bool
    private let late: (Row) -> Bool
    private let hasEarly: Bool
    private let hasLate: Bool
    let earlyNeeds: Set<Int>
    /// Results of the early conditions by tag, if they need only the tag: 0 unknown, 1 passes, 2 fails.
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
