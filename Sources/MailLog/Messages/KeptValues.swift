/// Arena of one message for values that outlive their lines. A kept text contains an offset, not an address, so that
/// the memory can move when it grows:
///
///     bits     u32 offset, u32 reserved bytes    (for other kinds: the value itself)
///     extra    byte count
struct KeptValues: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>?
    private var count = 0
    private(set) var capacity = 0

    /// Maximum size in bytes. At the limit, a message keeps its old values.
    private static let limit = 1 << 30

    deinit { base?.deallocate() }

    /// Keeps a value, and returns its kept form. Overwrites `old` if the new text fits into its reserved bytes.
    mutating func keep(_ value: Value, over old: Value = .missing) -> Value {
        guard value.kind == .text else { return value.kind == .list ? .missing : value }
        let text = value.bytes
        var place = count
        var room = text.count
        if old.kind == .text {
            place = Int(old.bits & 0xFFFF_FFFF)
            room = Int(old.bits >> 32)
            if text.count > room {
                // Reserve twice the length: a text that grows repeatedly then wastes at most a constant factor.
                place = count
                room = text.count * 2
            }
        }
        if place + room > capacity, !grow(to: place + room) { return old }
        if let base { (base + place).update(from: text.base, count: text.count) }
        count = max(count, place + room)
        return Value(
            bits: UInt64(place) | UInt64(room) << 32, extra: UInt32(text.count), kind: .text)
    }

    private mutating func grow(to size: Int) -> Bool {
        guard size <= KeptValues.limit else { return false }
        let larger = max(size, capacity * 2, 96)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memory.initialize(repeating: 0, count: larger)
        if let base {
            memory.update(from: base, count: count)
            base.deallocate()
        }
        base = memory
        capacity = larger
        return true
    }

    /// Returns the original value. Its text is valid until the next call of `keep`.
    func lend(_ kept: Value) -> Value {
        guard kept.kind == .text else { return kept }
        guard let base else { return .text(Bytes("")) }
        return .text(Bytes(UnsafePointer(base + Int(kept.bits & 0xFFFF_FFFF)), count: Int(kept.extra)))
    }
}
