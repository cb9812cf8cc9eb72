import MailLog

/// Short keys that are looked up together. In a table larger than the processor's caches, each look-up waits for
/// memory. The waits of a batch overlap.
struct KeyBatch: ~Copyable {
    static let capacity = 32
    private static let room = 64

    private struct Entry {
        var length = 0
        var order: UInt64 = 0
        var hash: UInt64 = 0
        var group = 0
    }

    private let keys = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * room)
    private let entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    private(set) var count = 0
    /// Never read. Stops the optimiser from removing the prefetch.
    private var touched = 0

    init() { entries.initialize(repeating: Entry(), count: KeyBatch.capacity) }

    deinit {
        keys.deallocate()
        entries.deallocate()
    }

    var isFull: Bool { count == KeyBatch.capacity }

    /// Adds a key. `text` has at most `KeyCodec.shortText` bytes.
    mutating func append(_ text: Bytes, ignoresCase: Bool, order: UInt64) {
        let key = KeyCodec.write(short: text, ignoresCase: ignoresCase, to: keys + count * KeyBatch.room)
        entries[count] = Entry(length: key.count, order: order)
        count += 1
    }

    /// Finds the groups of all keys, and makes those of new keys.
    mutating func lookUp(in table: inout GroupTable) {
        for index in 0..<count {
            entries[index].hash = table.hash(key(index))
            // Prefetches the record.
            touched &+= table.likelyGroup(ofHash: entries[index].hash)
        }
        for index in 0..<count {
            entries[index].group = table.group(key(index), hash: entries[index].hash)
        }
    }

    @inline(__always)
    private func key(_ index: Int) -> Bytes {
        Bytes(UnsafePointer(keys + index * KeyBatch.room), count: entries[index].length)
    }

    /// Passes the groups to `body`, in the order of the keys, and empties the batch.
    mutating func take(_ body: (_ group: Int, _ order: UInt64) -> Void) {
        for index in 0..<count { body(entries[index].group, entries[index].order) }
        count = 0
    }
}
