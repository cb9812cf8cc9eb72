import MailLog

/// What an aggregate keeps of one group. Adding in any order, and merging in any order, gives the same result.
package protocol GroupState: SendableMetatype {
    /// Adds a row, and returns how many bytes more it holds outside of itself.
    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int
    mutating func merge(_ other: Self) -> Int
    func result(_ arena: Arena) -> Value
}

/// The states of all groups of one thread, side by side.
final class GroupStates<State: GroupState>: Accumulator {
    // Memory of its own, as an array would be asked for each row whether it is shared.
    private var states: UnsafeMutablePointer<State>
    private var count = 0
    private var capacity = 16
    private let empty: State
    private var held = 0

    init(_ empty: State) {
        self.empty = empty
        states = .allocate(capacity: capacity)
    }

    deinit {
        states.deinitialize(count: count)
        states.deallocate()
    }

    func grow(to groups: Int) {
        if groups > capacity {
            capacity = max(groups, 2 * capacity)
            let larger = UnsafeMutablePointer<State>.allocate(capacity: capacity)
            larger.moveInitialize(from: states, count: count)
            states.deallocate()
            states = larger
        }
        (states + count).initialize(repeating: empty, count: groups - count)
        count = groups
    }

    func add(_ inputs: UnsafePointer<Value>, order: UInt64, to group: Int) {
        held &+= states[group].add(inputs, order: order)
    }

    func merge(_ other: GroupStates<State>, into groups: [Int], while goesOn: () -> Bool) {
        for (from, group) in groups.enumerated() {
            if from & 1023 == 0, !goesOn() { return }
            held &+= states[group].merge(other.states[from])
        }
    }

    func result(of group: Int, arena: Arena) -> Value { states[group].result(arena) }

    var footprint: Int { capacity * MemoryLayout<State>.stride + held }
}

/// A value that outlives its row.
struct KeptValue {
    private var value: Value
    /// What a text or a list was, as `KeyCodec` writes it.
    private var bytes: [UInt8] = []

    init(_ value: Value) {
        self.value = value
        if value.kind == .text || value.kind == .list {
            KeyCodec.append(value, ignoresCase: false, to: &bytes)
        }
    }

    static let missing = KeptValue(.missing)

    var isMissing: Bool { value.isMissing }
    var heldBytes: Int { bytes.capacity }

    func copy(to arena: Arena) -> Value {
        guard !bytes.isEmpty else { return value }
        return bytes.withUnsafeBufferPointer { buffer in
            var offset = 0
            return arena.copy(
                KeyCodec.next(
                    Bytes(buffer.baseAddress.unsafelyUnwrapped, count: buffer.count), at: &offset,
                    arena: arena))
        }
    }

    /// How it compares with a value, as `Ordering` has it.
    func compare(_ other: Value, ignoresCase: Bool) -> Int {
        switch value.kind {
        case .text:
            return bytes.withUnsafeBufferPointer { buffer in
                let text = Bytes(buffer.baseAddress.unsafelyUnwrapped + 5, count: buffer.count - 5)
                return order(.text(text), other, ignoresCase)
            }
        case .list: return order(copy(to: Arena(blockSize: 256)), other, ignoresCase)
        default: return Ordering.compare(value, other)
        }
    }

    func compare(_ other: KeptValue, ignoresCase: Bool) -> Int {
        guard !other.bytes.isEmpty else { return compare(other.value, ignoresCase: ignoresCase) }
        return compare(other.copy(to: Arena(blockSize: 256)), ignoresCase: ignoresCase)
    }

    /// Texts that differ only in case still have an order, so that which of them is shown is no accident.
    private func order(_ a: Value, _ b: Value, _ ignoresCase: Bool) -> Int {
        let order = Ordering.compare(a, b, ignoresCase: ignoresCase)
        return order != 0 || !ignoresCase ? order : Ordering.compare(a, b)
    }
}

extension Arena {
    /// A copy of a value and of all that it points to.
    func copy(_ value: Value) -> Value {
        switch value.kind {
        case .text: text(value.bytes)
        case .list: list(value.elements.map(copy))
        default: value
        }
    }
}
