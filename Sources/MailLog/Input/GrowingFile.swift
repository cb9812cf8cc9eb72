import Glibc

extension OpenFile {
    /// First bytes of a file now.
    var beginning: [UInt8] { bytes(GrowingFile.beginningSize, at: 0) }
}

extension LogFile {
    /// Unpacks the log from an offset on into a temporary file; nil if nothing follows the offset.
    func unpacked(
        from start: Int, shouldStop: @escaping @Sendable () -> Bool
    ) throws(OpenFile.Failure) -> OpenFile? {
        let stream = packed(shouldStop: shouldStop)
        let block = Block()
        return try OpenFile(copyOf: file, mayBeEmpty: false) { () throws(OpenFile.Failure) in
            guard !shouldStop(), let lines = stream.next(into: block, numbered: false) else {
                // A file that is still being packed looks damaged.
                if stream.trouble != nil { throw OpenFile.Failure(number: EIO) }
                return nil
            }
            let rest = lines.bytes.dropFirst(min(lines.bytes.count, max(0, start - lines.offset)))
            return UnsafeBufferPointer(start: rest.base, count: rest.count)
        }
    }
}

/// Reads the lines of an open log as soon as they have their newlines.
final class GrowingFile {
    let file: OpenFile
    /// Index of the name under which the file was found.
    let index: Int
    /// Nil if stamps are of the last twelve months.
    let years: YearWindow?
    /// Whether stamps continue into the following years.
    var goesOn = false
    /// Bytes of a pipe that were already read.
    private var head: [UInt8]
    /// Offset of the file in the log. It is above 0 if the file is the rest of a packed log.
    private let base: Int
    /// Number of bytes that have been read.
    private var offset = 0
    private var line = 1
    /// Last bytes that were returned, for lookback.
    private var tail: [UInt8] = []
    /// Bytes after the last newline.
    private var rest: [UInt8] = []
    /// Whether the bytes up to the next newline belong to a line that was too long.
    private var isSkipping = false
    private(set) var cutLines = 0
    /// State of unwrapping, if the lines are journald or docker records.
    private var wrapped: UnwrappedLines?
    private var isAtStart = true
    /// Whether a pipe has ended, or the file cannot be read.
    private(set) var isOver = false
    private(set) var trouble: String?
    /// First bytes, which identify copies.
    private var beginning: [UInt8] = []
    /// Packed copy of the file, if one was seen.
    var copy: OpenFile.Identity?
    /// Whether the file is a copy that nobody writes to.
    private(set) var isComplete = false
    /// Whether the file was truncated. Then nothing is read before `startAgain`.
    private(set) var isTruncated = false

    /// Position in a file, for continuing in a copy of it.
    struct Mark {
        let beginning: [UInt8]
        /// Number of bytes up to the end of the last returned line, and the last of these bytes.
        let offset: Int
        let tail: [UInt8]
        /// Number of bytes that were read.
        let end: Int
        let line: Int
        let isSkipping: Bool
    }

    /// Whether files that begin with these bytes are copies of each other. A few equal lines of one second do not prove
    /// that.
    static func isDistinct(_ beginning: [UInt8]) -> Bool {
        guard beginning.count < beginningSize else { return true }
        return beginning.withBytes { bytes in
            let stamps = bytes.lines.compactMap { Stamp.parse($0.line)?.microsecondsOfDay }
            return Set(stamps).count > 1 || Set(bytes.lines.map { LogFile.hash($0.line) }).count > 3
        }
    }

    /// Number of unread bytes at the time of opening.
    var unread: Int { file.size - offset }

    /// Whether the unread bytes of one of two files begin with those of the other.
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

    /// Number of bytes by which files are compared.
    static let beginningSize = 1024

    /// Number of bytes before the offset that must be unchanged. Otherwise the file was truncated.
    private static let check = 128

    init(_ file: OpenFile, index: Int, years: YearWindow?, head: [UInt8] = [], base: Int = 0) {
        self.base = base
        self.file = file
        self.index = index
        self.years = years
        self.head = head
    }

    /// Continues in a copy of a file.
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

    /// Whether the file was truncated since the last read.
    var wasTruncated: Bool {
        guard file.isRegular, !isOver else { return false }
        let known = Array((tail + rest).suffix(min(Self.check, offset)))
        return file.bytes(known.count, at: offset - known.count) != known
    }

    /// The file, marked as one that nobody writes to.
    var complete: GrowingFile {
        isComplete = true
        return self
    }

    var mark: Mark {
        Mark(
            beginning: beginning, offset: offset - rest.count, tail: tail, end: offset, line: line,
            isSkipping: isSkipping)
    }

    /// Reads new lines; nil if no line is complete, or the file was truncated.
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
                // The beginning of the long line was returned; its rest ends here.
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

    /// Returns the text after the last newline, when no more will follow.
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

    /// Returns the log's own window as long as it lasts, then the window of the last twelve months. So the year of a
    /// line does not depend on the time of reading.
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

    /// Unwraps journald and docker records into lines; nil if they do not make a line yet. With `isLast`, no more bytes
    /// follow.
    private func unwrapped(_ chunk: Chunk, in block: Block, isLast: Bool) -> Chunk? {
        if isAtStart, Unwrapper.isWrapped(chunk.bytes) { wrapped = UnwrappedLines() }
        isAtStart = false
        guard wrapped != nil else { return chunk }
        return wrapped?.take(chunk, in: block, isLast: isLast)
    }

    private enum Reading { case nothing, bytes(Int), truncated }

    /// Reads bytes into the block after the first `kept` ones. The bytes before the new ones are read again, because a
    /// truncated file may have grown beyond its old size. One call reads both, so no truncation can come between.
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

/// Unwrapped lines of a growing log. Offsets and numbers are those of the unwrapped lines.
private struct UnwrappedLines {
    private var unwrapper = Unwrapper()
    private var offset = 0
    private var line = 1
    /// Last bytes that were returned, for lookback.
    private var tail: [UInt8] = []

    var isWaiting: Bool { unwrapper.isWaiting }

    /// Unwraps a chunk in the memory of its block.
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
    fileprivate func copy(to target: UnsafeMutablePointer<UInt8>) {
        withUnsafeBufferPointer { if let base = $0.baseAddress { target.update(from: base, count: count) } }
    }
}
