/// Lines of a passage, merged by their stamps. Lines of one lane keep their order. If stamps are equal, the log that
/// begins first comes first. A line without a stamp follows the line before it.
///
/// A chunk consists of runs, each of lines of one log, until the memory of one lane is used up:
///
///     lane 1   ──a──────b──────│      used up
///     lane 2   ──c──d──────e──────    continues with e
///     chunk    a c b d
final class MergedLogs {
    private let files: [LogFile]
    private let parts: [Range<Int>]
    private let usesInstants: Bool
    private let isNumbered: Bool
    private let shouldStop: @Sendable () -> Bool
    private var lanes: [Lane]
    /// Lanes that have lines, as a heap with the earliest line first.
    private var queue: [Int]
    private var runs: [Run] = []
    /// Lanes of the runs, and the total bytes of the runs.
    private var touched: [Int] = []
    private var size = 0
    private let clock: LineClock
    /// Order of the passage's first line, and of its next line.
    private let base: UInt64
    private var order: UInt64
    private let start: Int64
    /// Counts of equal lines, in the answer and in each lane; nil if the logs share no lines. Rotations in one lane
    /// share no lines, so a burst that a rotation splits counts completely.
    private var given: RecentCounts?
    private var seen = RecentCounts()
    private var ended: [(file: Int, stream: ByteStream)] = []

    /// Logs in sequence, one of which is open.
    private struct Lane {
        let number: Int
        var files: ArraySlice<Int>
        var stream: ByteStream?
        /// Empty while no log is open. Of very many lanes, only a few have an open log.
        var block = Lane.empty
        /// Whether a run uses the lane's memory, and its start in the chunk.
        var isTouched = false
        var start = 0
        /// Position and end of the lines in memory.
        var position = 0
        var end = 0
        /// Start of the chunk's first run.
        var first = 0
        /// Offset in the log and line number at `position`.
        var offset = 0
        var line = 1
        /// Time of the next line.
        var time: Int64
        var file: Int { files.first ?? .max }
        var isSpent: Bool { position >= end }

        // Has no bytes to share.
        nonisolated(unsafe) private static let empty = Block(capacity: 0)

        mutating func release() { block = Lane.empty }
    }

    private struct Run {
        let lane: Int
        let file: Int
        var range: Range<Int>
        let offset: Int
        let line: Int
        let order: UInt64
        let second: Int64
    }

    init(
        _ passage: Passage, _ files: [LogFile], _ parts: [Range<Int>], usesInstants: Bool, numbered: Bool,
        shouldStop: @escaping @Sendable () -> Bool
    ) {
        self.files = files
        self.parts = parts
        self.usesInstants = usesInstants
        self.shouldStop = shouldStop
        isNumbered = numbered
        let times = { (index: Int) in files[index].firstTime?.moment(isInstant: usesInstants) ?? .max }
        let wanted = passage.lanes.map { $0.filter { !parts[$0].isEmpty } }.filter { !$0.isEmpty }
        let lanes = wanted.enumerated().map { number, lane in
            Lane(number: number, files: lane[...], time: times(lane[0]))
        }
        clock = LineClock(usesInstants: usesInstants)
        self.lanes = lanes
        queue = lanes.indices.sorted { (lanes[$0].time, lanes[$0].file) < (lanes[$1].time, lanes[$1].file) }
        base = UInt64(passage.files.lowerBound) << Chunk.offsetBits
        order = base
        start = times(passage.files.lowerBound)
        given = passage.sharesLines ? RecentCounts() : nil
    }

    /// Number of bytes that have been read.
    private(set) var finished = 0
    var consumed: Int { lanes.reduce(finished) { $0 + ($1.stream?.consumed ?? 0) } }

    /// Reads the next lines into `block`; nil at the end.
    func next(into block: Block) -> Chunk? {
        while true {
            for lane in touched {
                lanes[lane].isTouched = false
                if lanes[lane].stream == nil { lanes[lane].release() }
            }
            (touched, size) = ([], 0)
            runs.removeAll(keepingCapacity: true)
            if let lane = queue.first, lanes[lane].stream != nil, lanes[lane].isSpent {
                fill(lane)
                requeue()
            }
            guard !queue.isEmpty, !shouldStop() else { return nil }
            takeRuns()
            if !runs.isEmpty { return chunk(in: block) }
        }
    }

