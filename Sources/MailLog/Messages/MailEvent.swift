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
    package static let fields = ["event", "queue_id", "process", "action", "where", "detail", "text"].map {
        Field($0)
    }

    private let event = Field("event").slot
    private let queueID = Field("queue_id").slot
    private let process = Field("process").slot
    private let action = Field("action").slot
    private let place = Field("where").slot
    private let detail = Field("detail").slot
    private let text = Field("text").slot

    package init() {}

    package func event(of line: Record) -> MailEvent? {
        let word = line.slots[event]
        guard word.kind == .text else { return nil }
        let isOfMessage = line.slots[queueID].kind == .text
        switch word.bytes[0] {
        case UInt8(ascii: "a") where word.bytes == "active": return isOfMessage ? .active : nil
        case UInt8(ascii: "c"):
            if word.bytes == "connect" { return .connect }
            guard isOfMessage else { return nil }
            if word.bytes == "client" { return .client }
            if word.bytes == "check" { return action(of: line) }
        case UInt8(ascii: "d"):
            if word.bytes == "disconnect" { return .disconnect }
            if word.bytes == "discard" { return .discard }
            guard word.bytes == "delivery" else { break }
            return isOfMessage ? delivery(line) : nil
        case UInt8(ascii: "r"):
            if word.bytes == "removed" { return isOfMessage ? removal(line) : nil }
            if word.bytes == "reject" { return reject(line) }
        case UInt8(ascii: "m"):
            if word.bytes == "message-id" { return isOfMessage ? .messageID : nil }
            if word.bytes == "milter-reject" { return reject(line) }
            if word.bytes == "milter-hold" { return .hold }
            if word.bytes == "milter-discard" { return .discard }
            if word.bytes == "message-rejected" || word.bytes == "mime-error" {
                return isOfMessage ? .reject : nil
            }
        case UInt8(ascii: "p"):
            if word.bytes == "pickup" { return isOfMessage ? .pickup : nil }
            if word.bytes == "proxy-reject" { return reject(line) }
        case UInt8(ascii: "l") where word.bytes == "lost": return .lost
        case UInt8(ascii: "h") where word.bytes == "hold": return .hold
        case UInt8(ascii: "e") where word.bytes == "expired": return isOfMessage ? .expired : nil
        case UInt8(ascii: "n") where word.bytes == "notification": return isOfMessage ? .notification : nil
        default: break
        }
        return isOfMessage ? mention(line) : nil
    }

    /// Returns the event of a header or body check, which depends on the action.
    private func action(of line: Record) -> MailEvent {
        let word = line.slots[action]
        guard word.kind == .text else { return .mention }
        if word.bytes == "reject" { return .reject }
        if word.bytes == "hold" { return .hold }
        return word.bytes == "discard" ? .discard : .mention
    }

    /// Returns `.reject` if the message content was rejected, `.refusal` if it was a recipient or a command.
    private func reject(_ line: Record) -> MailEvent {
        let word = line.slots[place]
        guard word.kind == .text else { return .refusal }
        let isOfContent = ["END-OF-MESSAGE", "END-OF-DATA", "DATA content", "BDAT content", "DATA", "BDAT"]
            .contains { (name: StaticString) in word.bytes == name }
        return isOfContent ? .reject : .refusal
    }

    private func delivery(_ line: Record) -> MailEvent {
        if line.slots[process].kind == .text, line.slots[process].bytes == "discard" {
            return .discardedDelivery
        }
        let why = line.slots[detail]
        return why.kind == .text && why.bytes == "discarded" ? .discardedDelivery : .delivery
    }

    private func removal(_ line: Record) -> MailEvent {
        if line.slots[process].kind == .text, line.slots[process].bytes == "postsuper" { return .deleted }
        let why = line.slots[detail]
        guard why.kind == .text else { return .removed }
        return why.bytes == "canceled" ? .canceled : why.bytes == "discarded" ? .discardedRemoval : .removed
    }

    /// Returns the event of other lines with a queue id. `postsuper` logs the holds and releases of an administrator.
    private func mention(_ line: Record) -> MailEvent {
        guard line.slots[process].kind == .text, line.slots[process].bytes == "postsuper",
            line.slots[text].kind == .text
        else { return .mention }
        if line.slots[text].bytes.hasSuffix("placed on hold") { return .hold }
        return line.slots[text].bytes.hasSuffix("released from hold") ? .release : .mention
    }
}
