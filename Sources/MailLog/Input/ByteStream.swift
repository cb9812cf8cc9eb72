import Glibc

/// Where the bytes of a stream come from.
protocol ByteSource: AnyObject {
    /// The next bytes: at least one, at most `count`; 0 at the end, or where it cannot go on.
    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int
    /// Whether more can be had without waiting for whoever writes.
    var isReady: Bool { get }
    /// How many bytes of the file have been read.
    var consumed: Int { get }
    /// What went wrong, for a message that begins with the file's name.
    var trouble: String? { get }
}

/// The bytes of a file or a pipe as they are.
final class PlainSource: ByteSource {
    private let file: OpenFile
    private let start: Int
    private(set) var consumed = 0
    private(set) var trouble: String?
    private let shouldStop: @Sendable () -> Bool

    /// A file is read from `start` on.
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
                // Whoever waits for a writer must still notice that the answer is no longer wanted.
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

/// Whole lines out of a source that can only be read from its beginning to its end.
final class ByteStream {
    /// Released at its end: a source has buffers, and very many logs may be merged.
    private var source: (any ByteSource)?
    private var total: (consumed: Int, trouble: String?) = (0, nil)
    /// What stands behind the last newline that was given out.
    private var rest: [UInt8] = []
    /// The last bytes that were given out, for whoever looks back.
    private var tail: [UInt8] = []
    private var offset: Int
    private var line = 1
    /// Bytes after the chunk that are given to nobody: the rest of a line that was too long.
    private var lost = 0
    /// Whether all of the source has been given out.
    private(set) var isOver = false
    /// Whether what stands before the first newline is not wanted.
    var dropsFirstLine = false
    /// How many lines were too long.
    private(set) var cutLines = 0

    /// `offset` is where the source begins in the file.
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

    /// The next lines: how many bytes stand before them in the block, how many they are, and where the first
    /// stands. Nil at the end.
    func next(into block: Block, numbered: Bool) -> (before: Int, count: Int, offset: Int, line: Int)? {
        while !isOver {
            let before = tail.count
            guard let count = fill(block) else { continue }
            var place = (before, count, offset, line)
            if dropsFirstLine {
                dropsFirstLine = false
                let first = Bytes(UnsafePointer(start(block)), count: count).lineEnd(after: 0) + 1
                place = (before + first, max(0, count - first), offset + first, line)
            }
            offset += count + lost
            if numbered {
                line += Bytes(UnsafePointer(start(block)), count: count).begunLineCount
            }
            let kept = min(Chunk.lookback, before + count)
            tail =
                lost > 0 ? [] : Array(UnsafeBufferPointer(start: start(block) + (count - kept), count: kept))
            lost = 0
            return place
        }
        return nil
    }

    /// Where the lines begin in the block: behind the bytes that are looked back at.
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
                // The block holds the beginning of one long line.
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

    /// Gives out the beginning of a line that is too long; what stands at `next` is kept.
    private func cut(_ block: Block, _ count: Int, next: Int?) -> Int {
        cutLines += 1
        if let next {
            rest.append(contentsOf: UnsafeBufferPointer(start: start(block) + next, count: count - next))
            lost += next - ChunkReader.lineLimit
        }
        return ChunkReader.lineLimit
    }

    /// Reads on to the end of a line that is too long, and keeps what follows.
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
