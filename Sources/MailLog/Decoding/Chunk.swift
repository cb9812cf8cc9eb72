/// Some whole lines of one file, in a block that belongs to the thread that asked for them.
package struct Chunk: @unchecked Sendable {
    // The thread that asked for it is the only one that has it.
    package let bytes: Bytes
    /// How many bytes of the file stand in memory in front of those: as many as `lookback`, if there are so
    /// many.
    package let before: Int
    package let fileIndex: Int
    /// Where the bytes stand in the file (in what it decompresses to), which is also their place in every
    /// order.
    package let fileOffset: Int
    /// The number of the first line, where lines are numbered.
    package let firstLine: Int
    package let years: YearWindow
    /// The number of the chunk, without gaps, where chunks are handed out in order.
    package internal(set) var sequence: Int
    /// Its place among all that was read, where that is as it came (`--follow`) and not by file.
    package var arrival: UInt64?
    /// The pieces of several logs that it is put together of, in order; none where it is of one log.
    package private(set) var pieces: [Chunk] = []

    /// A line that says no more than that the one before it was repeated finds that one this near, or not at
    /// all.
    package static let lookback = 4 << 10

    /// Bits of an order that count bytes of a file; the others count files. Good for 262,144 files of 64 TB.
    static let offsetBits: UInt64 = 46
    static let fileLimit = 1 << (64 - offsetBits)

    /// Sorts lines as they were read: by file, then by place.
    package var order: UInt64 { arrival ?? UInt64(fileIndex) << Chunk.offsetBits | UInt64(fileOffset) }

    /// An order for `sample` to hash. The number of its file begins at bit 48, however many files there may be.
    package static func hashable(_ order: UInt64) -> UInt64 {
        (order >> offsetBits) << 48 | (order & ((1 << offsetBits) - 1))
    }

    /// The file of a line with that order.
    package static func fileIndex(ofOrder order: UInt64) -> Int { Int(order >> offsetBits) }
}

extension Chunk {
    /// Some lines of several logs.
    init(_ pieces: [Chunk]) {
        self.init(
            bytes: Bytes(""), before: 0, fileIndex: 0, fileOffset: 0, firstLine: 0,
            years: YearWindow(start: 0), sequence: 0)
        self.pieces = pieces
    }
}

extension Bytes {
    /// Where the line begins that the byte at this place belongs to.
    @inlinable package func lineStart(before place: Int) -> Int {
        prefix(place).lastIndex(of: 10).map { $0 + 1 } ?? 0
    }

    /// Where the line ends, its newline not included.
    @inlinable @inline(__always)
    package func lineEnd(after place: Int) -> Int { firstIndex(of: 10, from: place) ?? count }

    /// The lines without their newlines, with their offsets.
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

    /// The number of lines that begin here: one that was too long is cut off before its newline.
    package var begunLineCount: Int { lineCount + (isEmpty || self[count - 1] == 10 ? 0 : 1) }

    /// The number of newlines.
    package var lineCount: Int {
        var total = 0
        var place = 0
        // Eight bytes at a time: the highest bit of each byte is set where that byte is a newline.
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        while count - place >= 8 {
            let bytes = UnsafeRawPointer(base + place).loadUnaligned(as: UInt64.self) ^ 0x0A0A_0A0A_0A0A_0A0A
            total += (~(((bytes & low) &+ low) | bytes | low)).nonzeroBitCount
            place += 8
        }
        while place < count {
            if base[place] == 10 { total += 1 }
            place += 1
        }
        return total
    }
}
