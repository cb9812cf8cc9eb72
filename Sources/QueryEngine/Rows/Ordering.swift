import MailLog

/// Order of values for sorting, `<`, `min`, ties and merges.
package enum Ordering {
    /// Returns a negative number, zero or a positive number. Missing values come last. Values of incomparable kinds are
    /// ordered by kind.
    @inlinable
    package static func compare(_ a: Value, _ b: Value, ignoresCase: Bool = false) -> Int {
        switch (a.kind, b.kind) {
        case (.missing, .missing): return 0
        case (.missing, _): return 1
        case (_, .missing): return -1
        case (.text, .text):
            return ignoresCase ? compareIgnoringCase(a.bytes, b.bytes) : a.bytes.compare(b.bytes)
        case (.integer, .integer), (.duration, .duration), (.time, .time), (.bool, .bool):
            return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0
        case (.integer, .double), (.double, .integer), (.double, .double), (.integer, .duration),
            (.duration, .integer), (.duration, .double), (.double, .duration):
            let x = a.number
            let y = b.number
            return x < y ? -1 : x > y ? 1 : 0
        case (.list, .list):
            let x = a.elements
            let y = b.elements
            for index in 0..<min(x.count, y.count) {
                let order = compare(x[index], y[index], ignoresCase: ignoresCase)
                if order != 0 { return order }
            }
            return x.count - y.count
        default:
            return Int(a.kind.rawValue) - Int(b.kind.rawValue)
        }
    }

    @usableFromInline
    static func compareIgnoringCase(_ a: Bytes, _ b: Bytes) -> Int {
        for index in 0..<min(a.count, b.count) where a[index] != b[index] {
            let x = a[index].asciiLowercased
            let y = b[index].asciiLowercased
            if x != y { return Int(x) - Int(y) }
        }
        return a.count - b.count
    }

    package static func equal(_ a: Value, _ b: Value, ignoresCase: Bool) -> Bool {
        if a.kind == .text, b.kind == .text {
            return ignoresCase ? a.bytes.equalsIgnoringCase(b.bytes) : a.bytes == b.bytes
        }
        return compare(a, b, ignoresCase: ignoresCase) == 0
    }
}
