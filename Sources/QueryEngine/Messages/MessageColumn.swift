import MailLog

/// A column of rows that are made of messages: its name and type, what must be kept of the lines for it, and how
/// it is read from a message. Declared once, in the list of the stage that has it.
struct MessageColumn: Sendable {
    /// Reads the value of a message, or of one of its recipients; texts may live in the arena.
    typealias Reading = (_ message: Message, _ recipient: Int, _ arena: Arena) -> Value

    /// Reads the value of an attempt, whose number and gap are the table's, from its time.
    typealias AttemptReading =
        @Sendable (_ message: Message, _ attempt: (number: Int, gap: Value), _ time: Value) -> Value

    let name: String
    let type: ValueType
    /// Whether it is there to be named, and not shown unless it is.
    private(set) var isAside = false
    /// The field of the delivery's own line that it is, where a row is an attempt.
    private(set) var line: Field?
    /// How it is read of an attempt, where it is neither of the line nor of the message.
    private(set) var attempt: AttemptReading?
    private var attribute: Field?
    private var told: Field?
    private var keepsReason = false
    private let reading: @Sendable (MessageTable.Plan) -> Reading

    private init(
        _ name: String, _ type: ValueType, reading: @escaping @Sendable (MessageTable.Plan) -> Reading
    ) {
        self.name = name
        self.type = type
        self.reading = reading
    }

    /// The same, hidden until it is named.
    var aside: MessageColumn {
        var column = self
        column.isAside = true
        return column
    }

    /// Adds what must be kept for it.
    func demand(_ plan: inout MessageTable.Plan) {
        if let attribute, !plan.attributes.contains(where: { $0.slot == attribute.slot }) {
            plan.attributes.append(attribute)
        }
        if let told, !plan.told.contains(where: { $0.slot == told.slot }) { plan.told.append(told) }
        plan.keepsReason = plan.keepsReason || keepsReason
    }

    func reading(_ plan: MessageTable.Plan) -> Reading { reading(plan) }

    // MARK: Where columns come from

    /// Computed from the message.
    static func computed(
        _ name: String, _ type: ValueType, _ read: @escaping @Sendable (Message, Arena) -> Value
    ) -> MessageColumn {
        MessageColumn(name, type) { _ in { message, _, arena in read(message, arena) } }
    }

    /// Computed from one of its recipients.
    static func ofRecipient(
        _ name: String, _ type: ValueType,
        _ read: @escaping @Sendable (Message, Message.Recipient, Int, Arena) -> Value
    ) -> MessageColumn {
        MessageColumn(name, type) { _ in
            { message, recipient, arena in read(message, message.recipients[recipient], recipient, arena) }
        }
    }

    /// A field that lines have and that holds for the whole message, or one derived from such a field.
    static func attribute(_ name: String) -> MessageColumn {
        let field = Field(name)
        let (source, compute) = derivation(field)
        var column = MessageColumn(name, field.type) { plan in
            let place = plan.attributes.firstIndex { $0.slot == source.slot } ?? 0
            return { message, _, arena in compute(message.attribute(place), arena) }
        }
        column.attribute = source
        return column
    }

    /// A field of the last attempt for a recipient, or one derived from it.
    static func told(_ name: String) -> MessageColumn {
        let field = Field(name)
        let (source, compute) = derivation(field)
        var column = MessageColumn(name, field.type) { plan in
            let place = plan.told.firstIndex { $0.slot == source.slot } ?? 0
            let width = plan.told.count
            return { message, recipient, arena in
                compute(message.told(recipient, place, of: width), arena)
            }
        }
        column.told = source
        return column
    }

    /// Why the message came out as it did, as logged or with what varies replaced.
    static func lastReason(_ name: String) -> MessageColumn {
        let field = Field(name)
        let (_, compute) = derivation(field)
        var column = MessageColumn(name, field.type) { _ in
            { message, _, arena in compute(message.lastReason, arena) }
        }
        column.keepsReason = true
        return column
    }

    /// A field of the line that the row stands for; the row has it already.
    static func ofLine(_ name: String) -> MessageColumn {
        let field = Field(name)
        var column = MessageColumn(name, field.type) { _ in { _, _, _ in .missing } }
        column.line = field
        return column
    }

    /// Computed from an attempt.
    static func ofAttempt(
        _ name: String, _ type: ValueType, _ read: @escaping AttemptReading
    ) -> MessageColumn {
        var column = MessageColumn(name, type) { _ in { _, _, _ in .missing } }
        column.attempt = read
        return column
    }

    /// Whether it is known as soon as the attempt is.
    var isOfAttempt: Bool { line != nil || attempt != nil }

    /// A bin of a time of the message.
    static func bin(
        _ name: String, _ time: @escaping @Sendable (Message) -> Value
    ) -> MessageColumn {
        let field = Field(name)
        guard case .time(let bin) = field.type else {
            preconditionFailure("'\(name)' is no bin of time")
        }
        return computed(name, field.type) { message, _ in
            bin == .instant ? time(message) : TimeBins.start(of: time(message), bin)
        }
    }

    /// One of a closed set of words.
    static func word(
        _ name: String, _ words: [String], _ read: @escaping @Sendable (Message) -> StaticString?
    ) -> MessageColumn {
        computed(name, .text(.oneOf(words))) { message, _ in
            read(message).map { .text(Bytes($0)) } ?? .missing
        }
    }

    /// The field that a field comes from in the end, and how.
    private static func derivation(_ field: Field) -> (Field, @Sendable (Value, Arena) -> Value) {
        guard case .derived(let source, let compute) = field.origin else {
            return (field, { value, _ in value })
        }
        let (root, inner) = derivation(Field(source))
        return (
            root,
            { value, arena in
                let value = inner(value, arena)
                return value.isMissing ? .missing : compute(value, arena)
            }
        )
    }
}

/// The columns that several stages have.
extension MessageColumn {
    /// What the log tells of a message as a whole, the commonest first.
    static let ofMessage: [MessageColumn] = [
        attribute("from"), attribute("size"), attribute("client"), attribute("sasl_username"),
        attribute("message_id"),
    ]

    static let ofMessageAside: [MessageColumn] = [
        "from_domain", "is_bounce", "nrcpt", "client_name", "client_ip", "client_net", "client_port",
        "sasl_method", "sasl_sender", "orig_client", "helo", "helo_domain", "proto", "uid",
        "resent_message_id",
    ].map { attribute($0).aside }

    static let origin = word("origin", Message.origins) { $0.origin.word }

    static let host = computed("host", .text(.host)) { message, arena in arena.text(message.host.name) }

    static let queueID = computed("queue_id", .text(.plain)) { message, _ in message.queueID }

    /// When the message began, and the bins of that.
    static let birth: [MessageColumn] =
        [bin("time") { $0.first }]
        + ["minute", "hour", "day", "week", "month"].map { bin($0) { $0.first }.aside }

    static let hasBirth = computed("birth_seen", .bool) { message, _ in .bool(message.hasBirth) }
    static let hasEnd = computed("end_seen", .bool) { message, _ in .bool(message.hasEnd) }

    static func fate(_ fate: Message.Fate) -> StaticString {
        switch fate {
        case .delivered: "delivered"
        case .deferred: "deferred"
        case .bounced: "bounced"
        case .discarded: "discarded"
        case .passed: "passed"
        case .expired: "expired"
        }
    }

    static func span(_ from: Value, _ to: Value) -> Value {
        from.kind == .time && to.kind == .time
            ? .duration(Int(MessageTable.elapsed(from, to))) : .missing
    }
}
