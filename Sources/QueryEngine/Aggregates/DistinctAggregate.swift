import MailLog
import QuerySyntax

/// `dcount(x)` and `values(x)`: the number of different values, and their list.
enum DistinctAggregate {
    static let dcount = Aggregate.form(
        "dcount", aliases: ["count_distinct"], [ArgumentRule("x", .any)], isStage: true,
        summary: "the exact number of different values of x",
        details:
            "Addresses, domains and hosts that differ only in case count as equal. For millions of values, "
            + "`approx_dcount` needs much less memory.",
        examples: ["dcount queue_id by day", "stats senders=dcount(from) by client_ip"]
    ) { (call, _) throws(Diagnostic) in
        let ignoresCase = call[0].type.ignoresCase
        return ResolvedAggregate(.integer, of: call.arguments, empty: .integer(0)) {
            DistinctValues(ignoresCase: ignoresCase, shows: false)
        }
    }

    static let values = Aggregate.form(
        "values", [ArgumentRule("x", .any)], isStage: true,
        summary: "the sorted list of different values of x",
        examples: ["values status by relay_name"]
    ) { (call, _) throws(Diagnostic) in
        let ignoresCase = call[0].type.ignoresCase
        return ResolvedAggregate(.list(call[0].type), of: call.arguments) {
            DistinctValues(ignoresCase: ignoresCase, shows: true)
        }
    }
}

/// Different values of all groups, in one table. A key is the number of the group followed by the value.
private final class DistinctValues: Accumulator {
    private var table = GroupTable()
    private var counts: [Int] = []
    private let ignoresCase: Bool
    private let shows: Bool
    private var key: [UInt8] = []
    /// Keys of each group; computed for the first result.
    private var members: [[Int]]?

    init(ignoresCase: Bool, shows: Bool) {
        self.ignoresCase = ignoresCase
        self.shows = shows
    }

    func grow(to groups: Int) { counts.append(contentsOf: repeatElement(0, count: groups - counts.count)) }

    func add(_ inputs: UnsafePointer<Value>, order: UInt64, to group: Int) {
        if inputs[0].isMissing { return }
        begin(group)
        KeyCodec.append(inputs[0], ignoresCase: ignoresCase, to: &key)
        insert(group)
    }

    func merge(_ other: DistinctValues, into groups: [Int], while goesOn: () -> Bool) {
        for index in 0..<other.table.count {
            if index & 1023 == 0, !goesOn() { return }
            let theirs = other.table.key(index)
            let group = groups[DistinctValues.group(of: theirs)]
            begin(group)
            key.append(contentsOf: UnsafeBufferPointer(start: theirs.base + 4, count: theirs.count - 4))
            insert(group)
        }
    }

    private func begin(_ group: Int) {
        key.removeAll(keepingCapacity: true)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: group)) { key.append(contentsOf: $0) }
    }

    private func insert(_ group: Int) {
        let before = table.count
        if table.group(key) == before {
            counts[group] += 1
            members = nil
        }
    }

    private static func group(of key: Bytes) -> Int {
        Int(UnsafeRawPointer(key.base).loadUnaligned(as: UInt32.self))
    }

    func result(of group: Int, arena: Arena) -> Value {
        guard shows else { return .integer(counts[group]) }
        if members == nil {
            var lists = counts.map { count in
                var list: [Int] = []
                list.reserveCapacity(count)
                return list
            }
            for index in 0..<table.count { lists[DistinctValues.group(of: table.key(index))].append(index) }
            members = lists
        }
        guard let found = members?[group], !found.isEmpty else { return .missing }
        let values = found.map { index -> Value in
            var offset = 4
            return KeyCodec.next(table.key(index), at: &offset, arena: arena)
        }
        return arena.list(values.sorted { Ordering.compare($0, $1) < 0 })
    }

    var footprint: Int { table.footprint + counts.capacity * 8 + (shows ? answerBytes : 0) }

    /// Estimated bytes of the sorted lists: copies of all keys, and the overhead of each key and group.
    private var answerBytes: Int { table.keyBytes * 2 + table.count * 80 + counts.count * 48 }
}
