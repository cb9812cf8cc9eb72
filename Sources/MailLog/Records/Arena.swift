/// Memory for texts and lists that are made for one row (a lower-cased address, a normalised reason). It is
/// reset before the next row, so that a streaming query allocates nothing as it goes.
package final class Arena {
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private var block = 0
    private var used = 0
    private let blockSize: Int
    /// Bytes allocated since the last reset.
    package private(set) var usedBytes = 0

    package init(blockSize: Int = 16 * 1024) { self.blockSize = blockSize }

    /// Runs `body` with an arena that lives exactly as long: nothing in it may be part of the result.
    ///
    /// An arena is either a stored property of what reads its values, or made here. An arena that is a temporary or a
    /// local variable may be freed after its last use, while values still point into it.
    package static func temporary<Result, Failure: Error>(
        _ body: (Arena) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let arena = Arena(blockSize: 256)
        return try withExtendedLifetime(arena) { () throws(Failure) in try body(arena) }
    }

    deinit { for block in blocks { block.deallocate() } }

    /// Bytes held, used or not.
    package var capacity: Int { blocks.reduce(0) { $0 + $1.count } }

    /// Forgets everything. Memory beyond the first block is kept for the next row.
    package func reset() {
        block = 0
        used = 0
        usedBytes = 0
    }

    package func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        let size = (count + 7) & ~7
        usedBytes += size
        while block < blocks.count {
            if used + size <= blocks[block].count {
                defer { used += size }
                return blocks[block].baseAddress.unsafelyUnwrapped + used
            }
            block += 1
            used = 0
        }
        blocks.append(.allocate(byteCount: max(blockSize, size), alignment: 16))
        used = size
        return blocks[block].baseAddress.unsafelyUnwrapped
    }

    /// A copy of the bytes that lives until the next reset.
    package func text(_ bytes: some Collection<UInt8>) -> Value {
        let memory = allocate(max(1, bytes.count))
        let buffer = UnsafeMutableRawBufferPointer(start: memory, count: bytes.count)
        buffer.copyBytes(from: bytes)
        return .text(Bytes(UnsafePointer(memory.assumingMemoryBound(to: UInt8.self)), count: bytes.count))
    }

    package func text(_ bytes: Bytes) -> Value {
        text(UnsafeBufferPointer(start: bytes.base, count: bytes.count))
    }

    package func text(_ string: String) -> Value { text(string.utf8) }

    /// A list of values; texts among them keep the owner that they have.
    package func list(_ values: [Value]) -> Value {
        let memory = allocate(max(1, values.count * MemoryLayout<Value>.stride))
            .bindMemory(to: Value.self, capacity: values.count)
        for (index, value) in values.enumerated() { memory[index] = value }
        return .list(UnsafeBufferPointer(start: memory, count: values.count))
    }
}
