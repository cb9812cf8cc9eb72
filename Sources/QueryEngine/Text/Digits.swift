/// Numbers as decimal digits, without a detour over strings.
package enum Digits {
    private static let zero = UInt8(ascii: "0")

    /// Appends an integer, with zeros in front up to `width` digits.
    static func append(_ number: Int, width: Int = 1, to text: inout [UInt8]) {
        if number < 0 { text.append(UInt8(ascii: "-")) }
        append(number.magnitude, width: width, to: &text)
    }

    static func append(_ number: UInt, width: Int = 1, to text: inout [UInt8]) {
        var unit: UInt = 1
        var digits = 1
        while digits < width || number / unit >= 10 {
            // A number of twenty digits begins at the largest power of ten that there is.
            let (next, overflows) = unit.multipliedReportingOverflow(by: 10)
            if overflows { break }
            unit = next
            digits += 1
        }
        var rest = number
        while unit > 0 {
            text.append(zero + UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    /// Appends an integer with a comma before each three digits: `1,234`.
    static func appendGrouped(_ number: Int, to text: inout [UInt8]) {
        if number < 0 { text.append(UInt8(ascii: "-")) }
        let start = text.count
        append(number.magnitude, to: &text)
        var place = text.count - 3
        while place > start {
            text.insert(UInt8(ascii: ","), at: place)
            place -= 3
        }
    }

    /// Appends a number rounded to so many decimals, with a comma before each three digits of its whole part.
    /// With `trims`, zeros at the end of the fraction are left out.
    static func append(_ number: Double, decimals: Int, trims: Bool = true, to text: inout [UInt8]) {
        let factor = (0..<decimals).reduce(1) { power, _ in power * 10 }
        let scaled = (number.magnitude * Double(factor)).rounded()
        // Above this a floating-point number has no decimals.
        guard scaled < 9e15 else {
            text.append(contentsOf: number.description.utf8)
            return
        }
        if number < 0, scaled > 0 { text.append(UInt8(ascii: "-")) }
        appendGrouped(Int(scaled) / factor, to: &text)
        let fraction = Int(scaled) % factor
        if decimals > 0, fraction > 0 || !trims {
            appendFraction(UInt(fraction), width: decimals, trims: trims, to: &text)
        }
    }

    /// Appends a point and the decimals that follow it.
    static func appendFraction(_ fraction: UInt, width: Int, trims: Bool = true, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "."))
        append(fraction, width: width, to: &text)
        while trims, text.last == zero { text.removeLast() }
    }

    package static func grouped(_ number: Int) -> String {
        var text: [UInt8] = []
        appendGrouped(number, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
