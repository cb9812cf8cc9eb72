import MailLog
import QuerySyntax

/// `count()`: the number of rows; `count(x)`: the number of rows with `x`.
enum CountAggregate {
    static let form = Aggregate.form(
        "count", [ArgumentRule("x", .any, optional: true)], isStage: true,
        summary: "the number of rows, or of rows in which x is not missing",
        examples: ["groupby process | count", "stats n=count(), with_relay=count(relay)"]
    ) { (call, _) throws(Diagnostic) in
        ResolvedAggregate(
            .integer, of: call.arguments, empty: .integer(0), isExtensive: true,
            state: Count(countsPresent: !call.arguments.isEmpty))
    }
}

struct Count: GroupState {
    let countsPresent: Bool
    var count = 0

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        if !countsPresent || !inputs[0].isMissing { count &+= 1 }
        return 0
    }

    mutating func merge(_ other: Count) -> Int {
        count &+= other.count
        return 0
    }

    func result(_ arena: Arena) -> Value { .integer(count) }
}
