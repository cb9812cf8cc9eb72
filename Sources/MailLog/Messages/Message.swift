/// Message from its birth to its end: one use of a queue id on one host. A reused queue id is another message.
package final class Message {
    /// Result of a delivery attempt for one recipient.
    package enum Fate: UInt8, Sendable {
        case delivered, deferred, bounced, discarded
        /// Handed to a content filter on this host: the message continues under another queue id.
        case passed
        /// Deferred until the message exceeded the queue lifetime.
        case expired
    }

    package enum Origin: Int, CaseIterable, Sendable {
        case smtp, local, bounce, forward, probe, reinjection, unknown

        package var word: StaticString {
            switch self {
            case .smtp: "smtp"
            case .local: "local"
            case .bounce: "bounce"
            case .forward: "forward"
            case .probe: "probe"
            case .reinjection: "re-injection"
            case .unknown: "unknown"
            }
        }
    }

    package enum Outcome: Int, CaseIterable, Sendable {
        case delivered, deferred, bounced, expired, passed, rejected, discarded, held, deleted, aborted, open

        package var word: StaticString {
            switch self {
            case .delivered: "delivered"
            case .deferred: "deferred"
            case .bounced: "bounced"
            case .expired: "expired"
            case .passed: "passed"
            case .rejected: "rejected"
            case .discarded: "discarded"
            case .held: "held"
            case .deleted: "deleted"
            case .aborted: "aborted"
            case .open: "open"
            }
        }
    }

    package enum Kinship: Int, CaseIterable, Sendable {
        case notification, forward, filter, requeue

        package var word: StaticString {
            switch self {
            case .notification: "notification"
            case .forward: "forward"
            case .filter: "filter"
            case .requeue: "requeue"
            }
        }
    }

    /// Facts from the lines of the message.
    package struct Marks: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        static let client = Marks(rawValue: 1 << 0)
        static let pickup = Marks(rawValue: 1 << 1)
        static let messageID = Marks(rawValue: 1 << 2)
        /// This host created the Message-ID, from the queue id: no client sent it.
        static let madeHere = Marks(rawValue: 1 << 3)
        static let active = Marks(rawValue: 1 << 4)
        static let held = Marks(rawValue: 1 << 5)
        static let discarded = Marks(rawValue: 1 << 6)
        static let rejected = Marks(rawValue: 1 << 7)
        /// The client disconnected while it sent the message.
        static let cutOff = Marks(rawValue: 1 << 8)
        /// The session ended, or began another message.
        static let isOver = Marks(rawValue: 1 << 9)
        static let expired = Marks(rawValue: 1 << 10)
        static let removed = Marks(rawValue: 1 << 11)
        static let canceled = Marks(rawValue: 1 << 12)
        static let deleted = Marks(rawValue: 1 << 13)
        static let requeued = Marks(rawValue: 1 << 14)
        static let probe = Marks(rawValue: 1 << 15)
        /// Dropped before its end, because memory was full or no more lines came.
        static let evicted = Marks(rawValue: 1 << 16)
    }

    package struct Recipient {
        package internal(set) var to: Value
        package internal(set) var originalTo: Value
        /// Hash of `to` and `originalTo`, without regard to case.
        var hash: UInt64
        package internal(set) var attempts = 0
        package internal(set) var first: Value
        package internal(set) var last: Value
        package internal(set) var fate = Fate.delivered

        mutating func note(_ fate: Fate, _ time: Value) {
            attempts += 1
            last = time
            self.fate = fate
        }
    }

    package let host: MessageHost
    let hash: UInt64
    /// Serial number in the order of births. Unfinished messages are emitted in this order at the end.
    let number: Int
    var values = KeptValues()
    private let keptQueueID: Value
    package internal(set) var marks: Marks = []
    package internal(set) var first: Value
    package internal(set) var last: Value
    package internal(set) var removed = Value.missing
    package internal(set) var lines = 0
    package internal(set) var activations = 0
    package internal(set) var attempts = 0
    package internal(set) var recipients: [Recipient] = []
    var recipientIndex: [UInt64: Int] = [:]
    /// Fields of the last delivery attempt of each recipient: recipients in order, each with all fields of the plan.
    var told: [Value] = []
    /// Fields of the message as a whole, in the order of the plan.
    var attributes: [Value]
    var nrcpt = 0
    var messageIDHash: UInt64 = 0
    var failure = Value.missing
    var success = Value.missing
    var parent = Value.missing
    package internal(set) var parentKind: Kinship?
    var keptChildren: [Value] = []
    var keptNextHop = Value.missing

    // Links of the table, which owns the message: the next message in the bucket's chain, and the neighbours in the
    // list of the host. That list starts with the least recently seen message.
    var isInTable = true
    var chain: Unmanaged<Message>?
    var newer: Unmanaged<Message>?
    var older: Unmanaged<Message>?
    /// Number of lines that the table had taken at the last line of this message.
    var seen = 0
    /// Estimated memory in bytes, without `values`.
    private var size: Int
    /// Footprint that is included in the total of the table.
    var countedFootprint = 0

    init(
        host: MessageHost, queueID: Bytes, hash: UInt64, number: Int, time: Value, attributeCount: Int
    ) {
        self.host = host
        self.hash = hash
        self.number = number
        first = time
        last = time
        keptQueueID = values.keep(.text(queueID))
        attributes = Array(repeating: .missing, count: attributeCount)
        size = 400 + attributeCount * 16
    }

    // MARK: Outcome

    /// Whether the log contains the start of the message.
    package var hasBirth: Bool {
        !marks.isDisjoint(with: [.client, .pickup])
            || marks.contains(.messageID) && (marks.contains(.madeHere) || parentKind != nil)
    }

    /// Whether the log contains the end of the message.
    package var hasEnd: Bool { marks.contains(.removed) || marks.contains(.requeued) || isStillborn }

    /// Whether a client began the message and did not finish it. Before Postfix 3.10, no line reports this.
    var isStillborn: Bool {
        guard marks.contains(.isOver), !marks.contains(.active), attempts == 0 else { return false }
        return !marks.contains(.messageID)
            || !marks.isDisjoint(with: [.rejected, .discarded, .cutOff])
    }

    /// Whether all attributes of the message have been read, or the grace period for them is over.
    package var isKnown: Bool {
        marks.contains(.active) && hasBirth && marks.contains(.messageID)
            || host.now - first.wallClock > MessageTable.grace
    }

    package var queueID: Value { values.lend(keptQueueID) }
    package var parentQueueID: Value { values.lend(parent) }
    package var children: [Value] { keptChildren.map { self.values.lend($0) } }
    package var nextHop: Value { values.lend(keptNextHop) }

    package func attribute(_ place: Int) -> Value { values.lend(attributes[place]) }

    package func lend(_ kept: Value) -> Value { values.lend(kept) }

    /// Returns a field of the last delivery attempt of a recipient. `place` is the index of the field in the plan, and
    /// `width` the number of fields in the plan.
    package func told(_ recipient: Int, _ place: Int, of width: Int) -> Value {
        values.lend(told[recipient * width + place])
    }

    package var origin: Origin {
        if marks.contains(.probe) { return .probe }
        switch parentKind {
        case .filter: return .reinjection
        case .notification: return .bounce
        case .forward: return .forward
        default: break
        }
        if marks.contains(.client) { return .smtp }
        if marks.contains(.pickup) { return .local }
        return marks.contains(.madeHere) ? .bounce : .unknown
    }

    /// Returns the fate of a recipient: that of the last delivery attempt, but `.expired` for a deferred recipient of
    /// an expired message.
    package func fate(_ recipient: Int) -> Fate {
        let fate = recipients[recipient].fate
        return fate == .deferred && marks.contains(.expired) ? .expired : fate
    }

    package func count(_ fate: Fate) -> Int { recipients.indices.count { self.fate($0) == fate } }

    /// Outcome of the message as a whole; nil if the log contains only its end.
    package var outcome: Outcome? {
        if marks.contains(.deleted) { return .deleted }
        if marks.contains(.requeued) { return .passed }
        if marks.contains(.canceled) || isStillborn {
            return marks.contains(.rejected) ? .rejected : marks.contains(.discarded) ? .discarded : .aborted
        }
        if marks.contains(.expired) { return .expired }
        if marks.contains(.removed) {
            return sharedFate ?? (marks.contains(.discarded) ? .discarded : nil)
        }
        if marks.contains(.rejected) { return .rejected }
        if marks.contains(.discarded) { return .discarded }
        if marks.contains(.held) { return .held }
        if recipients.contains(where: { $0.fate == .deferred }) { return .deferred }
        return recipients.isEmpty || recipients.count < nrcpt ? .open : sharedFate ?? .open
    }

    /// Outcome of all recipients. If they differ, the one that most needs the attention of a postmaster.
    private var sharedFate: Outcome? {
        var fates: UInt8 = 0
        for recipient in recipients { fates |= 1 << recipient.fate.rawValue }
        return Message.precedence.first { fates & 1 << $0.0.rawValue != 0 }?.1
    }

    private static let precedence: [(Fate, Outcome)] = [
        (.expired, .expired), (.bounced, .bounced), (.deferred, .deferred), (.delivered, .delivered),
        (.passed, .passed), (.discarded, .discarded),
    ]

    /// Reason of the outcome: the reply to the delivery, or the last failure.
    package var lastReason: Value {
        let isFine = outcome == .delivered || outcome == .passed || outcome == .discarded
        let reason = isFine && !success.isMissing ? success : failure.isMissing ? success : failure
        return values.lend(reason)
    }

    // MARK: Additions

    /// Adds a recipient with `width` stored fields.
    func add(_ recipient: Recipient, telling width: Int) {
        recipients.append(recipient)
        for _ in 0..<width { told.append(.missing) }
        size += 80 + width * 16
        if recipients.count == 9 {
            for (place, recipient) in recipients.enumerated() { recipientIndex[recipient.hash] = place }
            size += 9 * 32
        } else if recipients.count > 9 {
            recipientIndex[recipient.hash] = recipients.count - 1
            size += 32
        }
    }

    func add(child id: Value) {
        keptChildren.append(values.keep(id))
        size += 16
    }

    /// Estimated memory in bytes.
    var footprint: Int { size + values.capacity }
}

