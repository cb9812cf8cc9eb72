/// An open log that somebody still writes: gives out its lines as they get their newlines.
final class GrowingFile {
    let file: OpenFile
    /// Which name it was found under, as a number.
    let index: Int
    /// Nil where stamps are of the last twelve months.
    let years: YearWindow?
    /// Whether stamps go on into the next years.
    var goesOn = false
    /// What was already read of a pipe.
    private var head: [UInt8]
    /// Bytes of the log before the file, which is the rest of a packed one.
    private let base: Int
    /// Bytes of the file that have been read.
    private var offset = 0
    private var line = 1
    /// The last bytes that were given out, for whoever looks back.
    private var tail: [UInt8] = []
    /// What stands behind the last newline.
    private var rest: [UInt8] = []
    /// Whether what comes up to the next newline belongs to a line that was too long.
    private var isSkipping = false
    private(set) var cutLines = 0
    /// Of a log whose lines are wrapped as journald and docker do, which the first one tells.
    private var wrapped: UnwrappedLines?
    private var isAtStart = true
    /// Whether a pipe has ended, or the file cannot be read any more.
    private(set) var isOver = false
    private(set) var trouble: String?
    /// The first bytes, which tell a copy.
    private var beginning: [UInt8] = []
    /// The packed copy of the file, if it was seen.
    var copy: OpenFile.Identity?
    /// Whether nobody writes the file: it is a copy.
    private(set) var isComplete = false
    /// Whether the file was truncated, so that nothing is read before `startAgain`.
    private(set) var isTruncated = false

    /// How far a file has been read, for another file that holds the same bytes.
    struct Mark {
        let beginning: [UInt8]
        /// Bytes up to the last line that was given out, and the last of those.
        let offset: Int
        let tail: [UInt8]
        /// Bytes that were read.
        let end: Int
        let line: Int
        let isSkipping: Bool
    }

    /// Whether a file is a copy if it begins with these bytes. A few equal lines of one second do not prove that.
    static func isDistinct(_ beginning: [UInt8]) -> Bool {
        guard beginning.count < beginningSize else { return true }
        return beginning.withBytes { bytes in
            let stamps = bytes.lines.compactMap { Stamp.parse($0.line)?.microsecondsOfDay }
            return Set(stamps).count > 1 || Set(bytes.lines.map { LogFile.hash($0.line) }).count > 3
        }
    }

    /// Bytes that the file had when it was opened and that have not been read.
    var unread: Int { file.size - offset }

    /// Whether one of two files that have not been read on yet holds the same lines as the other one, and perhaps more.
    func isCopy(of other: GrowingFile) -> Bool {
        guard file.isRegular, other.file.isRegular, base + offset == other.base + other.offset else {
            return false
        }
        let size = min(unread, other.unread)
        guard size > 0, Self.isDistinct(file.bytes(min(size, Self.beginningSize), at: offset)) else {
            return false
        }
        let step = 1 << 16
        return stride(from: 0, to: size, by: step).allSatisfy { done in
            let count = min(step, size - done)
            return file.bytes(count, at: offset + done) == other.file.bytes(count, at: other.offset + done)
        }
    }

    /// Bytes that files are compared by.
    static let beginningSize = 1024

    /// So many bytes before those that are read must still be what they were; else the file is another one.
    private static let check = 128

    init(_ file: OpenFile, index: Int, years: YearWindow?, head: [UInt8] = [], base: Int = 0) {
        self.base = base
        self.file = file
        self.index = index
        self.years = years
        self.head = head
    }

    /// Goes on where another file with the same bytes was left.
    init(_ file: OpenFile, index: Int, after mark: Mark) {
        self.file = file
        self.index = index
        years = nil
        head = []
        base = 0
        beginning = mark.beginning
        offset = mark.offset
        tail = mark.tail
        line = mark.line
        isSkipping = mark.isSkipping
    }

