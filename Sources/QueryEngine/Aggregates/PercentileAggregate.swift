import MailLog
import QuerySyntax

/// `median(x)`, `p95(x)` and `percentile(x, n…)`: exact percentiles. All values are kept in memory.
enum PercentileAggregate {
    static let median = Aggregate.form(
        "median", [ArgumentRule("x", .number)], isStage: true,
        summary: "the median of x; for an even number of values, the mean of the two middle values",
        examples: ["median delay by relay_name"]
    ) { (call, _) throws(Diagnostic) in
        resolved(call, call[0].type == .integer ? .number : call[0].type, .median)
    }

    /// `p50`, `p95`, `p99`; `p999` is 99.9.
    static let pNN = Aggregate.form(
        "pNN", family: { percent(of: $0) != nil }, [ArgumentRule("x", .number)], isStage: true,
        summary:
            "a percentile of x: p95 is the smallest value that is at least as large as 95 % of the values",
        details: "Exact (nearest rank). p999 is the 99.9th percentile.",
        examples: ["p95 delay by relay_name", "filter status=sent | p99 delay per 1d"]
    ) { (call, _) throws(Diagnostic) in
        let wanted = percent(of: call.name.text) ?? 50
        return resolved(call, call[0].type, .nearest([wanted]))
    }

    static let percentile = Aggregate.form(
        "percentile", [ArgumentRule("x", .number), ArgumentRule("n", .constantCount, repeats: true)],
        summary: "percentiles of x: a value for one n, a list for several",
        examples: ["stats percentile(delay, 50, 90, 99) by relay_name"]
    ) { (call, _) throws(Diagnostic) in
        let wanted = call.arguments.dropFirst().map { $0.constant?.number ?? 0 }
        for (index, percent) in wanted.enumerated() where !(0...100).contains(percent) {
            throw Diagnostic("a percentile must be from 0 to 100", at: call[index + 1].range)
        }
        let type = wanted.count == 1 ? call[0].type : .list(call[0].type)
        var resolved = resolved(call, type, .nearest(wanted))
        resolved.inputs = [call[0]]
        return resolved
    }

    private static func percent(of name: String) -> Double? {
        guard name.first == "p" || name.first == "P", (2...6).contains(name.utf8.count),
            let digits = Int(name.dropFirst()), name.dropFirst().utf8.allSatisfy(\.isDigit)
        else { return nil }
        if digits <= 100, name.utf8.count <= 4 { return Double(digits) }
        var percent = Double(digits)
        for _ in 0..<name.utf8.count - 3 { percent /= 10 }
        return percent
    }

    private static func resolved(_ call: Call, _ type: ValueType, _ ranks: Ranks) -> ResolvedAggregate {
        let isWhole = [.integer, .size, .duration].contains(call[0].type)
        let kind: Value.Kind = call[0].type == .duration ? .duration : isWhole ? .integer : .double
        return ResolvedAggregate(type, of: call.arguments, state: Sample(kind: kind, ranks: ranks))
    }
}

/// Values to return from the sorted list.
private enum Ranks {
    case median
    case nearest([Double])
}

/// Values of one group.
private struct Sample: GroupState {
    let kind: Value.Kind
    let ranks: Ranks
    /// Whole numbers, microseconds, or floating-point numbers as sortable bits. Counted twice, because sorting copies
    /// them.
    var values: [Int] = []

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        guard inputs[0].isNumber else { return 0 }
        let before = values.capacity
        values.append(kind == .double ? Sample.sortable(inputs[0].number) : inputs[0].integer)
        return (values.capacity - before) * 16
    }

    mutating func merge(_ other: Sample) -> Int {
        let before = values.capacity
        values.append(contentsOf: other.values)
        return (values.capacity - before) * 16
    }

    func result(_ arena: Arena) -> Value {
        guard !values.isEmpty else { return .missing }
        let sorted = values.sorted()
        switch ranks {
        case .median:
            let middle = sorted.count / 2
            guard sorted.count.isMultiple(of: 2) else { return value(sorted[middle]) }
            return mean(value(sorted[middle - 1]), value(sorted[middle]))
        case .nearest(let percents):
            let found = percents.map { value(sorted[Sample.index($0, of: sorted.count)]) }
            return found.count == 1 ? found[0] : arena.list(found)
        }
    }

    /// Returns the index of a percentile by nearest rank.
    private static func index(_ percent: Double, of count: Int) -> Int {
        // Thousandths of a percent are whole numbers, so 99.9 percent of 1000 is exactly the 999th value.
        let thousandths = Int((percent * 1000).rounded())
        let rank = (thousandths * count + 99_999) / 100_000
        return min(max(rank, 1), count) - 1
    }

    private func mean(_ a: Value, _ b: Value) -> Value {
        switch kind {
        case .duration: .duration(a.integer + (b.integer - a.integer) / 2)
        case .integer: .double((Double(a.integer) + Double(b.integer)) / 2)
        default: .double(a.number + (b.number - a.number) / 2)
        }
    }

    private func value(_ number: Int) -> Value {
        kind == .double
            ? .double(Sample.number(number)) : Value(bits: UInt64(bitPattern: Int64(number)), kind: kind)
    }

    /// Returns bits that sort like the numbers.
    private static func sortable(_ number: Double) -> Int {
        let bits = Int(bitPattern: UInt(number.bitPattern))
        return bits < 0 ? Int.min &- bits &- 1 : bits
    }

    private static func number(_ sortable: Int) -> Double {
        Double(bitPattern: UInt64(bitPattern: Int64(sortable < 0 ? Int.min &- sortable &- 1 : sortable)))
    }
}
