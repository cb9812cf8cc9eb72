import struct Synchronization.Atomic

/// Splits the lines of a log set into chunks for any number of threads.
///
/// - A plain file is cut at multiples of a block size. A block owns the lines that start in it, so threads read blocks
///   independently with `pread`. A mapping would kill the process when a log is truncated.
/// - A compressed file or a pipe is read by one thread at a time into the memory of that thread. Other threads
///   meanwhile process earlier chunks.
/// - Several compressed files are read at the same time, unless the order matters.
package final class ChunkReader: Sendable {
    /// Bytes of a chunk without its last line.
    static let blockSize = 256 << 10
    /// Space for the end of the last line.
    static let blockSlack = 2 << 10
    /// Maximum length of a line in bytes. The rest is skipped with a warning.
    static let lineLimit = 16 << 20

    private let files: [LogFile]
    /// Files and merged files, in order.
    private let units: [Unit]
    private let usesInstants: Bool
    /// Range of bytes to read of each file. It starts at a multiple of the block size.
    private let parts: [Range<Int>]
    private let isOrdered: Bool
    private let isNumbered: Bool
    private let isCancelled: @Sendable () -> Bool
    private let state = Mutex(State())
    private let isStopped = Atomic(false)
    private let plainBytes = Atomic(0)
    private let troubles = Mutex<(all: [InputProblem], known: Set<InputProblem>)>(([], []))

    private enum Unit {
        case file(Int)
        case merged(Passage)
    }

    private struct State {
        /// Index among the units.
        var unit = -1
        /// Index of the file, if the unit is a file.
        var file = -1
        var offset = 0
        var line = 1
        var sequence = 0
        var streams: [Stream] = []
    }

    /// A stream that several threads read in turns.
    private final class Stream: Sendable {
        let unit: Int
        let stream: Mutex<Box>

        init(_ unit: Int, _ lines: Lines) {
            self.unit = unit
            stream = Mutex(Box(lines: lines))
        }

        struct Box: @unchecked Sendable {
            // Only accessed under the mutex.
            let lines: Lines
        }
    }

    private enum Lines {
        case file(Int, ByteStream)
        case merged(MergedLogs)

        var consumed: Int {
            switch self {
            case .file(_, let stream): stream.consumed
            case .merged(let logs): logs.consumed
            }
        }
    }

    /// `passages` are the logs in order.
    init(
        _ files: [LogFile], passages: [Passage], usesInstants: Bool, parts: [Range<Int>], ordered: Bool,
        numbered: Bool, isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.files = files
        self.usesInstants = usesInstants
        units = passages.flatMap { passage -> [Unit] in
            let wanted = passage.files.filter { !parts[$0].isEmpty }
            // Merged even if a time range excludes all logs but one, so that every pass has the same order of lines.
            return passage.isMerged && !wanted.isEmpty ? [.merged(passage)] : wanted.map { .file($0) }
        }
        // Line numbers require all earlier lines.
        self.parts = numbered ? parts.map { $0.isEmpty ? $0 : 0..<$0.upperBound } : parts
        self.isCancelled = isCancelled
        isOrdered = ordered
        isNumbered = numbered
        state.withLock { nextUnit(&$0) }
    }

    /// Reads the next chunk into `block`; nil at the end.
    package func next(into block: Block) -> Chunk? {
        while !isStopped.load(ordering: .relaxed) {
            switch isOrdered ? takeInOrder(block) : take(block) {
            case .chunk(let chunk): return chunk
            case .plain(let file, let offset, let line, let sequence):
                if let chunk = readPlain(file, offset, line, sequence, block) { return chunk }
                if isOrdered { return emptyChunk(file, offset, sequence, block) }
            case .again: continue
            case .end: return nil
            }
        }
        return nil
    }

    /// Ends the reading: `next` returns nil from now on.
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Bytes read so far, compressed bytes of compressed files.
    package var bytesDone: Int {
        let streams = state.withLock { $0.streams }
        return plainBytes.load(ordering: .relaxed)
            + streams.reduce(0) { $0 + ($1.stream.withLockIfAvailable { $0.lines.consumed } ?? 0) }
    }

    /// Bytes of all files; nil if one of them is a pipe.
    package var bytesTotal: Int? {
        files.contains { !$0.file.isRegular } ? nil : parts.reduce(0) { $0 + $1.count }
    }

    /// Number of bytes that are skipped, by file. Completely read files are not in it.
    package var skipped: [Int: Int] {
        let bytes = files.indices.map { ($0, files[$0].size - parts[$0].count) }
        return Dictionary(uniqueKeysWithValues: bytes.filter { $0.1 > 0 })
    }

    package func problems() -> [InputProblem] { troubles.withLock { $0.all } }

    // MARK: Taking turns

    private enum Turn: Sendable {
        case chunk(Chunk)
        case plain(file: Int, offset: Int, line: Int, sequence: Int)
        case again
        case end
    }

    private func takeInOrder(_ block: Block) -> Turn {
        state.withLock { state in
            guard state.unit < units.count else { return .end }
            if case .file(let file) = units[state.unit], files[file].isPlain {
                return takePlain(&state, block)
            }
            if state.streams.last?.unit != state.unit { open(&state) }
            guard let stream = state.streams.last else { return .end }
            guard var chunk = stream.stream.withLock({ read($0.lines, block) }) else {
                nextUnit(&state)
                return .again
            }
            chunk.sequence = state.sequence
            state.sequence += 1
            return .chunk(chunk)
        }
    }

    private func take(_ block: Block) -> Turn {
        // Order of preference: an idle stream, a new file, waiting for a stream.
        let open = state.withLock { $0.streams }
        for stream in open {
            if let turn = stream.stream.withLockIfAvailable({ self.turn($0.lines, stream, block) }) {
                return turn
            }
        }
        let turn = state.withLock { state -> Turn? in
            guard state.unit < units.count else { return nil }
            if case .file(let file) = units[state.unit], files[file].isPlain {
                return takePlain(&state, block)
            }
            self.open(&state)
            nextUnit(&state)
            return .again
        }
        if let turn { return turn }
        guard let stream = open.first else { return state.withLock { $0.streams.isEmpty } ? .end : .again }
        return stream.stream.withLock { self.turn($0.lines, stream, block) }
    }

    private func turn(_ lines: Lines, _ stream: Stream, _ block: Block) -> Turn {
        if let chunk = read(lines, block) { return .chunk(chunk) }
        state.withLock { state in
            // A new array, because another thread may iterate over the old one.
            let others = state.streams.filter { $0 !== stream }
            guard others.count < state.streams.count else { return }
            state.streams = others
            if case .file(let file, _) = lines { plainBytes.add(files[file].file.size, ordering: .relaxed) }
            if case .merged(let logs) = lines { plainBytes.add(logs.consumed, ordering: .relaxed) }
        }
        return .again
    }

    private func takePlain(_ state: inout State, _ block: Block) -> Turn {
        let turn = (file: state.file, offset: state.offset, line: state.line, sequence: state.sequence)
        state.sequence += 1
        state.offset += Self.blockSize
        var result = Turn.plain(
            file: turn.file, offset: turn.offset, line: turn.line, sequence: turn.sequence)
        if isNumbered {
            // Line numbers require blocks in sequence.
            let chunk = readPlain(turn.file, turn.offset, turn.line, turn.sequence, block)
            state.line += chunk?.bytes.begunLineCount ?? 0
            result = .chunk(chunk ?? emptyChunk(turn.file, turn.offset, turn.sequence, block))
        }
        if state.offset >= parts[state.file].upperBound { nextUnit(&state) }
        return result
    }

    private func nextUnit(_ state: inout State) {
        state.unit += 1
        state.line = 1
        guard state.unit < units.count, case .file(let file) = units[state.unit] else { return }
        state.file = file
        state.offset = parts[file].lowerBound
    }

    // MARK: Reading

    private func open(_ state: inout State) {
        let shouldStop: @Sendable () -> Bool = { [unowned self] in
            isStopped.load(ordering: .relaxed) || isCancelled()
        }
        let lines: Lines
        switch units[state.unit] {
        case .file(let file): lines = .file(file, files[file].stream(shouldStop: shouldStop))
        case .merged(let passage):
            lines = .merged(
                MergedLogs(
                    passage, files, parts, usesInstants: usesInstants, numbered: isNumbered,
                    shouldStop: shouldStop))
        }
        state.streams = state.streams + [Stream(state.unit, lines)]
    }

    private func read(_ lines: Lines, _ block: Block) -> Chunk? {
        switch lines {
        case .file(let file, let stream): return read(stream, file, block)
        case .merged(let logs):
            let chunk = logs.next(into: block)
            for (file, stream) in logs.takeEnded() { reportEnd(file, stream) }
            return chunk
        }
    }

    private func reportEnd(_ file: Int, _ stream: ByteStream) {
        if let trouble = stream.trouble { report(file, trouble) }
        if stream.cutLines > 0 { reportCut(file, stream.cutLines) }
    }

    private func read(_ stream: ByteStream, _ file: Int, _ block: Block) -> Chunk? {
        guard let lines = stream.next(into: block, numbered: isNumbered) else {
            reportEnd(file, stream)
            return nil
        }
        return lines.chunk(file, files[file].years)
    }

    private func emptyChunk(_ file: Int, _ offset: Int, _ sequence: Int, _ block: Block) -> Chunk {
        Chunk(
            bytes: Bytes(UnsafePointer(block.base), count: 0), before: 0, fileIndex: file, fileOffset: offset,
            firstLine: 0,
            years: files[file].years, sequence: sequence)
    }

    /// Reads the lines that start in the block at `offset`; nil if there are none.
    private func readPlain(_ index: Int, _ offset: Int, _ line: Int, _ sequence: Int, _ block: Block)
        -> Chunk?
    {
        let file = files[index].file
        // The byte before the block shows whether a line starts with it. The bytes before that are lookback.
        let from = max(0, offset - Chunk.lookback)
        let limit = offset + Self.blockSize - from
        var count = 0
        func fill(_ size: Int) -> Bool {
            block.reserve(size, keeping: count)
            let wanted = min(size, file.size - from) - count
            guard wanted > 0 else { return false }
            do {
                let got = try file.read(block.base + count, count: wanted, at: from + count)
                count += got
                if count == got {
                    plainBytes.add(min(got, limit) - min(got, offset - from), ordering: .relaxed)
                }
                if got < wanted {
                    report(index, "became shorter while it was read; what was lost is not in the answer")
                }
                return got == wanted
            } catch {
                report(index, "cannot be read: \(error.text)")
                return false
            }
        }
        var hasMore = fill(limit + Self.blockSlack)
        let owned = min(count, limit)
        guard owned > 0 else { return nil }
        let bytes = { Bytes(UnsafePointer(block.base), count: count) }
        var start = 0
        if offset > 0 {
            guard let newline = bytes().prefix(owned - 1).firstIndex(of: 10, from: offset - from - 1) else {
                return nil
            }
            start = newline + 1
        }
        guard start < owned else { return nil }
        var end = count
        if count >= limit {
            // The last line that starts here ends with the first newline at or after the last byte.
            let last = max(start, bytes().lineStart(before: limit - 1))
            var searched = limit - 1
            var step = 16 << 10
            while true {
                if let newline = bytes().firstIndex(of: 10, from: searched) {
                    end = newline + 1
                    break
                }
                searched = count
                if count - last > Self.lineLimit || !hasMore {
                    end = count
                    break
                }
                hasMore = fill(count + step)
                step *= 2
            }
            if end - last > Self.lineLimit + 1 {
                end = last + Self.lineLimit
                reportCut(index, 1)
            }
        }
        return Chunk(
            bytes: bytes()[start..<end], before: start, fileIndex: index, fileOffset: from + start,
            firstLine: line,
            years: files[index].years, sequence: sequence)
    }

    // MARK: Problems

    private func report(_ file: Int, _ trouble: String) {
        let problem = InputProblem(path: files[file].path, what: trouble, isDamage: true)
        troubles.withLock { if $0.known.insert(problem).inserted { $0.all.append(problem) } }
    }

    private func reportCut(_ file: Int, _ lines: Int) {
        report(file, "has lines of over \(Self.lineLimit >> 20) MB; only the beginning of each was read")
    }
}