    /// Takes lines until the memory of a lane is used up.
    private func takeRuns() {
        while let lane = queue.first, size < ChunkReader.blockSize {
            if lanes[lane].stream == nil {
                // No run may use the memory of the lane yet.
                guard !lanes[lane].isTouched else { return }
                open(lane)
                fill(lane)
                requeue()
                continue
            }
            let other = queue.dropFirst().prefix(2).min(by: isBefore)
            repeat {
                takeLine(lane)
                if lanes[lane].isSpent { break }
            } while other.map { isBefore(lane, $0) } ?? true
            if lanes[lane].isSpent {
                guard lanes[lane].stream?.isOver == true else { return }
                close(lane)
            }
            requeue()
        }
    }

    /// Restores the heap after a change of its first lane. A lane without further logs is removed.
    private func requeue() {
        if lanes[queue[0]].files.isEmpty {
            queue.swapAt(0, queue.count - 1)
            queue.removeLast()
        }
        var parent = 0
        while true {
            let children = (2 * parent + 1)..<min(2 * parent + 3, max(2 * parent + 1, queue.count))
            guard let child = children.min(by: { isBefore(queue[$0], queue[$1]) }),
                isBefore(queue[child], queue[parent])
            else { return }
            queue.swapAt(parent, child)
            parent = child
        }
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (lanes[a].time, lanes[a].file) < (lanes[b].time, lanes[b].file)
    }

    private func takeLine(_ index: Int) {
        let bytes = Bytes(UnsafePointer(lanes[index].block.base), count: lanes[index].end)
        let start = lanes[index].position
        let end = min(bytes.lineEnd(after: start) + 1, bytes.count)
        if !lanes[index].isTouched {
            lanes[index].isTouched = true
            lanes[index].first = start
            touched.append(index)
        }
        self.size += end - start
        let (file, time) = (lanes[index].file, lanes[index].time)
        if isWanted(bytes[start..<end], of: lanes[index].number, time) {
            let second = (time - self.start).floorDivided(by: 1_000_000)
            let size = UInt64(end - start)
            if let last = runs.indices.last, runs[last].lane == index, runs[last].second == second,
                runs[last].range.upperBound == start
            {
                runs[last].range = runs[last].range.lowerBound..<end
            } else {
                order = max(order, base + UInt64(max(0, min(second, MergedLogs.seconds))) << 21)
                runs.append(
                    Run(
                        lane: index, file: file, range: start..<end, offset: lanes[index].offset,
                        line: lanes[index].line, order: order, second: second))
            }
            order += size
        }
        lanes[index].position = end
        lanes[index].offset += end - start
        lanes[index].line += 1
        readTime(index)
    }

    /// Lines of a passage are ordered by the second, with two megabytes for each second, so that skipped lines do not
    /// change the order. The range suffices for a year; later lines are still in order.
    private static let seconds: Int64 = 1 << 25

    private func readTime(_ index: Int) {
        guard !lanes[index].isSpent else { return }
        let bytes = Bytes(UnsafePointer(lanes[index].block.base), count: lanes[index].end)
        let start = lanes[index].position
        let line = bytes[start..<bytes.lineEnd(after: start)]
        lanes[index].time =
            clock.time(of: line, files[lanes[index].file].years) ?? lanes[index].time
    }

    /// Whether no other lane has returned the line. A line that occurs twice in one log is returned twice.
    private func isWanted(_ line: Bytes, of lane: Int, _ time: Int64) -> Bool {
        guard given != nil else { return true }
        let hash = LogFile.hash(line.hasSuffix("\n") ? line.dropLast(1) : line)
        let count = seen.count(of: hash &+ UInt64(lane), at: time) + 1
        seen.set(count, of: hash &+ UInt64(lane))
        guard let known = given?.count(of: hash, at: time), count > known else { return false }
        given?.set(count, of: hash)
        return true
    }

    /// Returns the logs that have ended since the last call.
    func takeEnded() -> [(file: Int, stream: ByteStream)] {
        defer { ended = [] }
        return ended
    }

    // MARK: Lanes

