import MailLog

/// Text of a column's values for people: `1,234`, `12.3 MB`, `1h 05m`, `2012-12-26 13:00:05`.
package struct PeopleText: Sendable {
    private let type: ValueType
    /// Whether its integers identify something, such as a process id, a port or a reply code. They get no commas.
    private let isName: Bool

    package init(_ type: ValueType, isName: Bool = false) {
        self.type = type
        self.isName = isName
    }

    /// Integers of a log line identify something, as years do. Integers that a query computed are amounts.
    init(_ column: Schema.Column) {
        self.init(column.type, isName: column.name == "year" || Field.named(column.name)?.type == .integer)
    }

    package func append(_ value: Value, to text: inout [UInt8]) { append(value, type, to: &text) }

    package func text(_ value: Value) -> String {
        var text: [UInt8] = []
        append(value, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    package static func duration(_ microseconds: Int) -> String {
        PeopleText(.duration).text(.duration(microseconds))
    }

    private func append(_ value: Value, _ type: ValueType, to text: inout [UInt8]) {
        switch value.kind {
        case .integer where type == .size, .double where type == .size:
            PeopleText.appendSize(value.number, to: &text)
        case .integer where !isName: Digits.appendGrouped(value.integer, to: &text)
        case .double: PeopleText.appendNumber(value.number, to: &text)
        case .duration: PeopleText.appendDuration(value.integer, to: &text)
        case .time: ValueText.appendTime(value, type, between: UInt8(ascii: " "), decimals: 3, to: &text)
        case .list:
            for (index, element) in value.elements.enumerated() {
                if index > 0 { text.append(contentsOf: ", ".utf8) }
                append(element, type.element, to: &text)
            }
        default: ValueText.append(value, type, to: &text)
        }
    }

    private static func appendNumber(_ number: Double, to text: inout [UInt8]) {
        switch number.magnitude {
        case 0: text.append(UInt8(ascii: "0"))
        case 0.0001..<1: Digits.append(number, decimals: 4, to: &text)
        case 1..<100: Digits.append(number, decimals: 2, to: &text)
        case 100..<1e15: Digits.append(number, decimals: 1, to: &text)
        default:
            // Three digits and the power of ten: `3.89e-101`.
            let description = number.description
            let end = description.firstIndex(of: "e") ?? description.endIndex
            guard let digits = Double(description[..<end]), digits.magnitude < 10 else {
                return text.append(contentsOf: description.utf8)
            }
            Digits.append(digits, decimals: 2, to: &text)
            text.append(contentsOf: description[end...].utf8)
        }
    }

    /// Formats a number of bytes in units of 1000: `512.0 MB`.
    package static func size(_ bytes: Double) -> String { PeopleText(.size).text(.double(bytes)) }

    package static func size(_ bytes: Int) -> String { size(Double(bytes)) }

    private static func appendSize(_ bytes: Double, to text: inout [UInt8]) {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var number = bytes
        var unit = 0
        // 1000.0 after rounding becomes 1.0 of the next unit.
        while number.magnitude >= (unit == 0 ? 999.5 : 999.95), unit < units.count - 1 {
            number /= 1000
            unit += 1
        }
        Digits.append(number, decimals: unit == 0 ? 0 : 1, trims: false, to: &text)
        text.append(UInt8(ascii: " "))
        text.append(contentsOf: units[unit].utf8)
    }

    /// Appends a duration in its two greatest units, or with up to three digits below a minute.
    private static func appendDuration(_ microseconds: Int, to text: inout [UInt8]) {
        let span = Int(clamping: microseconds.magnitude)
        if microseconds < 0 { text.append(UInt8(ascii: "-")) }
        switch span {
        case 0: text.append(contentsOf: "0s".utf8)
        case ..<999_500:
            let decimals = span < 1000 ? 3 : span < 9_995 ? 2 : span < 99_950 ? 1 : 0
            Digits.append(Double(span) / 1000, decimals: decimals, to: &text)
            text.append(contentsOf: "ms".utf8)
        case ..<59_950_000:
            Digits.append(Double(span) / 1_000_000, decimals: span < 9_995_000 ? 2 : 1, to: &text)
            text.append(UInt8(ascii: "s"))
        default:
            // Rounds half up, without overflow.
            let seconds = (span / 500_000 + 1) / 2
            let minutes = (span / 30_000_000 + 1) / 2
            let hours = (span / 1_800_000_000 + 1) / 2
            if seconds < 3600 {
                append(seconds / 60, "m", seconds % 60, "s", to: &text)
            } else if minutes < 1440 {
                append(minutes / 60, "h", minutes % 60, "m", to: &text)
            } else {
                append(hours / 24, "d", hours % 24, "h", to: &text)
            }
        }
    }

    private static func append(
        _ large: Int, _ unit: Unicode.Scalar, _ small: Int, _ smallUnit: Unicode.Scalar,
        to text: inout [UInt8]
    ) {
        Digits.appendGrouped(large, to: &text)
        text.append(contentsOf: [UInt8(ascii: unit), UInt8(ascii: " ")])
        Digits.append(small, width: 2, to: &text)
        text.append(UInt8(ascii: smallUnit))
    }
}
