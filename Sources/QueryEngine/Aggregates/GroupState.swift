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
