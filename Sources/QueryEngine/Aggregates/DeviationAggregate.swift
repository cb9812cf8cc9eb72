import MailLog
import QuerySyntax

/// `stddev(x)`.
enum DeviationAggregate {
    static let form = Aggregate.form(
        "stddev", [ArgumentRule("x", .number)],
        summary: "the standard deviation of x (of a sample: divided by n - 1)",
        details: "Missing where fewer than two rows have x.",
        examples: ["stats avg(delay), stddev(delay) by relay_name"]
    ) { (call, _) throws(Diagnostic) in
        let isDuration = call[0].type == .duration
        return ResolvedAggregate(isDuration ? .duration : .number, of: call.arguments) {
            GroupStates(Deviation(isDuration: isDuration))
        }
    }
}

private struct Deviation: GroupState {
    let isDuration: Bool
    var count = 0
    var sum = ExactSum()
    /// Each square is kept in two parts, so that nothing is lost before the difference is taken.
    var squares = ExactSum()

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        guard inputs[0].isNumber else { return 0 }
        let before = heldBytes
        let x = inputs[0].number
        let square = x * x
        count &+= 1
        sum.add(x)
        squares.add(square)
        squares.add((-square).addingProduct(x, x))
        return heldBytes - before
    }

    mutating func merge(_ other: Deviation) -> Int {
        let before = heldBytes
        count &+= other.count
        sum.add(other.sum)
        squares.add(other.squares)
        return heldBytes - before
    }

    private var heldBytes: Int { sum.heldBytes + squares.heldBytes }

    func result(_ arena: Arena) -> Value {
        guard count > 1 else { return .missing }
        let mean = sum.value / Double(count)
        // Σx² - n·mean², with the rounding of the product taken out again.
        var difference = squares
        let product = mean * sum.value
        difference.add(-product)
        difference.add(product.addingProduct(-mean, sum.value))
        let deviation = (max(0, difference.value) / Double(count - 1)).squareRoot()
        return isDuration ? .duration(Int((deviation * 1e6).rounded())) : .double(deviation)
    }
}
