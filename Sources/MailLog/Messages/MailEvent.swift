/// Event of a message or session that a line reports. Other lines have no mail event.
package enum MailEvent: Int, CaseIterable, Sendable {
    // Events of a message; the line has its queue id.
    case client, pickup, messageID, active, delivery
    /// Discarded mail: `status=sent` of the discard agent, or of an alias that discards mail.
    case discardedDelivery
    case expired, removed
    /// Special removals: `removed (canceled)` if the client cancelled the message; `removed (discarded)`; removal by an
    /// administrator.
    case canceled, discardedRemoval, deleted
    case notification
    case hold, release
    /// End of the message that the session receives, or of its next message.
    case discard, reject
    /// Rejected recipient or command; the message may continue.
    case refusal
    /// Any other line with a queue id.
    case mention
    // Events of a session, which may have no message.
    case connect, disconnect, lost

    /// Whether the line may contain attributes of the message as a whole, such as its sender and size.
    var bringsAttributes: Bool {
        switch self {
        case .client, .pickup, .messageID, .active, .expired, .reject, .refusal, .hold, .discard: true
        default: false
        }
    }

    /// Whether the line affects the session of its process.
    var isOfSession: Bool {
        switch self {
        case .connect, .disconnect, .client, .hold, .discard, .lost: true
        default: false
        }
    }

    /// Whether the line may contain a reason.
    var tellsReason: Bool {
        switch self {
        case .delivery, .discardedDelivery, .discard, .reject, .refusal: true
        default: false
        }
    }

    package var isAttempt: Bool { self == .delivery || self == .discardedDelivery }
}

/// Determines the event of a decoded line. Each worker has its own reader.
package struct MailEventReader {
    /// Fields that a line must have been decoded with.
    package static let fields: [Field] = [.event, .queueID, .process, .action, .where, .detail, .text]

    package init() {}

    package func event(of line: Record) -> MailEvent? {
        guard let event = LineEvent(line[.event]) else { return nil }
        switch event {
        case .connect: return .connect
        case .disconnect: return .disconnect
        case .lost: return .lost
        case .hold, .milterHold: return .hold
        case .discard, .milterDiscard: return .discard
        case .reject, .milterReject, .proxyReject: return reject(line)
        default: break
        }
        guard line[.queueID].kind == .text else { return nil }
        switch event {
        case .active: return .active
        case .client: return .client
        case .check: return action(of: line)
        case .delivery: return delivery(line)
        case .removed: return removal(line)
        case .messageID: return .messageID
        case .messageRejected, .mimeError: return .reject
        case .pickup: return .pickup
        case .expired: return .expired
        case .notification: return .notification
        default: return mention(line)
        }
    }

    /// Returns the event of a header or body check, which depends on the action.
    private func action(of line: Record) -> MailEvent {
        let word = line[.action]
        guard word.kind == .text else { return .mention }
        if word.bytes == "reject" { return .reject }
        if word.bytes == "hold" { return .hold }
        return word.bytes == "discard" ? .discard : .mention
    }

    /// Returns `.reject` if the message content was rejected, `.refusal` if it was a recipient or a command.
    private func reject(_ line: Record) -> MailEvent {
        let word = line[.where]
        guard word.kind == .text else { return .refusal }
        let isOfContent = ["END-OF-MESSAGE", "END-OF-DATA", "DATA content", "BDAT content", "DATA", "BDAT"]
            .contains { (name: StaticString) in word.bytes == name }
        return isOfContent ? .reject : .refusal
    }

    private func delivery(_ line: Record) -> MailEvent {
        if line[.process].kind == .text, line[.process].bytes == "discard" {
            return .discardedDelivery
        }
        let why = line[.detail]
        return why.kind == .text && why.bytes == "discarded" ? .discardedDelivery : .delivery
    }

    private func removal(_ line: Record) -> MailEvent {
        if line[.process].kind == .text, line[.process].bytes == "postsuper" { return .deleted }
        let why = line[.detail]
        guard why.kind == .text else { return .removed }
        return why.bytes == "canceled" ? .canceled : why.bytes == "discarded" ? .discardedRemoval : .removed
    }

    /// Returns the event of other lines with a queue id. `postsuper` logs the holds and releases of an administrator.
    private func mention(_ line: Record) -> MailEvent {
        guard line[.process].kind == .text, line[.process].bytes == "postsuper",
            line[.text].kind == .text
        else { return .mention }
        if line[.text].bytes.hasSuffix("placed on hold") { return .hold }
        return line[.text].bytes.hasSuffix("released from hold") ? .release : .mention
    }
}
