import MailLog

/// State of an aggregate for one group. The result must not depend on the order of `add` and `merge`.
package protocol GroupState: Sendable {
    /// Adds a row, and returns the growth of the memory outside the state, in bytes.
    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int
    /// Adds another state, and returns the growth in bytes.
    mutating func merge(_ other: Self) -> Int
    func result(_ arena: Arena) -> Value
}

/// States of all groups of one thread.
final class GroupStates<State: GroupState>: Accumulator {
    // Allocated memory, because an array checks for shared storage on each write.
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

extension KeptValue {
    /// Replaces the value, and returns the growth of the memory in bytes.
    mutating func replace(with value: KeptValue) -> Int {
        let growth = value.heldBytes - heldBytes
        self = value
        return growth
    }
}

extension ResolvedAggregate {
    /// Creates an aggregate. `state` is the state of a group without rows; `empty` is the value of a bin without rows.
    init(
        _ type: ValueType, of inputs: [Typed], empty: Value = .missing, isExtensive: Bool = false,
        usesOrder: Bool = false, state: some GroupState
    ) {
        self.init(type, of: inputs, empty: empty, isExtensive: isExtensive, usesOrder: usesOrder) {
            GroupStates(state)
        }
    }
}
