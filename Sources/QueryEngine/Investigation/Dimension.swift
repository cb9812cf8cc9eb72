import MailLog

/// A field by whose values `whatchanged` explains a change. A new one is one line in `all`.
struct Dimension: Sendable {
    let field: Field
    /// Fields that say nothing more once this one is known.
    let implies: [String]
    /// Whether it is true of a whole message, so that it also holds for the message's other lines.
    let isOfMessage: Bool
    /// Whether its values are a few that are always the same: one that all lines have then names nothing.
    let isClosed: Bool

    private init(
        _ name: String, implies: [String] = [], ofMessage: Bool = false, closed: Bool = false
    ) {
        guard let field = Fields.named(name) else { preconditionFailure("there is no field '\(name)'") }
        self.field = field
        self.implies = implies
        isOfMessage = ofMessage
        isClosed = closed
    }

    static let all: [Dimension] = [
        Dimension("process", implies: ["service"], closed: true),
        Dimension("status", implies: ["event", "severity"], closed: true),
        Dimension("reason", implies: ["status", "event", "severity", "dsn", "reject_class"]),
        Dimension("sasl_username", ofMessage: true),
        Dimension("from", implies: ["from_domain"], ofMessage: true),
        Dimension("from_domain", ofMessage: true),
        Dimension("to", implies: ["to_domain"], ofMessage: true),
        Dimension("to_domain", ofMessage: true),
        Dimension("relay_name"),
        Dimension("client_net", ofMessage: true),
        Dimension("event", implies: ["severity"], closed: true),
        Dimension("reject_class", implies: ["event", "severity"], closed: true),
        Dimension("dsn", closed: true),
        Dimension("severity", closed: true),
        Dimension("service", closed: true),
        Dimension("host", closed: true),
        Dimension(
            "queue_id", implies: ["from", "from_domain", "to", "to_domain", "client_net", "sasl_username"]),
    ]

    static func place(_ name: String) -> Int {
        guard let place = all.firstIndex(where: { $0.field.name == name }) else {
            preconditionFailure("'\(name)' is no dimension")
        }
        return place
    }
}
