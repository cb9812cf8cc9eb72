/// Output cells of a shape: the slots of a row, with a flag for each slot that the query wants.
///
/// A shape may write an unwanted cell. It calls `wants` only to avoid expensive work.
package struct Cells {
    let slots: UnsafeMutablePointer<Value>
    let wanted: UnsafePointer<Bool>
    let eventSlot: Int

    @inline(__always)
    func wants(_ slot: Int) -> Bool { wanted[slot] }

    subscript(slot: Int) -> Value {
        @inline(__always) get { slots[slot] }
        @inline(__always) nonmutating set { slots[slot] = newValue }
    }

    @inline(__always)
    func set(_ slot: Int, _ text: Bytes) { slots[slot] = .text(text) }

    /// Sets the event name. The text is static, so it outlives the row.
    @inline(__always)
    func event(_ name: StaticString) { slots[eventSlot] = .text(Bytes(name)) }

    /// Sets a whole number; leaves the cell unchanged if the text is not one.
    func setInteger(_ slot: Int, _ text: Bytes) {
        if let number = text.decimal { slots[slot] = .integer(number) }
    }

    /// Sets a duration in seconds, to microsecond precision; leaves the cell unchanged if the text is not a number.
    func setSeconds(_ slot: Int, _ text: Bytes) {
        if let microseconds = text.microseconds { slots[slot] = .duration(microseconds) }
    }

    /// Sets a decimal number with optional sign and fraction; leaves the cell unchanged if the text is not one.
    func setNumber(_ slot: Int, _ text: Bytes) {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst(1) : text
        guard let millionths = digits.microseconds else { return }
        self[slot] = .double(Double(isNegative ? -millionths : millionths) / 1_000_000)
    }
}

extension Bytes {
    /// Decimal seconds as microseconds; finer digits are truncated. Nil if the text is not a number.
    var microseconds: Int? {
        var value = 0
        var index = 0
        while index < count, base[index].isDigit {
            value = value &* 10 &+ Int(base[index] &- 48)
            index += 1
        }
        guard index > 0, index <= 11 else { return nil }
        value *= 1_000_000
        guard index < count else { return value }
        guard base[index] == UInt8(ascii: "."), index + 1 < count else { return nil }
        var unit = 100_000
        for index in (index + 1)..<count {
            guard base[index].isDigit else { return nil }
            value += Int(base[index] &- 48) * unit
            unit /= 10
        }
        return value
    }
}
