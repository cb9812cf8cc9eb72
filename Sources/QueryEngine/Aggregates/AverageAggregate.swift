import MailLog
import QuerySyntax

/// `avg(x)`: the mean.
enum AverageAggregate {
    static let form = Aggregate.form(
        "avg", aliases: ["mean"], [ArgumentRule("x", .number)], isStage: true,
        summary: "the mean of x over the rows that have it",
        details: "Durations and sizes are rounded to the nearest microsecond or byte.",
        examples: ["avg delay by relay_name", "filter status=sent | avg delay per 1d"]
    ) { (call, _) throws(Diagnostic) in
        let type = call[0].type
        switch type {
        case .size, .duration, .integer:
            let result: ValueType = type == .integer ? .number : type
            return ResolvedAggregate(result, of: call.arguments, state: WholeMean(type: type))
        default: return ResolvedAggregate(.number, of: call.arguments, state: NumberMean())
        }
    }
}

private struct WholeMean: GroupState {
    let type: ValueType
    var total: Int128 = 0
    var count = 0

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        if inputs[0].isNumber {
            total &+= Int128(inputs[0].integer)
            count &+= 1
        }
        return 0
    }

    mutating func merge(_ other: WholeMean) -> Int {
        total &+= other.total
        count &+= other.count
        return 0
    }

    func result(_ arena: Arena) -> Value {
        guard count > 0 else { return .missing }
        if type == .integer { return .double(Double(total) / Double(count)) }
        let half = Int128(count) / 2
        let rounded = (total >= 0 ? total + half : total - half) / Int128(count)
        let whole = Int(truncatingIfNeeded: rounded)
        return type == .duration ? .duration(whole) : .integer(whole)
    }
}

private struct NumberMean: GroupState {
    var sum = ExactSum()
    var count = 0

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        guard inputs[0].isNumber else { return 0 }
        count &+= 1
        return sum.add(inputs[0].number)
    }

    mutating func merge(_ other: NumberMean) -> Int {
        count &+= other.count
        return sum.add(other.sum)
    }

    func result(_ arena: Arena) -> Value { count > 0 ? .double(sum.value / Double(count)) : .missing }
}
