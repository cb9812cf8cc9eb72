/// Output cells of a shape: the cells of a row, with the form in which the query wants each of them.
///
/// A shape may write an unwanted cell. It calls `wants` only to avoid expensive work.
package struct Cells {
    /// Form of a cell's value.
    enum Form: UInt8 { case unwanted, text, integer, number, seconds }

    let slots: UnsafeMutablePointer<Value>
    let forms: UnsafePointer<Form>
    /// `LineEvent.names`, which is slow to reach as a global variable.
    let events: UnsafePointer<Value>

    @inline(__always)
    func wants(_ field: Field) -> Bool { forms[field.slot] != .unwanted }

    subscript(field: Field) -> Value {
        @inline(__always) get { slots[field.slot] }
        @inline(__always) nonmutating set { slots[field.slot] = newValue }
    }

    @inline(__always)
    func event(_ event: LineEvent) { self[.event] = events[event.index] }

    @inline(__always)
    func set(_ field: Field, _ text: Bytes) { self[field] = .text(text) }

    /// Sets a whole number; leaves the cell unchanged if the text is not one.
    func setInteger(_ field: Field, _ text: Bytes) {
        if let number = text.decimal { self[field] = .integer(number) }
    }

    /// Sets a duration in seconds, to microsecond precision; leaves the cell unchanged if the text is not a number.
    func setSeconds(_ field: Field, _ text: Bytes) {
        if let microseconds = text.microseconds { self[field] = .duration(microseconds) }
    }

    /// Sets a decimal number with optional sign and fraction; leaves the cell unchanged if the text is not one.
    func setNumber(_ field: Field, _ text: Bytes) {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst(1) : text
        guard let millionths = digits.microseconds else { return }
        self[field] = .double(Double(isNegative ? -millionths : millionths) / 1_000_000)
    }

    /// Sets the value in the form that the type of the field demands.
    func setValue(_ field: Field, _ text: Bytes) {
        switch forms[field.slot] {
        case .unwanted: return
        case .text: set(field, text)
        case .integer: setInteger(field, text)
        case .number: setNumber(field, text)
        case .seconds: setSeconds(field, text)
        }
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
