import MailLog
import QuerySyntax

/// `sum(x)`: the sum.
enum SumAggregate {
    static let form = Aggregate.form(
        "sum", [ArgumentRule("x", .number)], isStage: true,
        summary: "the exact sum of x",
        examples: ["sum size by from_domain", "stats bytes=sum(size), mails=count() by day"]
    ) { (call, _) throws(Diagnostic) in
        let type = call[0].type
        switch type {
        case .integer, .size, .duration:
            let kind: Value.Kind = type == .duration ? .duration : .integer
            return ResolvedAggregate(
                type, of: call.arguments, empty: Value(bits: 0, kind: kind), isExtensive: true,
                state: WholeSum(kind: kind))
        default:
            return ResolvedAggregate(
                .number, of: call.arguments, empty: .double(0), isExtensive: true, state: NumberSum())
        }
    }
}

/// Sum of whole numbers or microseconds.
private struct WholeSum: GroupState {
    let kind: Value.Kind
    var total: Int128 = 0

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        if inputs[0].kind == kind { total &+= Int128(inputs[0].integer) }
        return 0
    }

    mutating func merge(_ other: WholeSum) -> Int {
        total &+= other.total
        return 0
    }

    func result(_ arena: Arena) -> Value {
        // On overflow, an approximate sum is better than a wrong one.
        guard let sum = Int64(exactly: total) else { return .double(Double(total)) }
        return Value(bits: UInt64(bitPattern: sum), kind: kind)
    }
}

private struct NumberSum: GroupState {
    var sum = ExactSum()

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        inputs[0].isNumber ? sum.add(inputs[0].number) : 0
    }

    mutating func merge(_ other: NumberSum) -> Int { sum.add(other.sum) }

    func result(_ arena: Arena) -> Value { .double(sum.value) }
}

extension Value {
    var isNumber: Bool { kind == .integer || kind == .double || kind == .duration }
}
