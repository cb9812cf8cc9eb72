import MailLog

/// Maps keys to dense group numbers: an open-addressing table over key bytes that lie in blocks of their own.
///
/// A key of several values is one run of bytes; each value is its kind, then
///
///     text     u32 length, bytes            (lower-cased where the column ignores case)
///     others   u32 zone offset, u64 payload
struct GroupTable: ~Copyable {
    /// The number of the group after this one, or 0, and above it half of the hash.
    private var buckets: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private var hashes: [UInt64] = []
    private var keys: [Bytes] = []
    private let storage = Arena(blockSize: 64 * 1024)
    private var storedBytes = 0

    private static let seed = UInt64.random(in: .min ... .max)
    /// The same, at hand.
    private let seed = GroupTable.seed

    init() {
        mask = 255
        buckets = .allocate(capacity: 256)
        buckets.initialize(repeating: 0, count: 256)
    }

    deinit { buckets.deallocate() }

    var count: Int { keys.count }

    /// Bytes held, roughly.
    var footprint: Int { storedBytes + (mask + 1) * 8 + keys.count * 32 }

    func key(_ group: Int) -> Bytes { keys[group] }

    /// The group of a key, made if it is new and `mayGrow`; -1 where it is new and may not be made.
    mutating func group(_ key: Bytes, mayGrow: Bool = true) -> Int {
        let hash = key.hash(seed: seed)
        let (place, group) = look(for: key, hash)
        if group >= 0 { return group }
        guard mayGrow else { return -1 }
        keys.append(storage.text(key).bytes)
        storedBytes += (key.count + 15) & ~15
        hashes.append(hash)
        buckets[place] = GroupTable.bucket(keys.count, hash)
        if keys.count * 2 > mask { growBuckets() }
        return keys.count - 1
    }

    /// The group of a key, or -1.
    func find(_ key: Bytes) -> Int {
        look(for: key, key.hash(seed: seed)).group
    }

    /// Where the key is or would be, and its group or -1.
    @inline(__always)
    private func look(for key: Bytes, _ hash: UInt64) -> (place: Int, group: Int) {
        var place = Int(truncatingIfNeeded: hash) & mask
        while buckets[place] != 0 {
            let group = Int(truncatingIfNeeded: buckets[place] & 0xFFFF_FFFF) - 1
            if buckets[place] >> 32 == hash >> 32, keys[group].isSame(as: key) { return (place, group) }
            place = (place + 1) & mask
        }
        return (place, -1)
    }

    @inline(__always)
    private static func bucket(_ next: Int, _ hash: UInt64) -> UInt64 {
        hash & ~0xFFFF_FFFF | UInt64(truncatingIfNeeded: next)
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
            buckets[bucket] = GroupTable.bucket(group + 1, hash)
        }
    }

    /// Seeded: senders of mail cannot aim at one bucket.
    static func hash(_ key: Bytes) -> UInt64 { key.hash(seed: seed) }
}

/// Writes key values as bytes and reads them back.
enum KeyCodec {
    /// Texts up to here make short keys.
    static let shortText = 56

    /// The key of a short text, made where no memory is allocated for it.
    @inline(__always)
    static func withKey<Result>(ofShort text: Bytes, ignoresCase: Bool, _ body: (Bytes) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { key in
            let base = key.baseAddress.unsafelyUnwrapped
            UnsafeMutableRawPointer(base).storeBytes(of: head(.text, UInt32(text.count)), as: UInt64.self)
            copy(text, to: base + 5)
            if ignoresCase {
                for place in 5..<5 + text.count { base[place] = base[place].asciiLowercased }
            }
            return body(Bytes(base, count: 5 + text.count))
        }
    }

    /// Most are of eight to sixteen bytes: their first eight and their last eight.
    @inline(__always)
    private static func copy(_ text: Bytes, to place: UnsafeMutablePointer<UInt8>) {
        guard (8...16).contains(text.count) else {
            return place.update(from: text.base, count: text.count)
        }
        let (from, to) = (UnsafeRawPointer(text.base), UnsafeMutableRawPointer(place))
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

    /// What every value begins with, in its first five bytes.
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
