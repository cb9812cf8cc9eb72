import MailLog
import QuerySyntax

/// `list(x)`: all values, in the order of the log.
enum ListAggregate {
    static let form = Aggregate.form(
        "list", [ArgumentRule("x", .any)],
        summary: "the list of all values of x, in the order of the log",
        details: "`values` lists each different value once.",
        examples: ["filter status=* | stats list(status) by queue_id"]
    ) { (call, _) throws(Diagnostic) in
        ResolvedAggregate(.list(call[0].type), of: call.arguments, usesOrder: true, state: Sequence())
    }
}

private struct Sequence: GroupState {
    var entries: [(order: UInt64, value: KeptValue)] = []

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        if inputs[0].isMissing { return 0 }
        let before = entries.capacity
        let value = KeptValue(inputs[0])
        entries.append((order, value))
        return (entries.capacity - before) * Sequence.entry + Sequence.cost(value)
    }

    mutating func merge(_ other: Sequence) -> Int {
        let before = entries.capacity
        entries.append(contentsOf: other.entries)
        return other.entries.reduce((entries.capacity - before) * Sequence.entry) {
            $0 + Sequence.cost($1.value)
        }
    }

    private static let entry = MemoryLayout<(UInt64, KeptValue)>.stride

    /// Estimated bytes of a value, with its copies in the sorted list, in the output row and in its text.
    private static func cost(_ value: KeptValue) -> Int { value.heldBytes * 3 + entry * 3 }

    func result(_ arena: Arena) -> Value {
        guard !entries.isEmpty else { return .missing }
        return arena.list(entries.sorted { $0.order < $1.order }.map { $0.value.copy(to: arena) })
    }
}