    /// Whether the file was truncated since it was read.
    var wasTruncated: Bool {
        guard file.isRegular, !isOver else { return false }
        let known = Array((tail + rest).suffix(min(Self.check, offset)))
        return file.bytes(known.count, at: offset - known.count) != known
    }

    /// This file, as one that nobody writes.
    var complete: GrowingFile {
        isComplete = true
        return self
    }

    var mark: Mark {
        Mark(
            beginning: beginning, offset: offset - rest.count, tail: tail, end: offset, line: line,
            isSkipping: isSkipping)
    }

    /// The lines that have come; nil where there is no whole one, and of a file that was truncated.
    func next(into block: Block, years now: YearWindow, arrival: UInt64) -> Chunk? {
        while !isOver, !isTruncated {
            let before = tail.count
            let kept = before + rest.count
            block.reserve(kept + ChunkReader.blockSize + ChunkReader.blockSlack, keeping: 0)
            tail.copy(to: block.base)
            rest.copy(to: block.base + before)
            let count: Int
            switch read(block, kept) {
            case .nothing: return nil
            case .bytes(let bytes): count = bytes
            case .truncated:
                isTruncated = true
                return nil
            }
            if file.isRegular, offset < Self.beginningSize {
                beginning += UnsafeBufferPointer(
                    start: block.base + kept, count: min(count, Self.beginningSize - offset))
            }
            offset += count
            var start = before
            var end = kept + count
            if isSkipping {
                guard let newline = Bytes(UnsafePointer(block.base + kept), count: count).firstIndex(of: 10)
                else { continue }
                isSkipping = false
                // The rest of the long line was given out; nothing stands between it and these bytes.
                start = kept + newline + 1
            }
            let bytes = Bytes(UnsafePointer(block.base + start), count: end - start)
            if let newline = bytes.lastIndex(of: 10) {
                rest = Array(
                    UnsafeBufferPointer(
                        start: block.base + start + newline + 1, count: bytes.count - newline - 1))
                end = start + newline + 1
                let found = chunk(block, start, newline + 1, now, arrival)
                keepTail(block, from: start == before ? 0 : start, to: end)
                guard let lines = unwrapped(found, in: block, isLast: false) else { continue }
                return lines
            }
            rest = Array(UnsafeBufferPointer(start: block.base + start, count: bytes.count))
            guard rest.count > ChunkReader.lineLimit else { continue }
            cutLines += 1
            isSkipping = true
            let found = chunk(block, start, rest.count, now, arrival)
            rest = []
            tail = []
            return unwrapped(found, in: block, isLast: true)
        }
        return nil
    }

    /// What stands behind the last newline, when no further one will come.
    func last(into block: Block, years now: YearWindow, arrival: UInt64) -> Chunk? {
        guard !rest.isEmpty || wrapped?.isWaiting == true else { return nil }
        block.reserve(tail.count + rest.count + ChunkReader.blockSlack, keeping: 0)
        tail.copy(to: block.base)
        rest.copy(to: block.base + tail.count)
        let found = chunk(block, tail.count, rest.count, now, arrival)
        rest = []
        return unwrapped(found, in: block, isLast: true)
    }

    private func chunk(
        _ block: Block, _ start: Int, _ count: Int, _ now: YearWindow, _ arrival: UInt64
    ) -> Chunk {
        let bytes = Bytes(UnsafePointer(block.base + start), count: count)
        let found = Chunk(
            bytes: bytes, before: start == tail.count ? tail.count : 0, fileIndex: index,
            fileOffset: max(0, offset - rest.count - count), firstLine: line, years: window(now),
            sequence: 0,
            arrival: arrival)
        line += bytes.begunLineCount
        return found
    }

    /// The window of the log as long as it lasts, and then that of the last twelve months: a line has the same year
    /// however late it is read.
    private func window(_ now: YearWindow) -> YearWindow {
        guard let years, !goesOn || years.start >= now.start else { return now }
        return years
    }

