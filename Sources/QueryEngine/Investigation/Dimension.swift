import MailLog

/// Field whose values `whatchanged` uses to explain a change. A new dimension is one line in `all`.
struct Dimension: Sendable {
    let field: Field
    /// Fields that add no information once this one is known.
    let implies: [String]
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
        _ name: String, implies: [String] = [], ofMessage: Bool = false, actor: Bool = false,
        closed: Bool = false, atLeast seconds: Int? = nil
    ) {
        guard let field = Fields.named(name) else { preconditionFailure("unknown field '\(name)'") }
        self.field = field
        self.implies = implies
        isOfMessage = ofMessage
        namesActor = actor
        isClosed = closed
        least = seconds.map { $0 * 1_000_000 }
    }

    static let all: [Dimension] = [
        Dimension("process", implies: ["service"], closed: true),
        Dimension("status", implies: ["event", "severity"], closed: true),
        Dimension("reason", implies: ["status", "event", "severity", "dsn", "reject_class", "reason_class"]),
        Dimension("queue_id", actor: true), Dimension("sasl_username", ofMessage: true, actor: true),
        Dimension("from", implies: ["from_domain"], ofMessage: true),
        Dimension("from_domain", ofMessage: true),
        Dimension("to", implies: ["to_domain"], ofMessage: true),
        Dimension("to_domain", ofMessage: true),
        Dimension("relay_name"),
        Dimension("client_net", ofMessage: true),
        Dimension("event", implies: ["severity"], closed: true),
        Dimension("reject_class", implies: ["event", "severity"], closed: true),
        Dimension("dsn", closed: true),
        Dimension("reason_class", implies: ["status", "event", "severity"], closed: true),
        Dimension("severity", closed: true),
        Dimension("service", closed: true),
        Dimension("host", closed: true),
        // Without delay_a, which includes the earlier delivery attempts, and without delay, the sum.
        Dimension("delay_b", closed: true, atLeast: 1), Dimension("delay_b", closed: true, atLeast: 10),
        Dimension("delay_b", closed: true, atLeast: 100),
        Dimension("delay_c", closed: true, atLeast: 10), Dimension("delay_c", closed: true, atLeast: 100),
        Dimension("delay_d", closed: true, atLeast: 10), Dimension("delay_d", closed: true, atLeast: 100),
    ]

    /// Dimensions that define kinds of lines. A move from one kind to another is a change, even if the sum is the same.
    static let kinds = all.indices.filter { all[$0].least != nil || kindNames.contains(all[$0].field.name) }
    private static let kindNames = ["process", "event", "status"]

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
