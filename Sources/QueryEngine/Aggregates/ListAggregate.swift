import MailLog
import QuerySyntax

/// `list(x)`: every value, in the order of the log.
enum ListAggregate {
    static let form = Aggregate.form(
        "list", [ArgumentRule("x", .any)],
        summary: "every value of x, in the order of the log",
        details: "`values` gives each different value once.",
        examples: ["filter status=* | stats list(status) by queue_id"]
    ) { (call, _) throws(Diagnostic) in
        ResolvedAggregate(.list(call[0].type), of: call.arguments, usesOrder: true) {
            GroupStates(Sequence())
        }
    }
}

private struct Sequence: GroupState {
    var entries: [(order: UInt64, value: KeptValue)] = []

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        if inputs[0].isMissing { return 0 }
        let value = KeptValue(inputs[0])
        entries.append((order, value))
        return MemoryLayout<(UInt64, KeptValue)>.stride + value.heldBytes
    }

    mutating func merge(_ other: Sequence) -> Int {
        entries.append(contentsOf: other.entries)
        return other.entries.reduce(0) { $0 + MemoryLayout<(UInt64, KeptValue)>.stride + $1.value.heldBytes }
    }

    func result(_ arena: Arena) -> Value {
        guard !entries.isEmpty else { return .missing }
        return arena.list(entries.sorted { $0.order < $1.order }.map { $0.value.copy(to: arena) })
    }
}