    private func keepTail(_ block: Block, from: Int, to end: Int) {
        let start = max(from, end - Chunk.lookback)
        tail = Array(UnsafeBufferPointer(start: block.base + start, count: end - start))
    }

    /// Reads a truncated file from its beginning.
    func startAgain() {
        isTruncated = false
        beginning = []
        offset = 0
        line = 1
        tail = []
        rest = []
        isSkipping = false
        isAtStart = true
        wrapped = nil
    }

    /// What lines of the file are, where they are wrapped; nil where they make no line yet. If `isLast`, no more
    /// belongs to them.
    private func unwrapped(_ chunk: Chunk, in block: Block, isLast: Bool) -> Chunk? {
        if isAtStart, Unwrapper.isWrapped(chunk.bytes) { wrapped = UnwrappedLines() }
        isAtStart = false
        guard wrapped != nil else { return chunk }
        return wrapped?.take(chunk, in: block, isLast: isLast)
    }

    private enum Reading { case nothing, bytes(Int), truncated }

    /// Reads on behind the first `kept` bytes of the block. The bytes before those that are new are read once more:
    /// a file that was truncated may have grown beyond its old size since. One call reads both, or the file might be
    /// truncated and grow in between.
    private func read(_ block: Block, _ kept: Int) -> Reading {
        do {
            guard file.isRegular else {
                if !head.isEmpty {
                    let step = min(head.count, ChunkReader.blockSize)
                    Array(head.prefix(step)).copy(to: block.base + kept)
                    head.removeFirst(step)
                    return .bytes(step)
                }
                guard file.isReady(within: 0) else { return .nothing }
                let count = try file.readNext(block.base + kept, count: ChunkReader.blockSize)
                isOver = count == 0
                return count == 0 ? .nothing : .bytes(count)
            }
            let again = min(Self.check, kept, offset)
            let target = block.base + (kept - again)
            let known = Array(UnsafeBufferPointer(start: target, count: again))
            let count = try file.readOnce(
                target, count: again + ChunkReader.blockSize, at: offset - again)
            guard count >= again, (0..<again).allSatisfy({ target[$0] == known[$0] }) else {
                return .truncated
            }
            return count == again ? .nothing : .bytes(count - again)
        } catch {
            trouble = "cannot be read: \(error.text)"
            isOver = true
            return .nothing
        }
    }
}

/// The lines of a growing log whose lines are wrapped. Places and numbers are those of what is unwrapped.
private struct UnwrappedLines {
    private var unwrapper = Unwrapper()
    private var offset = 0
    private var line = 1
    /// The last bytes that were given out, for whoever looks back.
    private var tail: [UInt8] = []

    var isWaiting: Bool { unwrapper.isWaiting }

    /// Unwraps a chunk, in the memory of the block that it stands in.
    mutating func take(_ chunk: Chunk, in block: Block, isLast: Bool) -> Chunk? {
        var lines: [UInt8] = []
        unwrapper.unwrap(chunk.bytes, isLast: isLast, into: &lines)
        guard !lines.isEmpty else { return nil }
        let before = tail.count
        let all = tail + lines
        block.reserve(all.count + ChunkReader.blockSlack, keeping: 0)
        all.copy(to: block.base)
        let bytes = Bytes(UnsafePointer(block.base + before), count: lines.count)
        defer {
            offset += lines.count
            line += bytes.lineCount
            tail = Array(all.suffix(Chunk.lookback))
        }
        return Chunk(
            bytes: bytes, before: before, fileIndex: chunk.fileIndex, fileOffset: offset, firstLine: line,
            years: chunk.years, sequence: 0, arrival: chunk.arrival)
    }
}

extension [UInt8] {
    fileprivate func copy(to place: UnsafeMutablePointer<UInt8>) {
        withUnsafeBufferPointer { if let base = $0.baseAddress { place.update(from: base, count: count) } }
    }
}
