/// Memory that one thread reads one chunk after another into.
package final class Block {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int

    package init() {
        capacity = ChunkReader.blockSize + ChunkReader.blockSlack
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// Makes room for so many bytes; the first `count` stay.
    func reserve(_ size: Int, keeping count: Int) {
        guard size > capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
        capacity = size
    }
}
