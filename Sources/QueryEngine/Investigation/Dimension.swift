import MailLog

/// Field whose values `whatchanged` uses to explain a change. A new dimension is one line in `all`.
struct Dimension: Sendable {
    let field: Field
    /// Fields that add no information once this one is known.
    let implies: [Field]
    /// Whether a value applies to the whole message, and so to the other lines of the message.
    let isOfMessage: Bool
    /// Whether a value identifies the actor. Such a value comes from Postfix; a client cannot forge it.
    let namesActor: Bool
    /// Whether the field has a small fixed set of values. Then a value that all lines have explains nothing.
    let isClosed: Bool
    /// Threshold of a duration in microseconds; nil for other fields. All durations from the threshold on are one
    /// value, shorter ones are missing. Only such dimensions show that mail became slower.
    let least: Int?

    private init(
        _ field: Field, implies: [Field] = [], ofMessage: Bool = false, actor: Bool = false,
        closed: Bool = false, atLeast seconds: Int? = nil
    ) {
        self.field = field
        self.implies = implies
        isOfMessage = ofMessage
        namesActor = actor
        isClosed = closed
        least = seconds.map { $0 * 1_000_000 }
    }

    static let all: [Dimension] = [
        Dimension(.process, implies: [.service], closed: true),
        Dimension(.status, implies: [.event, .severity], closed: true),
        Dimension(.reason, implies: [.status, .event, .severity, .dsn, .rejectClass, .reasonClass]),
        Dimension(.queueID, actor: true), Dimension(.saslUsername, ofMessage: true, actor: true),
        Dimension(.from, implies: [.fromDomain], ofMessage: true),
        Dimension(.fromDomain, ofMessage: true),
        Dimension(.to, implies: [.toDomain], ofMessage: true),
        Dimension(.toDomain, ofMessage: true),
        Dimension(.relayName),
        Dimension(.clientNet, ofMessage: true),
        Dimension(.event, implies: [.severity], closed: true),
        Dimension(.rejectClass, implies: [.event, .severity], closed: true),
        Dimension(.dsn, closed: true),
        Dimension(.reasonClass, implies: [.status, .event, .severity], closed: true),
        Dimension(.severity, closed: true),
        Dimension(.service, closed: true),
        Dimension(.host, closed: true),
        // Without delay_a, which includes the earlier delivery attempts, and without delay, the sum.
        Dimension(.delayB, closed: true, atLeast: 1), Dimension(.delayB, closed: true, atLeast: 10),
        Dimension(.delayB, closed: true, atLeast: 100),
        Dimension(.delayC, closed: true, atLeast: 10), Dimension(.delayC, closed: true, atLeast: 100),
        Dimension(.delayD, closed: true, atLeast: 10), Dimension(.delayD, closed: true, atLeast: 100),
    ]

    /// Dimensions that define kinds of lines. A move from one kind to another is a change, even if the sum is the same.
    static let kinds = all.indices.filter { all[$0].least != nil || kindFields.contains(all[$0].field) }
    private static let kindFields: [Field] = [.process, .event, .status]

    /// Returns the value of a line in this dimension, from the value of the field.
    func value(_ value: Value) -> Value {
        guard let least else { return value }
        return value.kind == .duration && value.integer >= least ? .duration(least) : .missing
    }

    /// Returns a value as a query condition.
    func condition(_ value: Value) -> String {
        "\(field.name)\(least == nil ? "=" : ">=")\(QueryText.value(value, field.type))"
    }

    static func place(_ name: String) -> Int {
        guard let place = all.firstIndex(where: { $0.field.name == name }) else {
            preconditionFailure("'\(name)' is not a dimension")
        }
        return place
    }
}
