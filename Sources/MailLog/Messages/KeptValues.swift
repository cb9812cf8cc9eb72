/// Memory of one message for values that outlive their lines. A kept text is no address but a place:
///
///     bits     u32 place, u32 room behind it    (of other kinds the value itself)
///     extra    byte count
///
/// so that the memory may grow.
struct KeptValues: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>?
    private var count = 0
    private(set) var capacity = 0

    /// Where texts end; a message that needs more keeps what it has.
    private static let limit = 1 << 30

    deinit { base?.deallocate() }

    /// Keeps a value in the place of another one, or beside what there is.
    mutating func keep(_ value: Value, over old: Value = .missing) -> Value {
        guard value.kind == .text else { return value.kind == .list ? .missing : value }
        let text = value.bytes
        var place = count
        var room = text.count
        if old.kind == .text {
            place = Int(old.bits & 0xFFFF_FFFF)
            room = Int(old.bits >> 32)
            if text.count > room {
                // Twice the room, so that a text which goes on growing costs no more than that.
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

    /// A kept value as it was; its text lives until the next one is kept.
    func lend(_ kept: Value) -> Value {
        guard kept.kind == .text else { return kept }
        guard let base else { return .text(Bytes("")) }
        return .text(Bytes(UnsafePointer(base + Int(kept.bits & 0xFFFF_FFFF)), count: Int(kept.extra)))
    }
}
