import Glibc

/// Source of the bytes of a stream.
protocol ByteSource: AnyObject {
    /// Reads at least 1 and at most `count` bytes; 0 at the end or on failure.
    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int
    /// Whether a read would not wait for a writer.
    var isReady: Bool { get }
    /// Number of bytes of the file that have been read.
    var consumed: Int { get }
    /// Failure, as a message that follows the file's name.
    var trouble: String? { get }
}

/// Bytes of a file or a pipe, unchanged.
final class PlainSource: ByteSource {
    private let file: OpenFile
    private let start: Int
    private(set) var consumed = 0
    private(set) var trouble: String?
    private let shouldStop: @Sendable () -> Bool

    /// `start` is an offset in a file.
    init(_ file: OpenFile, from start: Int = 0, shouldStop: @escaping @Sendable () -> Bool) {
        self.file = file
        self.start = start
        self.shouldStop = shouldStop
    }

    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        do {
            let read: Int
            if file.isRegular {
                read = try file.read(buffer, count: count, at: start + consumed)
            } else {
                // A wait for a writer ends when the answer is no longer needed.
                while !file.isReady(within: 50) { if shouldStop() { return 0 } }
                read = try file.readNext(buffer, count: count)
            }
            consumed += read
            return read
        } catch {
            trouble = "cannot be read: \(error.text)"
            return 0
        }
    }

    var isReady: Bool { file.isRegular || file.isReady(within: 0) }
}

/// Splits a sequential source into whole lines.
final class ByteStream {
    /// Released at the end of the source, because a source has buffers and very many logs may be merged.
    private var source: (any ByteSource)?
    private var total: (consumed: Int, trouble: String?) = (0, nil)
    /// Bytes after the last newline that was returned.
    private var rest: [UInt8] = []
    /// Last bytes that were returned, for lookback.
    private var tail: [UInt8] = []
    private var offset: Int
    private var line = 1
    /// Bytes after the chunk that are dropped: the rest of a line that is too long.
    private var lost = 0
    /// Whether all lines have been returned.
    private(set) var isOver = false
    /// Whether the bytes before the first newline are skipped.
    var dropsFirstLine = false
    /// Number of lines that were too long.
    private(set) var cutLines = 0

    /// `offset` is the offset of the source in the file.
    init(_ source: any ByteSource, offset: Int = 0) {
        self.source = source
        self.offset = offset
    }

    var consumed: Int { source?.consumed ?? total.consumed }
    var trouble: String? { source?.trouble ?? total.trouble }

    private func end() {
        isOver = true
        total = (consumed, trouble)
        source = nil
    }

    private func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        source?.read(buffer, count: count) ?? 0
    }

    /// Lines in the memory of a block.
    struct Lines {
        var bytes: Bytes
        /// Number of bytes in the block before the lines.
        var before: Int
        /// Offset of the first line in the unpacked log.
        var offset: Int
        /// Number of the first line, from 1.
        let line: Int

        func chunk(_ fileIndex: Int, _ years: YearWindow, arrival: UInt64? = nil) -> Chunk {
            Chunk(
                bytes: bytes, before: before, fileIndex: fileIndex, fileOffset: offset, firstLine: line,
                years: years, sequence: 0, arrival: arrival)
        }
    }

    /// Reads the next lines; nil at the end.
    func next(into block: Block, numbered: Bool) -> Lines? {
        while !isOver {
            let before = tail.count
            guard let count = fill(block) else { continue }
            let bytes = Bytes(UnsafePointer(start(block)), count: count)
            var lines = Lines(bytes: bytes, before: before, offset: offset, line: line)
            if dropsFirstLine {
                dropsFirstLine = false
                let first = min(bytes.lineEnd(after: 0) + 1, count)
                lines.bytes = bytes.dropFirst(first)
                lines.before += first
                lines.offset += first
            }
            offset += count + lost
            if numbered { line += bytes.begunLineCount }
            let kept = min(Chunk.lookback, before + count)
            tail =
                lost > 0 ? [] : Array(UnsafeBufferPointer(start: start(block) + (count - kept), count: kept))
            lost = 0
            return lines
        }
        return nil
    }

    /// Start of the lines in the block, after the lookback.
    private func start(_ block: Block) -> UnsafeMutablePointer<UInt8> { block.base + tail.count }

    private func room(_ block: Block) -> Int { block.capacity - tail.count }

    private func fill(_ block: Block) -> Int? {
        var count = rest.count
        block.reserve(tail.count + count + ChunkReader.blockSize + ChunkReader.blockSlack, keeping: 0)
        tail.withUnsafeBufferPointer {
            if let base = $0.baseAddress { block.base.update(from: base, count: tail.count) }
        }
        rest.withUnsafeBufferPointer {
            if let base = $0.baseAddress { start(block).update(from: base, count: count) }
        }
        rest.removeAll(keepingCapacity: true)
        var searched = 0
        while true {
            let step = read(start(block) + count, count: room(block) - count)
            if step == 0 {
                end()
                guard count > ChunkReader.lineLimit else { return count > 0 ? count : nil }
                return cut(block, count, next: count)
            }
            count += step
            if count < ChunkReader.blockSize, source?.isReady == true { continue }
            let bytes = Bytes(UnsafePointer(start(block)), count: count)
            if searched > 0 || count > ChunkReader.lineLimit {
                // The block begins with one long line.
                if let newline = bytes.firstIndex(of: 10, from: searched), newline > ChunkReader.lineLimit {
                    return cut(block, count, next: newline + 1)
                }
            }
            if let newline = bytes.dropFirst(searched).lastIndex(of: 10) {
                let end = searched + newline + 1
                rest.append(contentsOf: UnsafeBufferPointer(start: start(block) + end, count: count - end))
                return end
            }
            searched = count
            if count > ChunkReader.lineLimit { return cut(block, skipLine(block, count), next: nil) }
            if room(block) - count < ChunkReader.blockSlack {
                block.reserve(block.capacity * 2, keeping: tail.count + count)
            }
        }
    }

    /// Returns the length of a line that is cut; keeps the bytes from `next` on.
    private func cut(_ block: Block, _ count: Int, next: Int?) -> Int {
        cutLines += 1
        if let next {
            rest.append(contentsOf: UnsafeBufferPointer(start: start(block) + next, count: count - next))
            lost += next - ChunkReader.lineLimit
        }
        return ChunkReader.lineLimit
    }

    /// Reads to the end of a line that is too long, and keeps the bytes after it.
    private func skipLine(_ block: Block, _ count: Int) -> Int {
        lost = count - ChunkReader.lineLimit
        let room = start(block) + ChunkReader.lineLimit
        let size = self.room(block) - ChunkReader.lineLimit
        while true {
            let step = read(room, count: size)
            guard step > 0 else {
                end()
                return count
            }
            if let newline = Bytes(UnsafePointer(room), count: step).firstIndex(of: 10) {
                lost += newline + 1
                rest.append(
                    contentsOf: UnsafeBufferPointer(start: room + newline + 1, count: step - newline - 1))
                return count
            }
            lost += step
        }
    }
}
