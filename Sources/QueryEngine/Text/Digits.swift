/// Formats numbers as decimal digits, without temporary strings.
package enum Digits {
    private static let zero = UInt8(ascii: "0")

    /// Appends an integer, with leading zeros up to `width` digits.
    static func append(_ number: Int, width: Int = 1, to text: inout [UInt8]) {
        if number < 0 { text.append(UInt8(ascii: "-")) }
        append(number.magnitude, width: width, to: &text)
    }

    static func append(_ number: UInt, width: Int = 1, to text: inout [UInt8]) {
        var unit: UInt = 1
        var digits = 1
        while digits < width || number / unit >= 10 {
            // The unit of a number of twenty digits is the largest power of ten.
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

    /// Appends an integer with commas: `1,234`.
    static func appendGrouped(_ number: Int, to text: inout [UInt8]) {
        if number < 0 { text.append(UInt8(ascii: "-")) }
        let start = text.count
        append(number.magnitude, to: &text)
        var index = text.count - 3
        while index > start {
            text.insert(UInt8(ascii: ","), at: index)
            index -= 3
        }
    }

    /// Appends a number rounded to `decimals`, with commas in its whole part. With `trims`, without trailing zeros.
    static func append(_ number: Double, decimals: Int, trims: Bool = true, to text: inout [UInt8]) {
        let factor = (0..<decimals).reduce(1) { power, _ in power * 10 }
        let scaled = (number.magnitude * Double(factor)).rounded()
        // Larger floating-point numbers have no decimals.
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
