import Synchronization

/// Hands out the lines of a log set in chunks, to as many threads as ask.
///
/// A plain file is cut at multiples of a block size, and a block owns the lines that start in it, so that
/// threads read any of them independently with `pread`; a mapping would kill the process when a log is
/// truncated. A compressed file or a pipe is read by one thread at a time, into the memory of that thread,
/// while the others work on what they got before; several compressed files are read side by side, unless
/// order matters.
package final class ChunkReader: Sendable {
    /// The bytes of a chunk, but for its last line.
    static let blockSize = 512 << 10
    /// Room for the end of the last line, before more must be read.
    static let blockSlack = 16 << 10
    /// A line has at most so many bytes; the rest of it is left out, and said.
    static let lineLimit = 16 << 20

    private let files: [LogFile]
    /// The bytes of each file that are wanted; from a multiple of the block size on.
    private let parts: [Range<Int>]
    private let isOrdered: Bool
    private let isNumbered: Bool
    private let isCancelled: @Sendable () -> Bool
    private let state = Mutex(State())
    private let isStopped = Atomic(false)
    private let plainBytes = Atomic(0)
    private let troubles = Mutex<[InputProblem]>([])

    private struct State {
        var file = -1
        var offset = 0
        var line = 1
        var sequence = 0
        var streams: [Stream] = []
    }

    /// A stream that some threads take turns with.
    private final class Stream: Sendable {
        let file: Int
        let stream: Mutex<Box>

        init(_ file: Int, _ stream: ByteStream) {
            self.file = file
            self.stream = Mutex(Box(stream: stream))
        }

        struct Box: @unchecked Sendable {
            // Only touched under the mutex that holds it.
            let stream: ByteStream
        }
    }

    init(
        _ files: [LogFile], parts: [Range<Int>], ordered: Bool, numbered: Bool,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.files = files
        // Counting lines takes all that stand before.
        self.parts = numbered ? parts.map { $0.isEmpty ? $0 : 0..<$0.upperBound } : parts
        self.isCancelled = isCancelled
        isOrdered = ordered
        isNumbered = numbered
        state.withLock { nextFile(&$0) }
    }

    /// The next chunk, in the memory of `block`; nil when there is none.
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

    /// No more chunks are wanted.
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Bytes of the files that have been read, compressed ones where a file is.
    package var bytesDone: Int {
        let streams = state.withLock { $0.streams }
        return plainBytes.load(ordering: .relaxed)
            + streams.reduce(0) { $0 + ($1.stream.withLockIfAvailable { $0.stream.consumed } ?? 0) }
    }

    /// Bytes of all files; nil where a pipe is among them.
    package var bytesTotal: Int? {
        files.contains { !$0.file.isRegular } ? nil : parts.reduce(0) { $0 + $1.count }
    }

    package func problems() -> [InputProblem] { troubles.withLock { $0 } }

    // MARK: Taking turns

    private enum Turn: Sendable {
        case chunk(Chunk)
        case plain(file: Int, offset: Int, line: Int, sequence: Int)
        case again
        case end
    }

    private func takeInOrder(_ block: Block) -> Turn {
        state.withLock { state in
            guard state.file < files.count else { return .end }
            if files[state.file].isPlain { return takePlain(&state, block) }
            if state.streams.last?.file != state.file { open(&state) }
            guard let stream = state.streams.last else { return .end }
            let sequence = state.sequence
            guard let chunk = stream.stream.withLock({ read($0.stream, stream.file, block, sequence) }) else {
                nextFile(&state)
                return .again
            }
            state.sequence += 1
            return .chunk(chunk)
        }
    }

    private func take(_ block: Block) -> Turn {
        // A stream that nobody reads comes first, then a new file, then waiting for a stream.
        let open = state.withLock { $0.streams }
        for stream in open {
            if let turn = stream.stream.withLockIfAvailable({ self.turn($0.stream, stream, block) }) {
                return turn
            }
        }
        let turn = state.withLock { state -> Turn? in
            guard state.file < files.count else { return nil }
            if files[state.file].isPlain { return takePlain(&state, block) }
            self.open(&state)
            nextFile(&state)
            return .again
        }
        if let turn { return turn }
        guard let stream = open.first else { return state.withLock { $0.streams.isEmpty } ? .end : .again }
        return stream.stream.withLock { self.turn($0.stream, stream, block) }
    }

    private func turn(_ bytes: ByteStream, _ stream: Stream, _ block: Block) -> Turn {
        if let chunk = read(bytes, stream.file, block) { return .chunk(chunk) }
        state.withLock { state in
            guard let place = state.streams.firstIndex(where: { $0 === stream }) else { return }
            state.streams.remove(at: place)
            plainBytes.add(files[stream.file].file.size, ordering: .relaxed)
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
            // Counting lines takes the blocks one after the other.
            let chunk = readPlain(turn.file, turn.offset, turn.line, turn.sequence, block)
            state.line += chunk?.bytes.lineCount ?? 0
            result = .chunk(chunk ?? emptyChunk(turn.file, turn.offset, turn.sequence, block))
        }
        if state.offset >= parts[state.file].upperBound { nextFile(&state) }
        return result
    }

    private func nextFile(_ state: inout State) {
        repeat { state.file += 1 } while state.file < files.count && parts[state.file].isEmpty
        state.offset = state.file < files.count ? parts[state.file].lowerBound : 0
        state.line = 1
    }

    // MARK: Reading

    private func open(_ state: inout State) {
        let stream = files[state.file].stream { [unowned self] in
            isStopped.load(ordering: .relaxed) || isCancelled()
        }
        state.streams.append(Stream(state.file, stream))
    }

    private func read(_ stream: ByteStream, _ file: Int, _ block: Block, _ sequence: Int = 0) -> Chunk? {
        guard let place = stream.next(into: block, numbered: isNumbered) else {
            if let trouble = stream.trouble { report(file, trouble) }
            if stream.cutLines > 0 { reportCut(file, stream.cutLines) }
            return nil
        }
        return Chunk(
            bytes: Bytes(UnsafePointer(block.base + place.before), count: place.count), before: place.before,
            fileIndex: file, fileOffset: place.offset, firstLine: place.line, years: files[file].years,
            sequence: sequence)
    }

    private func emptyChunk(_ file: Int, _ offset: Int, _ sequence: Int, _ block: Block) -> Chunk {
        Chunk(
            bytes: Bytes(UnsafePointer(block.base), count: 0), before: 0, fileIndex: file, fileOffset: offset,
            firstLine: 0,
            years: files[file].years, sequence: sequence)
    }

    /// The lines that start in the block at `offset`; nil if there are none.
    private func readPlain(_ index: Int, _ offset: Int, _ line: Int, _ sequence: Int, _ block: Block)
        -> Chunk?
    {
        let file = files[index].file
        // The byte before tells whether a line starts with the block; the ones before that are looked back at.
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
                hasMore = fill(count * 2)
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
        let path = files[file].name
        let problem = InputProblem(path: path, message: "\(path) \(trouble)", isDamage: true)
        troubles.withLock { if !$0.contains(problem) { $0.append(problem) } }
    }

    private func reportCut(_ file: Int, _ lines: Int) {
        report(file, "has lines of over \(Self.lineLimit >> 20) MB; only the beginning of each was read")
    }
}
