/// A sum of floating-point numbers that does not depend on their order: it is exact until it is read.
///
/// Source: J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates",
/// 1997, as in Python's `math.fsum`.
struct ExactSum {
    /// Numbers that do not overlap, in increasing magnitude.
    private var partials: [Double] = []
    /// The sum of what is not finite.
    private var special = 0.0

    var heldBytes: Int { partials.capacity * 8 }

    mutating func add(_ number: Double) {
        guard number.isFinite else {
            special += number
            return
        }
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
    }

    mutating func add(_ other: ExactSum) {
        special += other.special
        for partial in other.partials { add(partial) }
    }

    /// The nearest floating-point number.
    var value: Double {
        guard special == 0 else { return special }
        guard var high = partials.last else { return 0 }
        var place = partials.count - 1
        var low = 0.0
        while place > 0 {
            let x = high
            place -= 1
            let y = partials[place]
            high = x + y
            low = y - (high - x)
            if low != 0 { break }
        }
        // Half-way cases round by what lies below them.
        if place > 0, low < 0 && partials[place - 1] < 0 || place > 0 && low > 0 && partials[place - 1] > 0 {
            let twice = low * 2
            let sum = high + twice
            if twice == sum - high { high = sum }
        }
        return high
    }
}
