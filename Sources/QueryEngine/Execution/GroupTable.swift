import MailLog

/// Maps keys to dense group numbers: an open-addressing table over key bytes that lie in blocks of their own.
///
/// A key of several values is one run of bytes; each value is its kind, then
///
///     text     u32 length, bytes            (lower-cased where the column ignores case)
///     others   u32 zone offset, u64 payload
struct GroupTable: ~Copyable {
    private var buckets: UnsafeMutablePointer<UInt32>
    private var mask: Int
    private var hashes: [UInt64] = []
    private var keys: [Bytes] = []
    private let storage = Arena(blockSize: 64 * 1024)
    private var storedBytes = 0

    private static let seed = UInt64.random(in: .min ... .max)

    init() {
        mask = 255
        buckets = .allocate(capacity: 256)
        buckets.initialize(repeating: 0, count: 256)
    }

    deinit { buckets.deallocate() }

    var count: Int { keys.count }

    /// Bytes held, roughly.
    var footprint: Int { storedBytes + (mask + 1) * 4 + keys.count * 32 }

    func key(_ group: Int) -> Bytes { keys[group] }

    /// The group of a key, made if it is new and `mayGrow`; -1 where it is new and may not be made.
    mutating func group(_ key: Bytes, mayGrow: Bool = true) -> Int {
        let hash = GroupTable.hash(key)
        var bucket = Int(truncatingIfNeeded: hash) & mask
        while buckets[bucket] != 0 {
            let group = Int(buckets[bucket]) - 1
            if hashes[group] == hash, keys[group] == key { return group }
            bucket = (bucket + 1) & mask
        }
        guard mayGrow else { return -1 }
        keys.append(storage.text(key).bytes)
        storedBytes += (key.count + 15) & ~15
        hashes.append(hash)
        buckets[bucket] = UInt32(truncatingIfNeeded: keys.count)
        if keys.count * 2 > mask { growBuckets() }
        return keys.count - 1
    }

    /// The group of a key, or -1.
    func find(_ key: Bytes) -> Int {
        let hash = GroupTable.hash(key)
        var bucket = Int(truncatingIfNeeded: hash) & mask
        while buckets[bucket] != 0 {
            let group = Int(buckets[bucket]) - 1
            if hashes[group] == hash, keys[group] == key { return group }
            bucket = (bucket + 1) & mask
        }
        return -1
    }

    private mutating func growBuckets() {
        buckets.deallocate()
        let capacity = (mask + 1) * 2
        mask = capacity - 1
        buckets = .allocate(capacity: capacity)
        buckets.initialize(repeating: 0, count: capacity)
        for (group, hash) in hashes.enumerated() {
            var bucket = Int(truncatingIfNeeded: hash) & mask
            while buckets[bucket] != 0 { bucket = (bucket + 1) & mask }
            buckets[bucket] = UInt32(truncatingIfNeeded: group + 1)
        }
    }

    /// Seeded: senders of mail cannot aim at one bucket.
    static func hash(_ key: Bytes) -> UInt64 { key.hash(seed: seed) }
}

/// Writes key values as bytes and reads them back.
enum KeyCodec {
    static func append(_ value: Value, ignoresCase: Bool, to bytes: inout [UInt8]) {
        switch value.kind {
        case .text:
            let text = value.bytes
            append(value.kind, UInt32(text.count), to: &bytes)
            let buffer = UnsafeBufferPointer(start: text.base, count: text.count)
            let start = bytes.count
            bytes.append(contentsOf: buffer)
            if ignoresCase {
                for place in start..<bytes.count { bytes[place] = bytes[place].asciiLowercased }
            }
        case .list:
            append(value.kind, UInt32(value.elements.count), to: &bytes)
            for element in value.elements { append(element, ignoresCase: ignoresCase, to: &bytes) }
        default:
            append(value.kind, value.extra, to: &bytes)
            withUnsafeBytes(of: value.bits) { bytes.append(contentsOf: $0) }
        }
    }

    @inline(__always)
    private static func append(_ kind: Value.Kind, _ number: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(kind.rawValue) | UInt64(number) << 8) {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<5]))
        }
    }

    /// Reads one value; its text points into `bytes`, its list lives in `arena`.
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
