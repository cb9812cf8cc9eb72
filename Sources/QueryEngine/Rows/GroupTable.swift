import MailLog

/// Hash table from keys to group numbers 0, 1, … (open addressing). The keys are stored in an arena.
///
/// A key is the concatenation of its values. Each value is its kind (u8), followed by
///     text     u32 length, bytes            (lower-cased where the column ignores case)
///     list     u32 count, elements
///     others   u32 UTC offset, u64 payload
struct GroupTable: ~Copyable {
    private struct Bucket {
        var hash: UInt64 = 0
        /// nil if the bucket is free.
        var record: Record?
    }

    /// Group number (u32), key length (u32) and key, adjacent in memory: a look-up touches one bucket and one record.
    private struct Record {
        let address: UnsafeMutableRawPointer
        static let head = 8

        @inline(__always)
        var group: Int { Int(address.load(as: UInt32.self)) }

        @inline(__always)
        var key: Bytes {
            Bytes(
                UnsafePointer((address + Record.head).assumingMemoryBound(to: UInt8.self)),
                count: Int(address.load(fromByteOffset: 4, as: UInt32.self)))
        }

        init(_ key: Bytes, group: Int, in storage: Arena) {
            address = storage.allocate(Record.head + key.count)
            address.storeBytes(of: UInt32(group), as: UInt32.self)
            address.storeBytes(of: UInt32(key.count), toByteOffset: 4, as: UInt32.self)
            (address + Record.head).copyMemory(from: key.base, byteCount: key.count)
        }
    }

    private var buckets: UnsafeMutablePointer<Bucket>
    private var mask: Int
    private var records: [Record] = []
    private let storage = Arena(blockSize: 64 * 1024)

    private static let seed = UInt64.random(in: .min ... .max)
    /// Copy of the static seed, for speed.
    private let seed = GroupTable.seed

    init() {
        mask = 255
        buckets = .allocate(capacity: 256)
        buckets.initialize(repeating: Bucket(), count: 256)
    }

    deinit { buckets.deallocate() }

    var count: Int { records.count }

    var keyBytes: Int { storage.usedBytes }

    /// Estimated bytes held.
    var footprint: Int { keyBytes + (mask + 1) * 16 + records.capacity * 8 }

    func key(_ group: Int) -> Bytes { records[group].key }

    /// Returns the group of a key. A new key gets a group if `mayGrow`, else -1.
    mutating func group(_ key: Bytes, mayGrow: Bool = true) -> Int {
        group(key, hash: hash(key), mayGrow: mayGrow)
    }

    @inline(__always)
    mutating func group(_ key: Bytes, hash: UInt64, mayGrow: Bool = true) -> Int {
        let (index, group) = look(for: key, hash)
        if group >= 0 { return group }
        guard mayGrow else { return -1 }
        let record = Record(key, group: records.count, in: storage)
        records.append(record)
        buckets[index] = Bucket(hash: hash, record: record)
        if records.count * 4 > mask * 3 { growBuckets() }
        return records.count - 1
    }

    /// Hash with a random seed, so that senders of mail cannot provoke collisions. All tables of the process share the
    /// seed.
    @inline(__always)
    func hash(_ key: Bytes) -> UInt64 { key.hash(seed: seed) }

    /// Returns the group in the first bucket of a hash, or -1. Used to prefetch the memory of many keys before their
    /// look-up.
    @inline(__always)
    func likelyGroup(ofHash hash: UInt64) -> Int {
        buckets[Int(truncatingIfNeeded: hash) & mask].record?.group ?? -1
    }

    func find(_ key: Bytes) -> Int {
        look(for: key, hash(key)).group
    }

    /// Returns the bucket of the key, or the free bucket for it with group -1.
    @inline(__always)
    private func look(for key: Bytes, _ hash: UInt64) -> (index: Int, group: Int) {
        var index = Int(truncatingIfNeeded: hash) & mask
        while let record = buckets[index].record {
            if buckets[index].hash == hash, record.key.isSame(as: key) { return (index, record.group) }
            index = (index + 1) & mask
        }
        return (index, -1)
    }

