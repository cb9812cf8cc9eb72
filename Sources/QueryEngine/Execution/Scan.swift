import MailLog

/// Reads the blocks of a log, line by line or from one raw match to the next, and hands on the rows that pass the
/// scan's conditions. One per thread.
final class Scan {
    private let record: Record
    private let decoder: LineDecoder
    private let early: (Row) -> Bool
    private let late: ((Row) -> Bool)?
    private let needsBody: Bool
    private let search: LiteralSetSearch?
    private let worker: Worker
    private let buffer: RowBuffer
    private let fileSlot: Int?
    private let lineSlot: Int?
    private let fileNames: [Value]
    /// How far the lines of the chunk have been counted.
    private var counted = (line: 0, place: 0)
    /// Lines looked at, and those without a recognised prelude.
    private(set) var account = ScanAccount()

    /// A search is worth its while only where it skips most lines; this many bytes between matches at least.
    private static let worthwhileGap = 600

    init(_ query: Query, extraNeeds: Set<Int>, files: [LogFile], worker: Worker, searches: Bool) {
        self.worker = worker
        buffer = RowBuffer(query.layout)
        record = Record(slots: buffer.slots)
        let needs = query.lineNeeds.union(extraNeeds).filter { $0 < Fields.all.count }
        let demand = FieldSet(needs.map { Fields.all[$0] })
        // Conditions that the prelude alone decides come first.
        let envelope = LineDecoder.headFields
        let isEarly = { (condition: Condition) in
            condition.needs.allSatisfy { $0 < Fields.all.count && envelope.contains($0) }
        }
        let first = query.scan.filter(isEarly)
        let second = query.scan.filter { !isEarly($0) }
        early = first.isEmpty ? { _ in true } : Condition(all: first).make()
        late = second.isEmpty ? nil : Condition(all: second).make()
        let earlyNeeds = first.reduce(into: Set<Int>()) { $0.formUnion($1.needs) }
        decoder = LineDecoder(demand: demand, early: FieldSet(earlyNeeds.map { Fields.all[$0] }))
        needsBody = needs.contains { !envelope.contains($0) }
        if searches, case .anyOf(let literals) = query.raw {
            search = LiteralSetSearch(
                literals.map(\.bytes), foldCase: literals.contains(where: \.ignoresCase))
        } else {
            search = nil
        }
        let file = Field("file").slot
        let line = Field("line").slot
        fileSlot = needs.contains(file) ? file : nil
        lineSlot = needs.contains(line) ? line : nil
        fileNames = files.map { Literals.text($0.path) }
    }

    /// Passes the chunk's rows on; false when no more are wanted.
    func scan(_ chunk: Chunk, into next: any RowConsumer) -> Bool {
        account.bytes += chunk.bytes.count
        counted = (chunk.firstLine, 0)
        let bytes = chunk.bytes
        guard let search else { return scanLines(chunk, from: 0, into: next) }
        var matches = 0
        var position = 0
        while let found = search.first(in: bytes, from: position) {
            matches += 1
            let start = max(position, bytes.lineStart(before: found))
            let end = bytes.lineEnd(after: found)
            if !take(start..<end, of: chunk, into: next) { return false }
            position = end + 1
            if position >= bytes.count { break }
            if matches & 63 == 0, position < matches * Scan.worthwhileGap {
                // Matches are dense: going line by line costs less.
                return scanLines(chunk, from: position, into: next)
            }
        }
        return true
    }

    private func scanLines(_ chunk: Chunk, from start: Int, into next: any RowConsumer) -> Bool {
        let bytes = chunk.bytes
        var position = start
        while position < bytes.count {
            let end = bytes.lineEnd(after: position)
            if !take(position..<end, of: chunk, into: next) { return false }
            position = end + 1
        }
        return true
    }

    @inline(__always)
    private func take(_ place: Range<Int>, of chunk: Chunk, into next: any RowConsumer) -> Bool {
        var line = chunk.bytes[place]
        // A log that came by way of Windows.
        if line.count > 0, line[line.count - 1] == 13 { line = line.dropLast(1) }
        worker.arena.reset()
        let row = Row(slots: buffer.slots, order: chunk.order &+ UInt64(place.lowerBound), worker: worker)
        account.lines += 1
        if !decoder.decodeEnvelope(line, years: chunk.years, into: record), !line.isEmpty {
            account.unrecognised += 1
            if account.firstUnrecognised == nil {
                account.firstUnrecognised = (chunk.fileIndex, chunk.fileOffset + place.lowerBound)
            }
        }
        if let fileSlot { buffer.slots[fileSlot] = fileNames[chunk.fileIndex] }
        if let lineSlot { buffer.slots[lineSlot] = .integer(lineNumber(at: place.lowerBound, of: chunk)) }
        guard early(row) else { return true }
        if needsBody { decoder.decodeBody(into: record) }
        if let late, !late(row) { return true }
        return next.consume(row)
    }

    private func lineNumber(at place: Int, of chunk: Chunk) -> Int {
        counted.line += chunk.bytes[counted.place..<place].lineCount
        counted.place = place
        return counted.line
    }
}

/// What a scan has seen.
package struct ScanAccount: Sendable {
    package var bytes = 0
    package var lines = 0
    package var unrecognised = 0
    /// File and byte offset of the first line without a recognised prelude.
    package var firstUnrecognised: (file: Int, offset: Int)?

    mutating func add(_ other: ScanAccount) {
        bytes += other.bytes
        lines += other.lines
        unrecognised += other.unrecognised
        guard let theirs = other.firstUnrecognised else { return }
        guard let mine = firstUnrecognised else {
            firstUnrecognised = theirs
            return
        }
        if theirs < mine { firstUnrecognised = theirs }
    }
}
