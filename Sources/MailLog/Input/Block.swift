/// Memory into which one thread reads its chunks. Large blocks are aligned to pages: some kernels copy five times as
/// slowly to other addresses, such as those of `malloc`.
package final class Block {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int

    package init(capacity: Int = ChunkReader.blockSize + ChunkReader.blockSlack) {
        self.capacity = capacity
        base = Block.memory(capacity)
    }

    /// Copies the first bytes into a block of that size.
    func copy(of count: Int) -> Block {
        let copy = Block(capacity: count)
        copy.base.update(from: base, count: count)
        return copy
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

    private static func memory(_ size: Int) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer.allocate(byteCount: size, alignment: size < ChunkReader.blockSize ? 16 : 4096)
            .bindMemory(
                to: UInt8.self, capacity: size)
    }

    /// All bytes of the block.
    package var memory: Bytes { Bytes(UnsafePointer(base), count: capacity) }

    /// Enlarges the block if necessary, and keeps its first `count` bytes.
    func reserve(_ size: Int, keeping count: Int) {
        guard size > capacity else { return }
        let larger = Block.memory(size)
        larger.update(from: base, count: count)
        UnsafeMutableRawPointer(base).deallocate()
        base = larger
        capacity = size
    }
}
