/// Whole lines of one file, in a block that belongs to one thread.
package struct Chunk: @unchecked Sendable {
    // Only the thread that reads the chunk has it.
    package let bytes: Bytes
    /// Bytes of the file that precede the lines in memory: `lookback`, or all if there are fewer.
    package let before: Int
    package let fileIndex: Int
    /// Offset of the lines in the unpacked file. Rows are ordered by it.
    package let fileOffset: Int
    /// Number of the first line, if lines are numbered.
    package let firstLine: Int
    package let years: YearWindow
    /// Number of the chunk, without gaps, if chunks are in order.
    package internal(set) var sequence: Int
    /// Offset among all bytes in order of arrival (`--follow`).
    package var arrival: UInt64?
    /// Pieces of several logs, in order; empty if all lines are of one log.
    package private(set) var pieces: [Chunk] = []

    /// A "last message repeated" line finds the repeated line within these bytes, or not at all.
    package static let lookback = 4 << 10

    /// Bits of an order for the offset in a file. The other bits are the file's index: 262,144 files of 64 TB.
    static let offsetBits: UInt64 = 46
    static let fileLimit = 1 << (64 - offsetBits)

    /// Order of a line in the input: by file, then by offset.
    package var order: UInt64 { arrival ?? UInt64(fileIndex) << Chunk.offsetBits | UInt64(fileOffset) }

    /// Order that `sample` hashes. The index of the file begins at bit 48, whatever the number of files.
    package static func hashable(_ order: UInt64) -> UInt64 {
        (order >> offsetBits) << 48 | (order & ((1 << offsetBits) - 1))
    }

    /// Index of the file of a line.
    package static func fileIndex(ofOrder order: UInt64) -> Int { Int(order >> offsetBits) }
}

extension Chunk {
    /// Makes a chunk of pieces of several logs.
    init(_ pieces: [Chunk]) {
        self.init(
            bytes: Bytes(""), before: 0, fileIndex: 0, fileOffset: 0, firstLine: 0,
            years: YearWindow(start: 0), sequence: 0)
        self.pieces = pieces
    }
}

extension Bytes {
    /// Offset of the line that contains the byte at `position`.
    @inlinable package func lineStart(before position: Int) -> Int {
        prefix(position).lastIndex(of: 10).map { $0 + 1 } ?? 0
    }

    /// Offset of the newline of the line that contains the byte at `position`; the count of bytes if it has none.
    @inlinable @inline(__always)
    package func lineEnd(after position: Int) -> Int { firstIndex(of: 10, from: position) ?? count }

    /// Lines without their newlines, with their offsets.
    var lines: Lines { Lines(bytes: self) }

    struct Lines: Sequence, IteratorProtocol {
        let bytes: Bytes
        private var offset = 0

        init(bytes: Bytes) { self.bytes = bytes }

        mutating func next() -> (offset: Int, line: Bytes)? {
            guard offset < bytes.count else { return nil }
            let start = offset
            let end = bytes.lineEnd(after: start)
            offset = end + 1
            return (start, bytes[start..<end])
        }
    }

    /// Number of lines that begin here. A line that was cut for its length has no newline.
    package var begunLineCount: Int { lineCount + (isEmpty || self[count - 1] == 10 ? 0 : 1) }

    /// Number of newlines.
    package var lineCount: Int {
        var total = 0
        var position = 0
        // Eight bytes at a time: the highest bit of each byte becomes 1 if the byte is a newline.
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        while count - position >= 8 {
            let bytes =
                UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self) ^ 0x0A0A_0A0A_0A0A_0A0A
            total += (~(((bytes & low) &+ low) | bytes | low)).nonzeroBitCount
            position += 8
        }
        while position < count {
            if base[position] == 10 { total += 1 }
            position += 1
        }
        return total
    }
}