/// Host whose log is read, with its clock and the messages in its queue.
package final class MessageHost {
    /// Host name as first logged.
    package let name: [UInt8]
    /// Latest timestamp, in microseconds of the wall clock.
    package internal(set) var clock = Int64.min
    /// Microseconds since the last line of the host; 0 unless the logs are followed.
    var silence: Int64 = 0
    /// First moment without a new line of the host, by the monotonic clock of the caller of `passTime`.
    var silentSince: Int64?
    /// Estimated current time of the host, in microseconds of its wall clock.
    package var now: Int64 { clock + silence }

    // Ends of the list of its messages, the least recently seen first.
    var oldest: Unmanaged<Message>?
    var newest: Unmanaged<Message>?
    /// Messages that may have ended, and the time of their next check.
    var closing = Queue<(message: Message, due: Int64)>()
    /// Lower bound of the next check in `closing`.
    var nextDue = Int64.max
    var sessions: [UInt64: MessageSession] = [:]

    /// Hash seed that separates its queue ids from those of other hosts.
    let salt: UInt64

    init(name: [UInt8], salt: UInt64) {
        self.name = name
        self.salt = salt
    }

    /// Drops its references to messages, to break the reference cycle.
    func forget() {
        closing = Queue()
        sessions = [:]
    }
}

