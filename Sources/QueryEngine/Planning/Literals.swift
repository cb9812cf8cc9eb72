import MailLog
import QuerySyntax
import SystemText

/// Parses durations, sizes and numbers.
package enum Literals {
    /// Parses `500ms`, `30s`, `1h30m`, `2d`, `1w` or a number of seconds. Returns microseconds.
    package static func duration(_ word: String) -> Int? {
        let units: [String: Int] = [
            "us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "min": 60_000_000, "h": 3_600_000_000,
            "d": 86_400_000_000, "w": 604_800_000_000,
        ]
        var rest = Array(word.utf8)[...]
        var negative = false
        if rest.first == 45 {
            negative = true
            rest = rest.dropFirst()
        }
        guard !rest.isEmpty else { return nil }
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isDigit || $0 == 46 }
            guard let number = Double(String(decoding: digits, as: UTF8.self)) else { return nil }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            if letters.isEmpty {
                // Only a number without other units means seconds.
                guard rest.isEmpty, total == 0 else { return nil }
                total = number * 1_000_000
            } else {
                guard let unit = units[String(decoding: letters, as: UTF8.self)] else { return nil }
                total += number * Double(unit)
            }
        }
        guard total < 9e18 else { return nil }
        return negative ? -Int(total.rounded()) : Int(total.rounded())
    }

    /// Parses `10MB` (powers of 1000), `10MiB` (powers of 1024) or a number of bytes.
    package static func size(_ word: String) -> Int? {
        let text = word.lowercased()
        let digits = text.prefix { $0.isNumber || $0 == "." || $0 == "_" }
        guard let number = Double(digits.filter { $0 != "_" }) else { return nil }
        let units: [String: Double] = [
            "": 1, "b": 1, "kb": 1e3, "k": 1e3, "mb": 1e6, "m": 1e6, "gb": 1e9, "g": 1e9, "tb": 1e12,
            "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824,
        ]
        guard let unit = units[String(text.dropFirst(digits.count))], number * unit < 9e18 else { return nil }
        return Int(number * unit)
    }

    package static func integer(_ word: String) -> Int? { Int(word.filter { $0 != "_" && $0 != "," }) }

    /// Parses a number, a duration or a size.
    package static func number(_ word: String) -> (Value, ValueType)? {
        if let integer = integer(word) { return (.integer(integer), .integer) }
        if let number = Double(word), number.isFinite { return (.double(number), .number) }
        if let duration = duration(word) { return (.duration(duration), .duration) }
        if let size = size(word) { return (.integer(size), .size) }
        return nil
    }

    /// Returns the bytes of a literal as a value that lives as long as the process.
    package static func text(_ text: String) -> Value { LiteralText(text).value }
}

/// Bytes of a query's literal. They are never freed: a query has few, and evaluators point to them.
private struct LiteralText {
    let value: Value

    init(_ text: String) {
        let utf8 = SystemText.bytes(text)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, utf8.count))
        memory.initialize(from: utf8, count: utf8.count)
        value = .text(Bytes(UnsafePointer(memory), count: utf8.count))
    }
}
