import MailLog
import QuerySyntax

/// `stddev(x)`: the standard deviation.
enum DeviationAggregate {
    static let form = Aggregate.form(
        "stddev", [ArgumentRule("x", .number)],
        summary: "the sample standard deviation of x (divided by n - 1)",
        details: "Missing if fewer than two rows have x.",
        examples: ["stats avg(delay), stddev(delay) by relay_name"]
    ) { (call, _) throws(Diagnostic) in
        let isDuration = call[0].type == .duration
        return ResolvedAggregate(
            isDuration ? .duration : .number, of: call.arguments, state: Deviation(isDuration: isDuration))
    }
}

private struct Deviation: GroupState {
    let isDuration: Bool
    var count = 0
    var sum = ExactSum()
    /// Each square is added in two parts, because the product of two numbers is not exact.
    var squares = ExactSum()

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        guard inputs[0].isNumber else { return 0 }
        let x = inputs[0].number
        let square = x * x
        count &+= 1
        return sum.add(x) + squares.add(square) + squares.add((-square).addingProduct(x, x))
    }

    mutating func merge(_ other: Deviation) -> Int {
        count &+= other.count
        return sum.add(other.sum) + squares.add(other.squares)
    }

    func result(_ arena: Arena) -> Value {
        guard count > 1 else { return .missing }
        let mean = sum.value / Double(count)
        // Σx² - n·mean². The rounding error of the product is subtracted too.
        var difference = squares
        let product = mean * sum.value
        difference.add(-product)
        difference.add(product.addingProduct(-mean, sum.value))
        let deviation = (max(0, difference.value) / Double(count - 1)).squareRoot()
        return isDuration ? .duration(Int((deviation * 1e6).rounded())) : .double(deviation)
    }
}
