/// Memory that one thread reads one chunk after another into. It begins with a page: into memory that lies 16 bytes
/// behind the start of one, as `malloc` gives it, the kernel of some processors copies five times as slowly.
package final class Block {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int

    package init(capacity: Int = ChunkReader.blockSize + ChunkReader.blockSlack) {
        self.capacity = capacity
        base = Block.memory(capacity)
    }

    /// A copy of the first bytes that takes no more memory than they do.
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

    /// All of it, whatever stands there.
    package var memory: Bytes { Bytes(UnsafePointer(base), count: capacity) }

    /// Makes room for so many bytes; the first `count` stay.
    func reserve(_ size: Int, keeping count: Int) {
        guard size > capacity else { return }
        let larger = Block.memory(size)
        larger.update(from: base, count: count)
        UnsafeMutableRawPointer(base).deallocate()
        base = larger
        capacity = size
    }
}
