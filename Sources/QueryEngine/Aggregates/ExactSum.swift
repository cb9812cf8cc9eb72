/// Exact sum of floating-point numbers. Only `value` rounds, so the result does not depend on the order of the numbers.
///
/// Source: J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates",
/// 1997, as in Python's `math.fsum`.
struct ExactSum {
    /// Numbers whose bits do not overlap, in increasing magnitude.
    private var partials: [Double] = []
    /// Sum of the infinities and NaNs.
    private var special = 0.0

    private var heldBytes: Int { partials.capacity * 8 }

    /// Adds a number, and returns the growth of the memory in bytes.
    @discardableResult
    mutating func add(_ number: Double) -> Int {
        guard number.isFinite else {
            special += number
            return 0
        }
        let before = heldBytes
        var x = number
        var kept = 0
        for var y in partials {
            if x.magnitude < y.magnitude { swap(&x, &y) }
            let high = x + y
            let low = y - (high - x)
            if low != 0 {
                partials[kept] = low
                kept += 1
            }
            x = high
        }
        partials.removeSubrange(kept...)
        partials.append(x)
        return heldBytes - before
    }

    /// Adds another sum, and returns the growth of the memory in bytes.
    mutating func add(_ other: ExactSum) -> Int {
        special += other.special
        return other.partials.reduce(0) { $0 + add($1) }
    }

    /// Nearest floating-point number.
    var value: Double {
        guard special == 0 else { return special }
        guard var high = partials.last else { return 0 }
        var index = partials.count - 1
        var low = 0.0
        while index > 0 {
            let x = high
            index -= 1
            let y = partials[index]
            high = x + y
            low = y - (high - x)
            if low != 0 { break }
        }
        // Half-way cases: the sign of the next lower partial decides.
        if index > 0, low < 0 && partials[index - 1] < 0 || low > 0 && partials[index - 1] > 0 {
            let twice = low * 2
            let sum = high + twice
            if twice == sum - high { high = sum }
        }
        return high
    }
}