    private func open(_ lane: Int) {
        let file = lanes[lane].file
        lanes[lane].block = Block(capacity: 0)
        lanes[lane].stream = files[file].stream(of: parts[file], shouldStop: shouldStop)
        (lanes[lane].position, lanes[lane].end, lanes[lane].first) = (0, 0, 0)
    }

    /// Reads more lines if the memory of an open lane is used up.
    private func fill(_ lane: Int) {
        guard let stream = lanes[lane].stream, lanes[lane].isSpent else { return }
        let file = lanes[lane].file
        while let lines = stream.next(into: lanes[lane].block, numbered: isNumbered) {
            if files[file].isPlain, lines.offset >= parts[file].upperBound { break }
            guard !lines.bytes.isEmpty else { continue }
            lanes[lane].position = lines.before
            lanes[lane].end = lines.before + lines.bytes.count
            lanes[lane].offset = lines.offset
            lanes[lane].line = lines.line
            if stream.isOver { lanes[lane].block = lanes[lane].block.copy(of: lanes[lane].end) }
            readTime(lane)
            return
        }
        close(lane)
    }

    /// Advances a lane to its next log. The memory stays, because runs may use it.
    private func close(_ lane: Int) {
        guard let stream = lanes[lane].stream else { return }
        let file = lanes[lane].file
        ended.append((file, stream))
        finished += stream.consumed
        lanes[lane].stream = nil
        if !lanes[lane].isTouched { lanes[lane].release() }
        lanes[lane].files.removeFirst()
        lanes[lane].time =
            lanes[lane].files.first.flatMap { files[$0].firstTime?.moment(isInstant: usesInstants) } ?? .max
    }

    // MARK: Chunks

    /// Copies the lines of the runs, and their lookback, into the block.
    private func chunk(in block: Block) -> Chunk {
        var count = 0
        for index in touched {
            lanes[index].start = count - max(0, lanes[index].first - Chunk.lookback)
            count = lanes[index].start + lanes[index].position
        }
        block.reserve(count, keeping: 0)
        for lane in touched.map({ lanes[$0] }) {
            let from = max(0, lane.first - Chunk.lookback)
            (block.base + lane.start + from).update(from: lane.block.base + from, count: lane.position - from)
        }
        let pieces = runs.map { run in
            let bytes = Bytes(
                UnsafePointer(block.base + lanes[run.lane].start + run.range.lowerBound),
                count: run.range.count)
            let kept = max(0, lanes[run.lane].first - Chunk.lookback)
            return Chunk(
                bytes: bytes, before: run.range.lowerBound - kept, fileIndex: run.file,
                fileOffset: run.offset, firstLine: run.line, years: files[run.file].years, sequence: 0,
                arrival: run.order)
        }
        return Chunk(pieces)
    }
}

/// Counts of the lines of the last seconds, by hash. Daemons write concurrently, so lines are slightly out of order in
/// every log, and copies of a line are not adjacent.
private struct RecentCounts {
    private var recent: [UInt64: Int] = [:]
    private var older: [UInt64: Int] = [:]
    /// Time at which the recent counts begin.
    private var start: Int64 = .min
    /// Minimum time in microseconds for which counts are kept.
    private static let length: UInt64 = 5_000_000

    mutating func count(of hash: UInt64, at time: Int64) -> Int {
        if (time &- start).magnitude > RecentCounts.length {
            older = recent
            recent.removeAll()
            start = time
        }
        return recent[hash] ?? older[hash] ?? 0
    }

    mutating func set(_ count: Int, of hash: UInt64) { recent[hash] = count }
}

/// Reads the times of lines.
private final class LineClock {
    private let decoder = LineDecoder(demand: FieldSet([Field.time]), early: FieldSet())
    private let slots: UnsafeMutablePointer<Value>
    private let slot = Field.time.slot
    private let usesInstants: Bool

    init(usesInstants: Bool) {
        self.usesInstants = usesInstants
        slots = .allocate(capacity: Fields.all.count)
        slots.initialize(repeating: .missing, count: Fields.all.count)
    }

    deinit { slots.deallocate() }

    /// Returns microseconds; nil for a line without a stamp.
    func time(of line: Bytes, _ years: YearWindow) -> Int64? {
        _ = decoder.decodeEnvelope(line, years: years, into: Record(slots: slots))
        let time = slots[slot]
        return time.kind == .time ? time.moment(isInstant: usesInstants) : nil
    }
}
