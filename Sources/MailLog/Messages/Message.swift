/// A message from its birth to its end: one queue id on one host, once. An id that comes back is another
/// message.
package final class Message {
    /// What an attempt to deliver to one recipient came to.
    package enum Fate: UInt8, Sendable {
        case delivered, deferred, bounced, discarded
        /// Handed to a content filter on this host, or requeued: it goes on under another queue id.
        case passed
        /// Given up after too long a time in the queue.
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

    /// What its lines have told.
    package struct Marks: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        static let client = Marks(rawValue: 1 << 0)
        static let pickup = Marks(rawValue: 1 << 1)
        static let messageID = Marks(rawValue: 1 << 2)
        /// The Message-ID was made here, of the queue id: no client sent it.
        static let madeHere = Marks(rawValue: 1 << 3)
        static let active = Marks(rawValue: 1 << 4)
        static let held = Marks(rawValue: 1 << 5)
        static let discarded = Marks(rawValue: 1 << 6)
        static let rejected = Marks(rawValue: 1 << 7)
        /// The client went away in the middle of the message.
        static let cutOff = Marks(rawValue: 1 << 8)
        /// The session, or its next message, has begun or ended after this one.
        static let isOver = Marks(rawValue: 1 << 9)
        static let expired = Marks(rawValue: 1 << 10)
        static let removed = Marks(rawValue: 1 << 11)
        static let canceled = Marks(rawValue: 1 << 12)
        static let deleted = Marks(rawValue: 1 << 13)
        static let requeued = Marks(rawValue: 1 << 14)
        static let probe = Marks(rawValue: 1 << 15)
        /// Given up before its end, for lack of memory or of lines.
        static let evicted = Marks(rawValue: 1 << 16)
    }

    package struct Recipient {
        package internal(set) var to: Value
        package internal(set) var originalTo: Value
        /// Of the two, without regard to case.
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
    /// In the order of births, which is the order in which what is left in the end comes out.
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
    /// What the last attempt told, for each recipient, field by field.
    var told: [Value] = []
    /// The fields of the message as a whole.
    var attributes: [Value]
    var nrcpt = 0
    var messageIDHash: UInt64 = 0
    var failure = Value.missing
    var success = Value.missing
    var parent = Value.missing
    package internal(set) var parentKind: Kinship?
    var keptChildren: [Value] = []
    var keptNextHop = Value.missing

    // Its places in the table, which holds it: in a chain of one bucket, and in its host's list, least recently
    // seen first.
    var isInTable = true
    var chain: Unmanaged<Message>?
    var newer: Unmanaged<Message>?
    var older: Unmanaged<Message>?
    /// When the host had last told of it, in lines taken.
    var seen = 0
    /// Bytes held, roughly, but for `values`.
    private var size: Int
    /// What the table has counted of its memory.
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

    // MARK: What became of it

    /// The log shows how it began.
    package var hasBirth: Bool {
        !marks.isDisjoint(with: [.client, .pickup])
            || marks.contains(.messageID) && (marks.contains(.madeHere) || parentKind != nil)
    }

    /// The log shows how it ended.
    package var hasEnd: Bool { marks.contains(.removed) || marks.contains(.requeued) || isStillborn }

    /// A client that began a message and did not finish it; before Postfix 3.10 no line says so.
    var isStillborn: Bool {
        guard marks.contains(.isOver), !marks.contains(.active), attempts == 0 else { return false }
        return !marks.contains(.messageID)
            || !marks.isDisjoint(with: [.rejected, .discarded, .cutOff])
    }

    /// Whether what the log tells of the message as a whole has been told, or ought to have been.
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

    /// A field of the last attempt to deliver to a recipient, in the order of the table's plan.
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

    /// The fate of a recipient, now that more is known than the last attempt told.
    package func fate(_ recipient: Int) -> Fate {
        let fate = recipients[recipient].fate
        return fate == .deferred && marks.contains(.expired) ? .expired : fate
    }

    package func count(_ fate: Fate) -> Int { recipients.indices.count { self.fate($0) == fate } }

    /// What became of it as a whole; nil where the log shows its end and nothing else.
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

    /// With unlike recipients, what needs a postmaster's eye comes first.
    private var sharedFate: Outcome? {
        var fates: UInt8 = 0
        for recipient in recipients { fates |= 1 << recipient.fate.rawValue }
        return Message.precedence.first { fates & 1 << $0.0.rawValue != 0 }?.1
    }

    private static let precedence: [(Fate, Outcome)] = [
        (.expired, .expired), (.bounced, .bounced), (.deferred, .deferred), (.delivered, .delivered),
        (.passed, .passed), (.discarded, .discarded),
    ]

    /// Why it came out as it did: the reply that delivered it, else what went wrong last.
    package var lastReason: Value {
        let isFine = outcome == .delivered || outcome == .passed || outcome == .discarded
        let reason = isFine && !success.isMissing ? success : failure.isMissing ? success : failure
        return values.lend(reason)
    }

    // MARK: What is added

    /// Adds a recipient of whom so many fields are kept.
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

    /// Bytes held, roughly.
    var footprint: Int { size + values.capacity }
}

/// A host whose log is read, with its clock and the messages in its queue.
package final class MessageHost {
    /// As logged first.
    package let name: [UInt8]
    /// The latest stamp, in microseconds of the wall clock.
    package internal(set) var clock = Int64.min
    /// Microseconds since it was heard of, where it is waited for.
    var silence: Int64 = 0
    /// When it was first found to be silent, by the clock of who waits.
    var silentSince: Int64?
    /// What its clock shows by now, in microseconds.
    package var now: Int64 { clock + silence }

    // Its messages, the least recently seen first.
    var oldest: Unmanaged<Message>?
    var newest: Unmanaged<Message>?
    /// Messages that have ended or may have, and when they are looked at again.
    var closing = Queue<(message: Message, due: Int64)>()
    /// When the first of them is, at the earliest.
    var nextDue = Int64.max
    var sessions: [UInt64: MessageSession] = [:]

    /// Tells its queue ids from those of other hosts.
    let salt: UInt64

    init(name: [UInt8], salt: UInt64) {
        self.name = name
        self.salt = salt
    }

    /// Lets go of messages, which refer to it.
    func forget() {
        closing = Queue()
        sessions = [:]
    }
}

/// What a session with a client has to do with its messages.
struct MessageSession {
    var message: Message?
    /// What was decided before the message had an id.
    var pending: Message.Marks = []
    var foretold: Foretold?
    var time: Int64
}

/// What was told of a message before it had an id: when it is held, no later line may say who sent it.
final class Foretold {
    private var values = KeptValues()
    private var attributes: [Value]

    init(width: Int) { attributes = Array(repeating: .missing, count: width) }

    func keep(_ value: Value, at place: Int) {
        guard !value.isMissing else { return }
        attributes[place] = values.keep(value, over: attributes[place])
    }

    /// The message has an id now; what its own line says stays.
    func pass(to message: Message) {
        for (place, value) in attributes.enumerated() where message.attributes[place].isMissing {
            message.attributes[place] = message.values.keep(values.lend(value))
        }
    }
}

/// First in, first out.
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

/// How kin are related, as the closed set of words that queries may use.
extension Message {
    package static let origins = Origin.allCases.map { "\($0.word)" }
    package static let outcomes = Outcome.allCases.map { "\($0.word)" }
    package static let kinships = Kinship.allCases.map { "\($0.word)" }
}
