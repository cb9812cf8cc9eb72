import MailLog

/// A field by whose values `whatchanged` explains a change. A new one is one line in `all`.
struct Dimension: Sendable {
    let field: Field
    /// Fields that say nothing more once this one is known.
    let implies: [String]
    /// Whether it is true of a whole message, so that it also holds for the message's other lines.
    let isOfMessage: Bool
    /// Whether it names who did it, which Postfix knows and no client can claim.
    let namesActor: Bool
    /// Whether its values are a few that are always the same: one that all lines have then names nothing.
    let isClosed: Bool
    /// Of a duration, in microseconds: all from here on are one value, shorter ones are none. What is only slower
    /// than before shows in this alone.
    let least: Int?

    private init(
        _ name: String, implies: [String] = [], ofMessage: Bool = false, actor: Bool = false,
        closed: Bool = false, atLeast seconds: Int? = nil
    ) {
        guard let field = Fields.named(name) else { preconditionFailure("there is no field '\(name)'") }
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
        // Not delay_a, which holds the earlier attempts, nor delay, which is the sum.
        Dimension("delay_b", closed: true, atLeast: 1), Dimension("delay_b", closed: true, atLeast: 10),
        Dimension("delay_b", closed: true, atLeast: 100),
        Dimension("delay_c", closed: true, atLeast: 10), Dimension("delay_c", closed: true, atLeast: 100),
        Dimension("delay_d", closed: true, atLeast: 10), Dimension("delay_d", closed: true, atLeast: 100),
    ]

    /// Those that tell kinds of lines apart: what moves from one kind to another changes, whatever the sum.
    static let kinds = all.indices.filter { all[$0].least != nil || kindNames.contains(all[$0].field.name) }
    private static let kindNames = ["process", "event", "status"]

    /// The value that a line has in this dimension.
    func value(_ value: Value) -> Value {
        guard let least else { return value }
        return value.kind == .duration && value.integer >= least ? .duration(least) : .missing
    }

    /// A value as a condition.
    func condition(_ value: Value) -> String {
        "\(field.name)\(least == nil ? "=" : ">=")\(QueryText.value(value, field.type))"
    }

    static func place(_ name: String) -> Int {
        guard let place = all.firstIndex(where: { $0.field.name == name }) else {
            preconditionFailure("'\(name)' is no dimension")
        }
        return place
    }
}
