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
    /// A part of a line, in which anybody may be named; a whole line.
    case prose, line
    /// A query that shows what the row tells of.
    case query
    /// A header or a line of a message, which people write.
    case content
    /// What tells who somebody is: a login, what a query has cut out of an address or a line.
    case identity
    /// A Message-ID: often the name of the sender's computer follows the `@`.
    case messageID
    /// Addresses, domains and host names are equal without regard to ASCII case.
    case address, domain
    /// A client; and the host itself, or one that mail goes to.
    case host, server
    /// An IPv4 or IPv6 address, without brackets: of a client, of a server.
    case ip, serverIP
    /// One of a closed set of words, in the order in which help shows them.
    case oneOf([String])

    /// Whether values that differ only in ASCII case are the same.
    package var ignoresCase: Bool {
        switch self {
        case .address, .domain, .host, .server: true
        default: false
        }
    }

    /// Whether a piece of it may tell who a person or a client is.
    var isPrivate: Bool {
        switch self {
        case .prose, .line, .query, .content, .identity, .messageID, .address, .host, .ip: true
        default: false
        }
    }

    /// What a text is that is of the one kind or of the other.
    func joined(_ other: TextKind) -> TextKind {
        if self == other { return self }
        if Set([self, other]) == [.prose, .line] { return .prose }
        if ignoresCase, other.ignoresCase { return .host }
        return isPrivate || other.isPrivate ? .identity : .plain
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
        case .text(.plain), .text(.prose), .text(.line), .text(.query), .text(.content), .text(.identity),
            .text(.messageID):
            "text"
        case .text(.address): "address"
        case .text(.domain): "domain"
        case .text(.host), .text(.server): "host"
        case .text(.ip), .text(.serverIP): "ip address"
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

    /// What becomes of the type of a text that is made of values of other types: it tells whom they tell.
    package func made(of sources: [ValueType]) -> ValueType {
        guard self == .text(.plain) || self == .list(.text(.plain)), sources.contains(where: \.isPrivate)
        else {
            return self
        }
        return self == .text(.plain) ? .text(.identity) : .list(.text(.identity))
    }

    private var isPrivate: Bool {
        switch self {
        case .text(let kind): kind.isPrivate
        case .list(let element): element.isPrivate
        default: false
        }
    }

    /// The type of texts of either type; nil where one is no text.
    package func joined(asText other: ValueType) -> ValueType? {
        guard case .text(let mine) = self, case .text(let theirs) = other else { return nil }
        return .text(mine.joined(theirs))
    }
}