    private mutating func growBuckets() {
        let (old, count) = (buckets, mask + 1)
        mask = count * 2 - 1
        buckets = .allocate(capacity: count * 2)
        buckets.initialize(repeating: Bucket(), count: count * 2)
        for bucket in UnsafeBufferPointer(start: old, count: count) where bucket.record != nil {
            var index = Int(truncatingIfNeeded: bucket.hash) & mask
            while buckets[index].record != nil { index = (index + 1) & mask }
            buckets[index] = bucket
        }
        old.deallocate()
    }
}

enum KeyCodec {
    /// Maximum length of a text whose key is made on the stack.
    static let shortText = 56

    /// Lends the key of a short text, made on the stack.
    @inline(__always)
    static func withKey<Result>(ofShort text: Bytes, ignoresCase: Bool, _ body: (Bytes) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { key in
            body(write(short: text, ignoresCase: ignoresCase, to: key.baseAddress.unsafelyUnwrapped))
        }
    }

    /// Writes the key of a short text to a buffer of 64 bytes.
    @inline(__always)
    static func write(short text: Bytes, ignoresCase: Bool, to base: UnsafeMutablePointer<UInt8>) -> Bytes {
        UnsafeMutableRawPointer(base).storeBytes(of: head(.text, UInt32(text.count)), as: UInt64.self)
        copy(text, to: base + 5)
        if ignoresCase {
            for index in 5..<5 + text.count { base[index] = base[index].asciiLowercased }
        }
        return Bytes(base, count: 5 + text.count)
    }

    /// Fast copy for texts of 8 to 16 bytes, the most frequent lengths: two overlapping words.
    @inline(__always)
    private static func copy(_ text: Bytes, to target: UnsafeMutablePointer<UInt8>) {
        guard (8...16).contains(text.count) else {
            return target.update(from: text.base, count: text.count)
        }
        let (from, to) = (UnsafeRawPointer(text.base), UnsafeMutableRawPointer(target))
        let rest = text.count - 8
        let last = from.loadUnaligned(fromByteOffset: rest, as: UInt64.self)
        to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
        to.storeBytes(of: last, toByteOffset: rest, as: UInt64.self)
    }

    static func append(_ value: Value, ignoresCase: Bool, to bytes: inout [UInt8]) {
        switch value.kind {
        case .text:
            let text = value.bytes
            append(value.kind, UInt32(text.count), to: &bytes)
            let buffer = UnsafeBufferPointer(start: text.base, count: text.count)
            let start = bytes.count
            bytes.append(contentsOf: buffer)
            if ignoresCase {
                for index in start..<bytes.count { bytes[index] = bytes[index].asciiLowercased }
            }
        case .list:
            append(value.kind, UInt32(value.elements.count), to: &bytes)
            for element in value.elements { append(element, ignoresCase: ignoresCase, to: &bytes) }
        default:
            append(value.kind, value.extra, to: &bytes)
            withUnsafeBytes(of: value.bits) { bytes.append(contentsOf: $0) }
        }
    }

    /// Kind and number, the first five bytes of each value.
    @inline(__always)
    private static func head(_ kind: Value.Kind, _ number: UInt32) -> UInt64 {
        UInt64(kind.rawValue) | UInt64(number) << 8
    }

    @inline(__always)
    private static func append(_ kind: Value.Kind, _ number: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: head(kind, number)) {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<5]))
        }
    }

    /// Returns the text of a key that consists of one text. It points into `bytes`.
    @inline(__always)
    static func text(_ bytes: Bytes) -> Value { .text(bytes.dropFirst(5)) }

    /// Decodes one value. Its text points into `bytes`, its list is made in `arena`.
    static func next(_ bytes: Bytes, at offset: inout Int, arena: Arena) -> Value {
        let base = UnsafeRawPointer(bytes.base)
        let kind = Value.Kind(rawValue: bytes[offset]) ?? .missing
        let extra = base.loadUnaligned(fromByteOffset: offset + 1, as: UInt32.self)
        offset += 5
        switch kind {
        case .text:
            defer { offset += Int(extra) }
            return .text(bytes[offset..<offset + Int(extra)])
        case .list:
            var elements: [Value] = []
            for _ in 0..<extra { elements.append(next(bytes, at: &offset, arena: arena)) }
            return arena.list(elements)
        default:
            defer { offset += 8 }
            return Value(
                bits: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self), extra: extra, kind: kind)
        }
    }
}
