/// What a line tells of the message or the session that it is about; lines that tell nothing have none.
package enum MailEvent: Int, CaseIterable, Sendable {
    // Of a message, which the line names.
    case client, pickup, messageID, active, delivery
    /// A delivery to nowhere: `status=sent` of the discard agent, or of an alias that throws mail away.
    case discardedDelivery
    case expired, removed
    /// `removed (canceled)`: the client gave up; `removed (discarded)`; removed by an administrator.
    case canceled, discardedRemoval, deleted
    case notification
    case hold, release
    /// What makes an end of the message that is being received, or of one that is about to be.
    case discard, reject
    /// One recipient or command that was turned down; the message may go on.
    case refusal
    /// Anything else with a queue id.
    case mention
    // Of a session, which may have no message.
    case connect, disconnect, lost

    /// Whether the line brings facts about the message as a whole: who sent it, how large it is.
    var bringsAttributes: Bool {
        switch self {
        case .client, .pickup, .messageID, .active, .expired, .reject, .refusal, .hold, .discard: true
        default: false
        }
    }

    /// Whether the line tells of the session of its process.
    var isOfSession: Bool {
        switch self {
        case .connect, .disconnect, .client, .hold, .discard, .lost: true
        default: false
        }
    }

    /// Whether the line may say why.
    var tellsReason: Bool {
        switch self {
        case .delivery, .discardedDelivery, .discard, .reject, .refusal: true
        default: false
        }
    }

    package var isAttempt: Bool { self == .delivery || self == .discardedDelivery }
}

/// Tells the event of a decoded line. One for each worker.
package struct MailEventReader {
    /// The fields that must have been decoded.
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

    /// A header or body check: its action decides.
    private func action(of line: Record) -> MailEvent {
        let word = line.slots[action]
        guard word.kind == .text else { return .mention }
        if word.bytes == "reject" { return .reject }
        if word.bytes == "hold" { return .hold }
        return word.bytes == "discard" ? .discard : .mention
    }

    /// A message is turned down with its content; before that it is a recipient or a command.
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

    /// `postsuper` says what an administrator did.
    private func mention(_ line: Record) -> MailEvent {
        guard line.slots[process].kind == .text, line.slots[process].bytes == "postsuper",
            line.slots[text].kind == .text
        else { return .mention }
        if line.slots[text].bytes.hasSuffix("placed on hold") { return .hold }
        return line.slots[text].bytes.hasSuffix("released from hold") ? .release : .mention
    }
}
