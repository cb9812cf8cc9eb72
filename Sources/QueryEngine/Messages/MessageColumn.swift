import MailLog

/// Column of rows that are built from messages: its name and type, the fields to keep for it, and the function that
/// reads it from a message. Each column is declared once, in the list of its stage.
struct MessageColumn: Sendable {
    /// Reads the value from a message or from one of its recipients. Texts may be allocated in the arena.
    typealias Reading = (_ message: Message, _ recipient: Int, _ arena: Arena) -> Value

    /// Reads the value of a delivery attempt. `attempt` is `MessageTable.attempt`; `time` is the time of the attempt.
    typealias AttemptReading =
        @Sendable (_ message: Message, _ attempt: (number: Int, gap: Value), _ time: Value) -> Value

    let name: String
    let type: ValueType
    /// Whether the column is hidden until a query names it.
    private(set) var isAside = false
    /// Field of the delivery line that the column copies, for rows that are delivery attempts.
    private(set) var line: Field?
    /// Function that reads the column from a delivery attempt; nil if it comes from the line or the message.
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

    /// The same column, hidden until a query names it.
    var aside: MessageColumn {
        var column = self
        column.isAside = true
        return column
    }

    /// Adds the fields that must be kept for this column to the plan.
    func demand(_ plan: inout MessageTable.Plan) {
        if let attribute, !plan.attributes.contains(attribute) {
            plan.attributes.append(attribute)
        }
        if let told, !plan.told.contains(told) { plan.told.append(told) }
        plan.keepsReason = plan.keepsReason || keepsReason
    }

    func reading(_ plan: MessageTable.Plan) -> Reading { reading(plan) }

    // MARK: Kinds of columns

    /// Column computed from the message.
    static func computed(
        _ name: String, _ type: ValueType, _ read: @escaping @Sendable (Message, Arena) -> Value
    ) -> MessageColumn {
        MessageColumn(name, type) { _ in { message, _, arena in read(message, arena) } }
    }

    /// Column computed from a recipient.
    static func ofRecipient(
        _ name: String, _ type: ValueType,
        _ read: @escaping @Sendable (Message, Message.Recipient, Int, Arena) -> Value
    ) -> MessageColumn {
        MessageColumn(name, type) { _ in
            { message, recipient, arena in read(message, message.recipients[recipient], recipient, arena) }
        }
    }

    /// Line field that applies to the whole message, or a field derived from it.
    static func attribute(_ field: Field) -> MessageColumn {
        let (source, compute) = derivation(field)
        var column = MessageColumn(field.name, field.type) { plan in
            let index = plan.attributes.firstIndex(of: source) ?? 0
            return { message, _, arena in compute(message.attribute(index), arena) }
        }
        column.attribute = source
        return column
    }

    /// Field of the last delivery attempt for a recipient, or a field derived from it.
    static func told(_ field: Field) -> MessageColumn {
        let (source, compute) = derivation(field)
        var column = MessageColumn(field.name, field.type) { plan in
            let index = plan.told.firstIndex(of: source) ?? 0
            let width = plan.told.count
            return { message, recipient, arena in
                compute(message.told(recipient, index, of: width), arena)
            }
        }
        column.told = source
        return column
    }

    /// Reason of the message's outcome: the `detail` as logged, or a field derived from it.
    static func lastReason(_ field: Field) -> MessageColumn {
        let (_, compute) = derivation(field)
        var column = MessageColumn(field.name, field.type) { _ in
            { message, _, arena in compute(message.lastReason, arena) }
        }
        column.keepsReason = true
        return column
    }

    /// Field of the delivery line; the row already contains it.
    static func ofLine(_ field: Field) -> MessageColumn {
        var column = MessageColumn(field.name, field.type) { _ in { _, _, _ in .missing } }
        column.line = field
        return column
    }

    /// Column computed from a delivery attempt.
    static func ofAttempt(
        _ name: String, _ type: ValueType, _ read: @escaping AttemptReading
    ) -> MessageColumn {
        var column = MessageColumn(name, type) { _ in { _, _, _ in .missing } }
        column.attempt = read
        return column
    }

    /// Whether the value is known at the delivery attempt, before other lines of the message.
    var isOfAttempt: Bool { line != nil || attempt != nil }

    /// Time of the message, or a time bin of it.
    static func bin(
        _ field: Field, _ time: @escaping @Sendable (Message) -> Value
    ) -> MessageColumn {
        guard case .time(let bin) = field.type else {
            preconditionFailure("'\(field.name)' is not a time bin")
        }
        return computed(field.name, field.type) { message, _ in
            bin == .instant ? time(message) : TimeBins.start(of: time(message), bin)
        }
    }

    /// Word from a closed set.
    static func word(
        _ name: String, _ words: [String], _ read: @escaping @Sendable (Message) -> StaticString?
    ) -> MessageColumn {
        computed(name, .text(.oneOf(words))) { message, _ in
            read(message).map { .text(Bytes($0)) } ?? .missing
        }
    }

    /// Returns the line field that a field is finally derived from, and the function that derives it.
    private static func derivation(_ field: Field) -> (Field, @Sendable (Value, Arena) -> Value) {
        guard case .derived(let source, let compute) = field.origin else {
            return (field, { value, _ in value })
        }
        let (root, inner) = derivation(source)
        return (
            root,
            { value, arena in
                let value = inner(value, arena)
                return value.isMissing ? .missing : compute(value, arena)
            }
        )
    }
}

/// Columns that several stages share.
extension MessageColumn {
    /// Attributes of a message, the most common first.
    static let ofMessage: [MessageColumn] = [
        attribute(.from), attribute(.size), attribute(.client), attribute(.saslUsername),
        attribute(.messageID),
    ]

    static let ofMessageAside: [MessageColumn] = [
        Field.fromDomain, .isBounce, .nrcpt, .clientName, .clientIP, .clientNet, .clientPort,
        .saslMethod, .saslSender, .origClient, .helo, .heloDomain, .proto, .uid,
        .resentMessageID,
    ].map { attribute($0).aside }

    static let origin = word("origin", Message.origins) { $0.origin.word }

    static let host = computed("host", Field.host.type) { message, arena in arena.text(message.host.name) }

    static let queueID = computed("queue_id", .text(.plain)) { message, _ in message.queueID }

    /// Start of the message, and its time bins.
    static let birth: [MessageColumn] =
        [bin(.time) { $0.first }]
        + [Field.minute, .hour, .day, .week, .month].map { bin($0) { $0.first }.aside }

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