/// Session of a client, as far as it affects messages.
struct MessageSession {
    var message: Message?
    /// Marks for the next message, from lines before the message had a queue id.
    var pending: Message.Marks = []
    var foretold: Foretold?
    var time: Int64
}

/// Attributes of a message from lines before it had a queue id. They matter for held messages: later lines may not
/// repeat the sender.
final class Foretold {
    private var values = KeptValues()
    private var attributes: [Value]

    init(width: Int) { attributes = Array(repeating: .missing, count: width) }

    func keep(_ value: Value, at place: Int) {
        guard !value.isMissing else { return }
        attributes[place] = values.keep(value, over: attributes[place])
    }

    /// Copies the attributes to the message that now has a queue id. Values from its own line take precedence.
    func pass(to message: Message) {
        for (place, value) in attributes.enumerated() where message.attributes[place].isMissing {
            message.attributes[place] = message.values.keep(values.lend(value))
        }
    }
}

/// First-in, first-out queue.
package struct Queue<Element> {
    private var elements: [Element?] = []
    private var start = 0

    package init() {}

    package var count: Int { elements.count - start }
    package var first: Element? { start < elements.count ? elements[start] : nil }

    package mutating func append(_ element: Element) { elements.append(element) }

    @discardableResult
    package mutating func removeFirst() -> Element? {
        guard start < elements.count else { return nil }
        defer {
            elements[start] = nil
            start += 1
            if start > 32, start * 2 > elements.count {
                elements.removeFirst(start)
                start = 0
            }
        }
        return elements[start]
    }
}

/// Closed sets of words that queries may use.
extension Message {
    package static let origins = Origin.allCases.map { "\($0.word)" }
    package static let outcomes = Outcome.allCases.map { "\($0.word)" }
    package static let kinships = Kinship.allCases.map { "\($0.word)" }
}
