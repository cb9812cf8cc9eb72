/// What the values of a column mean: the type that is known before a byte is read.
package indirect enum ValueType: Hashable, Sendable {
    case bool
    /// A count, an id, a port.
    case integer
    /// A number with a fraction.
    case number
    /// A number of bytes.
    case size
    /// A span of time, held in microseconds.
    case duration
    /// A moment, or the start of a bin of that length.
    case time(TimeBin)
    case text(TextKind)
    case list(ValueType)
    /// Known only when it is seen (after `pivot`, for `kv("name")` and the like).
    case any
}

/// How fine a time is.
package enum TimeBin: Hashable, Sendable {
    case instant, minute, hour, day, week, month
    /// Bins of so many microseconds, from `per 15m`.
    case every(Int)
}

/// What a text holds, which decides how it is compared.
package enum TextKind: Hashable, Sendable {
    case plain
    /// Addresses, domains and host names are equal without regard to ASCII case.
    case address, domain, host
    /// An IPv4 or IPv6 address, without brackets.
    case ip
    /// One of a closed set of words, in the order in which help shows them.
    case oneOf([String])

    /// Whether values that differ only in ASCII case are the same.
    package var ignoresCase: Bool {
        switch self {
        case .address, .domain, .host: true
        default: false
        }
    }
}

extension ValueType {
    /// The name that messages and help use.
    package var name: String {
        switch self {
        case .bool: "true or false"
        case .integer: "whole number"
        case .number: "number"
        case .size: "size"
        case .duration: "duration"
        case .time(.instant): "time"
        case .time: "time bin"
        case .text(.plain): "text"
        case .text(.address): "address"
        case .text(.domain): "domain"
        case .text(.host): "host"
        case .text(.ip): "ip address"
        case .text(.oneOf): "word"
        case .list(let element): "list of \(element.name)"
        case .any: "any"
        }
    }

    /// The name in one word, as test cases write it.
    package var word: String { String(name.map { $0 == " " ? "-" : $0 }) }

    package var isNumeric: Bool {
        switch self {
        case .integer, .number, .size, .duration, .any: true
        default: false
        }
    }

    package var isText: Bool {
        switch self {
        case .text, .any: true
        default: false
        }
    }

    package var isTime: Bool { if case .time = self { true } else { false } }

    package var ignoresCase: Bool { if case .text(let kind) = self { kind.ignoresCase } else { false } }
}
