import MailLog

/// Short keys that wait to be looked up together. Each key of a table that the processor's caches do not hold costs
/// it some waits for memory, one after the other; of many keys at once they overlap.
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
    /// Nobody asks for it: it keeps the reading from being left out.
    private var touched = 0

    init() { entries.initialize(repeating: Entry(), count: KeyBatch.capacity) }

    deinit {
        keys.deallocate()
        entries.deallocate()
    }

    var isFull: Bool { count == KeyBatch.capacity }

    /// The text is no longer than `KeyCodec.shortText`.
    mutating func append(_ text: Bytes, ignoresCase: Bool, order: UInt64) {
        let key = KeyCodec.write(short: text, ignoresCase: ignoresCase, to: keys + count * KeyBatch.room)
        entries[count] = Entry(length: key.count, order: order)
        count += 1
    }

    /// Finds the groups of all keys, made where they are new.
    mutating func lookUp(in table: inout GroupTable) {
        for place in 0..<count {
            entries[place].hash = table.hash(key(place))
            // What this reads is then at hand.
            touched &+= table.likelyGroup(ofHash: entries[place].hash)
        }
        for place in 0..<count {
            entries[place].group = table.group(key(place), hash: entries[place].hash)
        }
    }

    @inline(__always)
    private func key(_ place: Int) -> Bytes {
        Bytes(UnsafePointer(keys + place * KeyBatch.room), count: entries[place].length)
    }

    /// Hands on what `lookUp` found, in the order of the keys, and forgets them.
    mutating func take(_ body: (_ group: Int, _ order: UInt64) -> Void) {
        for place in 0..<count { body(entries[place].group, entries[place].order) }
        count = 0
    }
}
