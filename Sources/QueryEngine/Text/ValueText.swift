import MailLog

/// Text of a value for programs: times in RFC 3339, bins by their start, durations in seconds, sizes in bytes. A
/// missing value is empty. The null sender is `<>`.
package enum ValueText {
    /// Lends the text of a value. Texts are not copied; other values are formatted in `scratch`.
    static func with(
        _ value: Value, _ type: ValueType, _ scratch: inout [UInt8], _ body: (Bytes) -> Void
    ) {
        if value.kind == .text, value.extra > 0 { return body(value.bytes) }
        scratch.removeAll(keepingCapacity: true)
        append(value, type, to: &scratch)
        scratch.withBytes(body)
    }

    package static func append(_ value: Value, _ type: ValueType, to text: inout [UInt8]) {
        switch value.kind {
        case .missing: break
        case .bool: text.append(contentsOf: (value.isTrue ? "true" : "false").utf8)
        case .integer: Digits.append(value.integer, to: &text)
        case .double: appendNumber(value.number, to: &text)
        case .duration: appendSeconds(value.integer, to: &text)
        case .time: appendTime(value, type, between: UInt8(ascii: "T"), decimals: 6, to: &text)
        case .text: appendText(value.bytes, type, to: &text)
        case .list:
            for (index, element) in value.elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ";")) }
                append(element, type.element, to: &text)
            }
        }
    }

    static func appendText(_ bytes: Bytes, _ type: ValueType, to text: inout [UInt8]) {
        if bytes.isEmpty, type == .text(.address) {
            text.append(contentsOf: "<>".utf8)
        } else {
            text.append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: bytes.count))
        }
    }

    /// Appends the shortest digits that parse as the same number.
    private static func appendNumber(_ number: Double, to text: inout [UInt8]) {
        if number.magnitude < 1e15, number == number.rounded() {
            Digits.append(Int(number), to: &text)
        } else {
            text.append(contentsOf: number.description.utf8)
        }
    }

    private static func appendSeconds(_ microseconds: Int, to text: inout [UInt8]) {
        if microseconds < 0 { text.append(UInt8(ascii: "-")) }
        let (seconds, fraction) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        Digits.append(seconds, to: &text)
        if fraction > 0 { Digits.appendFraction(fraction, width: 6, to: &text) }
    }

    // MARK: Times

    private static let second: Int64 = 1_000_000
    private static let minute = 60 * second
    private static let day = 1440 * minute

    /// Appends a time with its UTC offset if known, or a bin with as many digits as its start needs. `between`
    /// separates date and clock. `decimals` limits the fraction of a second.
    static func appendTime(
        _ value: Value, _ type: ValueType, between: UInt8, decimals: Int, to text: inout [UInt8]
    ) {
        let time = value.wallClock
        let days = time.floorDivided(by: day)
        let date = Calendar.civil(fromDays: Int(days))
        let clock = time &- days &* day
        var bin = TimeBin.instant
        if case .time(let known) = type { bin = known }
        Digits.append(date.year, width: 4, to: &text)
        appendPart(date.month, after: "-", to: &text)
        if bin == .month { return }
        appendPart(date.day, after: "-", to: &text)
        let finest = unit(of: bin)
        if finest >= day, clock == 0 { return }
        text.append(between)
        Digits.append(Int(clock / (60 * minute)), width: 2, to: &text)
        appendPart(Int(clock / minute % 60), after: ":", to: &text)
        if finest >= minute, clock % minute == 0 { return }
        appendPart(Int(clock / second % 60), after: ":", to: &text)
        let microseconds = UInt(clock % second)
        if microseconds > 0 {
            let dropped: UInt = (decimals..<6).reduce(1) { power, _ in power * 10 }
            Digits.appendFraction(microseconds / dropped, width: decimals, trims: false, to: &text)
        }
        if bin == .instant, value.offset != Value.unknownOffset { appendZone(value.offset, to: &text) }
    }

    private static func appendPart(_ number: Int, after mark: Unicode.Scalar, to text: inout [UInt8]) {
        text.append(UInt8(ascii: mark))
        Digits.append(number, width: 2, to: &text)
    }

    private static func appendZone(_ offset: Int32, to text: inout [UInt8]) {
        guard offset != 0 else {
            text.append(UInt8(ascii: "Z"))
            return
        }
        let minutes = Int(offset.magnitude / 60)
        text.append(UInt8(ascii: offset < 0 ? "-" : "+"))
        Digits.append(minutes / 60, width: 2, to: &text)
        appendPart(minutes % 60, after: ":", to: &text)
    }

    /// Microseconds of which each start of such a bin is a multiple.
    private static func unit(of bin: TimeBin) -> Int64 {
        switch bin {
        case .instant: 1
        case .minute, .hour: minute
        case .day, .week, .month: day
        case .every(let span):
            [day, minute, second].first { span > 0 && Int64(span) % $0 == 0 } ?? 1
        }
    }
}

extension ValueType {
    var element: ValueType { if case .list(let element) = self { element } else { .any } }
}
