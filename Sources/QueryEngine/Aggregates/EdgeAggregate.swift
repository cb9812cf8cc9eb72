import MailLog
import QuerySyntax

/// `first(x)`, `last(x)` and `argmax(x, y)`: x of one row.
enum EdgeAggregate {
    static let first = form("first", "x of the first row with x, in the order of the log", -1)
    static let last = form("last", "x of the last row with x, in the order of the log", 1)

    private static func form(_ name: String, _ summary: String, _ sign: Int) -> Form<Aggregate> {
        Aggregate.form(
            name, [ArgumentRule("x", .any)], isStage: true, summary: summary,
            examples: ["\(name) time by queue_id", "stats \(name)(detail) by relay_name"]
        ) { (call, _) throws(Diagnostic) in
            ResolvedAggregate(call[0].type, of: call.arguments, usesOrder: true, state: Edge(sign: sign))
        }
    }

    static let argmax = Aggregate.form(
        "argmax", [ArgumentRule("x", .any), ArgumentRule("y", .any)],
        summary: "x of the row with the largest y",
        details: "If several rows have the largest y: x of the first of them, in the order of the log.",
        examples: ["stats slowest=argmax(queue_id, delay) by relay_name"]
    ) { (call, _) throws(Diagnostic) in
        ResolvedAggregate(
            call[0].type, of: call.arguments, usesOrder: true,
            state: Summit(ignoresCase: call[1].type.ignoresCase))
    }
}

private struct Edge: GroupState {
    let sign: Int
    var order: UInt64 = 0
    var kept = KeptValue.missing

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        guard !inputs[0].isMissing, isBeyond(order) else { return 0 }
        return keep(KeptValue(inputs[0]), order)
    }

    mutating func merge(_ other: Edge) -> Int {
        guard !other.kept.isMissing, isBeyond(other.order) else { return 0 }
        return keep(other.kept, other.order)
    }

    private func isBeyond(_ order: UInt64) -> Bool {
        kept.isMissing || (sign < 0 ? order < self.order : order > self.order)
    }

    private mutating func keep(_ value: KeptValue, _ order: UInt64) -> Int {
        self.order = order
        return kept.replace(with: value)
    }

    func result(_ arena: Arena) -> Value { kept.copy(to: arena) }
}

private struct Summit: GroupState {
    let ignoresCase: Bool
    var order: UInt64 = 0
    var height = KeptValue.missing
    var kept = KeptValue.missing

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        guard !inputs[1].isMissing else { return 0 }
        if !height.isMissing, !isBeyond(height.compare(inputs[1], ignoresCase: ignoresCase), order) {
            return 0
        }
        return keep(KeptValue(inputs[0]), KeptValue(inputs[1]), order)
    }

    mutating func merge(_ other: Summit) -> Int {
        guard !other.height.isMissing else { return 0 }
        let comparison = height.isMissing ? -1 : height.compare(other.height, ignoresCase: ignoresCase)
        guard isBeyond(comparison, other.order) else { return 0 }
        return keep(other.kept, other.height, other.order)
    }

    private func isBeyond(_ comparison: Int, _ order: UInt64) -> Bool {
        comparison < 0 || comparison == 0 && order < self.order
    }

    private mutating func keep(_ value: KeptValue, _ height: KeptValue, _ order: UInt64) -> Int {
        self.order = order
        return kept.replace(with: value) + self.height.replace(with: height)
    }

    func result(_ arena: Arena) -> Value { kept.copy(to: arena) }
}
