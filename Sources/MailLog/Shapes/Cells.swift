/// Where a shape writes: the slots of a row, and which of them the query wants. Writing a cell that is not
/// wanted is harmless, so only work worth avoiding asks first.
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

    /// Names the event, with a text that lives as long as the process.
    @inline(__always)
    func event(_ name: StaticString) { slots[eventSlot] = .text(Bytes(name)) }

    /// A whole number; nothing where the text is none.
    func setInteger(_ slot: Int, _ text: Bytes) {
        if let number = text.decimal { slots[slot] = .integer(number) }
    }

    /// Seconds with at most six decimals; nothing where the text is none.
    func setSeconds(_ slot: Int, _ text: Bytes) {
        if let microseconds = text.microseconds { slots[slot] = .duration(microseconds) }
    }

    /// A decimal number with a sign and a fraction; nothing where the text is none.
    func setNumber(_ slot: Int, _ text: Bytes) {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst(1) : text
        guard let millionths = digits.microseconds else { return }
        self[slot] = .double(Double(isNegative ? -millionths : millionths) / 1_000_000)
    }
}

extension Bytes {
    /// Seconds in decimal notation as microseconds. What is finer than that is cut.
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
