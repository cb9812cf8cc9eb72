/// Table of the open messages. It assigns each line to its message, links messages to their parents, and emits each
/// message after its end. Lines must arrive in the order of the log.
///
/// A message remains for a grace period after its end, for two reasons: lines of one second come in any order, and
/// a notification is logged before the line that names its parent message.
///
/// A message without a line for a month of log time is dropped. If memory is full, the least recently seen messages are
/// dropped. Dropped messages are emitted too, marked as unfinished.
package final class MessageTable {
    /// Fields that are kept for each message; fewer fields use less memory.
    package struct Plan: Sendable {
        /// Fields kept once per message.
        package var attributes: [Field] = []
        /// Fields of the last delivery attempt, kept for each recipient.
        package var told: [Field] = []
        package var keepsReason = false

        package init() {}

        /// Fields that lines must have been decoded with.
        package var needs: [Field] { MailEvent.allCases.flatMap { needs(of: $0) } }

        /// Returns the fields that are read from a line with this event.
        package func needs(of event: MailEvent) -> [Field] {
            var fields: [Field] = [.time, .host, .queueID]
            if event.isOfSession { fields += [.tag, .pid] }
            switch event {
            case .client: fields.append(.origQueueID)
            case .pickup: fields.append(.origID)
            case .messageID: fields.append(.messageID)
            case .active: fields.append(.nrcpt)
            case .delivery, .discardedDelivery:
                fields += [.to, .origTo, .status, .queuedAs, .newQueueID, .link]
            case .notification: fields.append(.newQueueID)
            case .lost: fields.append(.where)
            default: break
            }
            if keepsReason, event.tellsReason { fields.append(.detail) }
            return fields + (event.bringsAttributes ? attributes : [])
                + (event.isAttempt ? told : [])
        }
    }

    /// Microseconds within which lines of one moment may arrive in any order.
    package static let grace: Int64 = 5_000_000
    /// Microseconds without a line after which a message is dropped. Far longer than a usual queue lifetime.
    private static let idleLimit: Int64 = 31 * 86_400_000_000
    /// Maximum age in microseconds of a child message when its parent's line names it. An older message with the same
    /// queue id is another one.
    private static let kinLimit: Int64 = 600_000_000
    private static let sessionLimit = 1 << 16

    private let plan: Plan
    private let attributeSlots: [Int]
    private let toldSlots: [Int]
    private let memory: Int
    private let ended: (Message) -> Bool

    /// First messages of the chains. The table owns its messages with unmanaged references, so walking a chain does no
    /// reference counting.
    private var buckets: [Unmanaged<Message>?] = Array(repeating: nil, count: 256)
    private let seed = UInt64.random(in: .min ... .max)
    private var count = 0
    private var births = 0
    private var linesTaken = 0
    private var footprint = 0
    private var hosts: [[UInt8]: MessageHost] = [:]
    private var hostsInOrder: [MessageHost] = []
    private var lastHost: MessageHost?
    private var sessionCount = 0

    /// Whether the caller wants more messages.
    package private(set) var isWanted = true
    /// Number of messages dropped because memory was full.
    package private(set) var evictions = 0
    /// Delivery attempt of the last line, if it was one: its number for the recipient, and the time since the previous
    /// attempt.
    package private(set) var attempt: (number: Int, gap: Value) = (0, .missing)

    /// Creates a table with a memory limit in bytes. `ended` receives each message at its end, and returns whether it
    /// wants more.
    package init(_ plan: Plan, memory: Int, ended: @escaping (Message) -> Bool) {
        self.plan = plan
        self.memory = memory
        self.ended = ended
        attributeSlots = plan.attributes.map(\.slot)
        toldSlots = plan.told.map(\.slot)
    }

    deinit {
        for host in hostsInOrder { host.forget() }
        for var next in buckets {
            while let message = next {
                next = message.takeUnretainedValue().chain
                message.release()
            }
        }
    }

    // MARK: Lines

    /// Returns the host that logged the line.
    package func host(of line: Record) -> MessageHost { knownHost(line[.host]) }

    /// Takes the next line, and returns its message; nil if the line has no queue id.
    package func take(_ line: Record, _ event: MailEvent) -> Message? {
        let now = line[.time]
        guard now.kind == .time else { return nil }
        linesTaken += 1
        let host = self.host(of: line)
        advance(host, to: now.wallClock)
        let id = line[.queueID]
        guard id.kind == .text else {
            takeSession(line, event, nil, host)
            return nil
        }
        if event == .pickup, line[.origID].kind == .text,
            let requeued = find(host, line[.origID].bytes)
        {
            requeued.marks.insert(.requeued)
            close(requeued)
        }
        let message = message(host, id.bytes, now, event)
        if message.lines == 0 { message.first = now }
        message.lines += 1
        if MessageTable.elapsed(message.last, now) > 0 { message.last = now }
        touch(message)
        if event.bringsAttributes { keepAttributes(message, line, event) }
        note(line, event, now, message, host)
        let held = message.footprint
        footprint += held - message.countedFootprint
        message.countedFootprint = held
        if footprint > memory { shrink() }
        return message
    }

    /// Emits the remaining messages in the order of births. Call it after the last line.
    package func finish() {
        var left: [Message] = []
        for host in hostsInOrder {
            var next = host.oldest
            while let message = next?.takeUnretainedValue() {
                left.append(message)
                next = message.newer
            }
        }
        for message in left.sorted(by: { $0.number < $1.number }) where isWanted { end(message) }
    }

    private func note(
        _ line: Record, _ event: MailEvent, _ now: Value, _ message: Message, _ host: MessageHost
    ) {
        switch event {
        case .client:
            message.marks.insert(.client)
            takeSession(line, event, message, host)
            if line[.origQueueID].kind == .text {
                adopt(message, line[.origQueueID].bytes, .filter)
            }
        case .pickup:
            message.marks.insert(.pickup)
            if line[.origID].kind == .text {
                adopt(message, line[.origID].bytes, .requeue)
            }
        case .messageID: noteMessageID(line[.messageID], message)
        case .active:
            message.marks.insert(.active)
            message.marks.remove([.held, .rejected, .discarded, .cutOff])
            message.activations += 1
            if line[.nrcpt].kind == .integer { message.nrcpt = line[.nrcpt].integer }
        case .delivery, .discardedDelivery: noteDelivery(line, event, now, message)
        case .expired: message.marks.insert(.expired)
        case .removed, .canceled, .discardedRemoval, .deleted:
            message.marks.insert(.removed)
            if event == .canceled { message.marks.insert(.canceled) }
            if event == .discardedRemoval { message.marks.insert(.discarded) }
            if event == .deleted { message.marks.insert(.deleted) }
            message.removed = now
            close(message)
        case .notification:
            if line[.newQueueID].kind == .text {
                bear(message, line[.newQueueID].bytes, .notification, now)
            }
        case .hold: message.marks.insert(.held)
        case .release: message.marks.remove(.held)
        case .discard:
            message.marks.insert(.discarded)
            noteReason(line, message)
        case .reject:
            message.marks.insert(.rejected)
            noteReason(line, message)
        case .refusal: noteReason(line, message)
        case .lost: if isContent(line[.where]) { message.marks.insert(.cutOff) }
        case .mention, .connect, .disconnect: break
        }
    }

    private func noteReason(_ line: Record, _ message: Message) {
        guard plan.keepsReason, line[.detail].kind == .text else { return }
        message.failure = message.values.keep(line[.detail], over: message.failure)
    }

    private func noteMessageID(_ value: Value, _ message: Message) {
        message.marks.insert(.messageID)
        guard value.kind == .text else { return }
        message.messageIDHash = hash(value.bytes, 0)
        // A Message-ID of Postfix: `20261123163934.B42F5F8A2E2@mx1`, or a long queue id before the `@`.
        let id = message.queueID.bytes
        if let range = value.bytes.range(of: id), range.upperBound < value.bytes.count,
            value.bytes[range.upperBound] == UInt8(ascii: "@"),
            range.lowerBound == 0 || value.bytes[range.lowerBound - 1] == UInt8(ascii: ".")
        {
            message.marks.insert(.madeHere)
        }
    }

    private func keepAttributes(_ message: Message, _ line: Record, _ event: MailEvent) {
        for (place, slot) in attributeSlots.enumerated() {
            let value = line.slots[slot]
            // Sender and size from the queue manager replace earlier values.
            guard !value.isMissing, event == .active || message.attributes[place].isMissing else { continue }
            message.attributes[place] = message.values.keep(value, over: message.attributes[place])
        }
    }

    // MARK: Deliveries

    private func noteDelivery(_ line: Record, _ event: MailEvent, _ now: Value, _ message: Message) {
        let word = line[.status]
        guard word.kind == .text else { return }
        message.attempts += 1
        var fate: Message.Fate
        switch word.bytes[0] {
        // `sent`; `softbounce` is a bounce that Postfix retries.
        case UInt8(ascii: "s"): fate = word.bytes == "sent" ? .delivered : .deferred
        case UInt8(ascii: "b"): fate = .bounced
        case UInt8(ascii: "u"):
            fate = .bounced
            message.marks.insert(.probe)
        default:
            fate = .deferred
            if word.bytes == "deliverable" {
                fate = .delivered
                message.marks.insert(.probe)
            }
        }
        if fate == .delivered {
            if event == .discardedDelivery { fate = .discarded }
            if line[.link].kind == .text, line[.newQueueID].kind == .text {
                bear(message, line[.newQueueID].bytes, .forward, now)
            } else if line[.queuedAs].kind == .text {
                message.keptNextHop = message.values.keep(line[.queuedAs], over: message.keptNextHop)
                if passes(message, to: line[.queuedAs].bytes) { fate = .passed }
            }
        }
        let recipient = recipient(line, now, message)
        let before = message.recipients[recipient]
        attempt = (
            before.attempts + 1,
            before.attempts == 0 ? .missing : .duration(Int(MessageTable.elapsed(before.last, now)))
        )
        message.recipients[recipient].note(fate, now)
        if plan.keepsReason, line[.detail].kind == .text {
            if fate == .deferred || fate == .bounced {
                message.failure = message.values.keep(line[.detail], over: message.failure)
            } else {
                message.success = message.values.keep(line[.detail], over: message.success)
            }
        }
        for (place, slot) in toldSlots.enumerated() {
            let index = recipient * toldSlots.count + place
            let value = line.slots[slot]
            message.told[index] =
                value.isMissing ? .missing : message.values.keep(value, over: message.told[index])
        }
    }

    private func recipient(_ line: Record, _ now: Value, _ message: Message) -> Int {
        var hash = seed
        for field in [Field.to, .origTo] {
            let value = line[field]
            // A missing value differs from an empty one.
            hash = value.kind == .text ? value.bytes.hash(seed: hash, ignoringCase: true) : ~hash
        }
        if message.recipients.count <= 8 {
            if let place = message.recipients.firstIndex(where: { $0.hash == hash }) { return place }
        } else if let place = message.recipientIndex[hash] {
            return place
        }
        let place = message.recipients.count
        message.add(
            Message.Recipient(
                to: message.values.keep(line[.to]),
                originalTo: message.values.keep(line[.origTo]),
                hash: hash, first: now, last: now),
            telling: toldSlots.count)
        return place
    }

    // MARK: Parents and children

    /// Links a parent message to a child message with this queue id.
    private func bear(_ parent: Message, _ id: Bytes, _ kind: Message.Kinship, _ now: Value) {
        var child = find(parent.host, id)
        if child === parent { return }
        if let known = child, MessageTable.elapsed(known.first, now) > MessageTable.kinLimit {
            end(known)
            child = nil
        }
        // This line may precede the first line of the child.
        let made = child ?? insert(parent.host, id, now)
        if made.parentKind == nil {
            made.parent = made.values.keep(parent.queueID)
            made.parentKind = kind
        }
        if !parent.children.contains(where: { $0.bytes == id }) {
            parent.add(child: .text(id))
        }
    }

    /// Links a child message to its parent, when a line of the child names the parent.
    private func adopt(_ child: Message, _ id: Bytes, _ kind: Message.Kinship) {
        child.parent = child.values.keep(.text(id), over: child.parent)
        child.parentKind = kind
        guard let parent = find(child.host, id), parent !== child,
            !parent.children.contains(where: { $0.bytes == child.queueID.bytes })
        else { return }
        parent.add(child: child.queueID)
    }

    /// Whether the queue id that a server reported belongs to a message on this host. Then the server was a content
    /// filter, and that message becomes a child.
    private func passes(_ message: Message, to id: Bytes) -> Bool {
        guard let child = find(message.host, id), child !== message else { return false }
        if child.parentKind == .filter { return child.parentQueueID.bytes == message.queueID.bytes }
        guard child.parentKind == nil, child.marks.contains(.client),
            !message.hasBirth || MessageTable.elapsed(message.first, child.first) >= 0,
            child.messageIDHash == message.messageIDHash || child.messageIDHash == 0
                || message.messageIDHash == 0
        else { return false }
        adopt(child, message.queueID.bytes, .filter)
        return true
    }

    // MARK: Sessions

    /// Applies a line of smtpd to the session of its process. `message` is the message of the line's queue id, nil if
    /// the line has none.
    private func takeSession(_ line: Record, _ event: MailEvent, _ message: Message?, _ host: MessageHost) {
        guard event.isOfSession else { return }
        let tag = line[.tag]
        guard tag.kind == .text else { return }
        let key = hash(tag.bytes, UInt64(truncatingIfNeeded: line[.pid].integer))
        switch event {
        case .connect, .disconnect:
            if let session = host.sessions.removeValue(forKey: key) {
                sessionCount -= 1
                leave(session)
            }
        case .client:
            var session = session(key, host)
            leave(session)
            if let message {
                message.marks.formUnion(session.pending)
                session.foretold?.pass(to: message)
            }
            session.message = message
            session.pending = []
            session.foretold = nil
            host.sessions[key] = session
        case .lost:
            if let current = host.sessions[key]?.message, isContent(line[.where]) {
                current.marks.insert(.cutOff)
            }
        default:
            var session = session(key, host)
            session.pending.insert(event == .hold ? .held : .discarded)
            let foretold = session.foretold ?? Foretold(width: attributeSlots.count)
            for (place, slot) in attributeSlots.enumerated() { foretold.keep(line.slots[slot], at: place) }
            session.foretold = foretold
            host.sessions[key] = session
        }
    }

    private func session(_ key: UInt64, _ host: MessageHost) -> MessageSession {
        if var session = host.sessions[key] {
            session.time = host.clock
            return session
        }
        sessionCount += 1
        if sessionCount > MessageTable.sessionLimit {
            // Killed processes never log the end of their sessions.
            for host in hostsInOrder { host.sessions = [:] }
            sessionCount = 1
        }
        return MessageSession(message: nil, time: host.clock)
    }

    /// Marks the message of a session as over, because the session ended or begins another message.
    private func leave(_ session: MessageSession) {
        guard let message = session.message, message.isInTable, !message.marks.contains(.active) else {
            return
        }
        message.marks.insert(.isOver)
        close(message)
    }

    private func isContent(_ place: Value) -> Bool {
        place.kind == .text
            && (place.bytes.hasPrefix("DATA") || place.bytes.hasPrefix("BDAT"))
    }

    // MARK: Generations

    /// Returns the message with the queue id; a new message if the queue id is new or reused.
    private func message(_ host: MessageHost, _ id: Bytes, _ now: Value, _ event: MailEvent) -> Message {
        guard let known = find(host, id) else { return insert(host, id, now) }
        guard isReborn(known, now, event) else { return known }
        end(known)
        return insert(host, id, now)
    }

    private func isReborn(_ message: Message, _ now: Value, _ event: MailEvent) -> Bool {
        if MessageTable.elapsed(message.last, now) > MessageTable.idleLimit { return true }
        let begins = event == .client || event == .pickup
        guard begins || event == .messageID || event == .active else { return false }
        if message.isStillborn, !begins {
            return MessageTable.elapsed(message.last, now) > MessageTable.grace
        }
        if message.hasEnd { return true }
        if begins, !message.marks.isDisjoint(with: [.client, .pickup]) { return true }
        // An active message can begin only once. Such a line within the grace period arrived out of order; a later one
        // belongs to a new message.
        guard begins || event == .messageID, message.marks.contains(.active) || message.attempts > 0 else {
            return false
        }
        return MessageTable.elapsed(message.first, now) > MessageTable.grace
    }

    /// Returns the microseconds from one time to another. Compares in UTC if both have a UTC offset, by wall clock
    /// otherwise.
    package static func elapsed(_ from: Value, _ to: Value) -> Int64 {
        from.offset == Value.unknownOffset || to.offset == Value.unknownOffset
            ? to.wallClock &- from.wallClock : Int64(to.integer &- from.integer)
    }

    // MARK: The table

    private func knownHost(_ name: Value) -> MessageHost {
        let bytes = name.kind == .text ? name.bytes : Bytes("")
        if let last = lastHost, last.name.count == bytes.count,
            last.name.withUnsafeBufferPointer({ buffer in
                buffer.baseAddress.map { Bytes($0, count: buffer.count).equalsIgnoringCase(bytes) } ?? true
            })
        {
            return last
        }
        let key = UnsafeBufferPointer(start: bytes.base, count: bytes.count).map(\.asciiLowercased)
        if let known = hosts[key] {
            lastHost = known
            return known
        }
        if hosts.count >= 4096 { forgetIdleHosts() }
        let host = MessageHost(
            name: Array(UnsafeBufferPointer(start: bytes.base, count: bytes.count)), salt: UInt64(births + 2))
        hosts[key] = host
        hostsInOrder.append(host)
        lastHost = host
        return host
    }

    private func forgetIdleHosts() {
        hosts = hosts.filter { $0.value.oldest != nil }
        for host in hostsInOrder where host.oldest == nil {
            sessionCount -= host.sessions.count
            host.forget()
        }
        hostsInOrder.removeAll { $0.oldest == nil }
    }

    private func hash(_ bytes: Bytes, _ salt: UInt64) -> UInt64 {
        bytes.hash(seed: seed ^ salt &* 0x9E37_79B9_7F4A_7C15)
    }

    private func find(_ host: MessageHost, _ id: Bytes) -> Message? {
        let hash = hash(id, host.salt)
        var next = buckets[bucket(hash)]
        while let message = next {
            let (isIt, after) = message._withUnsafeGuaranteedRef {
                ($0.hash == hash && $0.host === host && $0.queueID.bytes == id, $0.chain)
            }
            if isIt { return message.takeUnretainedValue() }
            next = after
        }
        return nil
    }

    @inline(__always)
    private func bucket(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (buckets.count - 1) }

    private func insert(_ host: MessageHost, _ id: Bytes, _ now: Value) -> Message {
        if count >= buckets.count { grow() }
        let message = Message(
            host: host, queueID: id, hash: hash(id, host.salt), number: births, time: now,
            attributeCount: attributeSlots.count)
        births += 1
        count += 1
        let bucket = bucket(message.hash)
        message.chain = buckets[bucket]
        buckets[bucket] = Unmanaged.passRetained(message)
        append(message)
        message.countedFootprint = message.footprint
        footprint += message.countedFootprint
        return message
    }

    private func grow() {
        let old = buckets
        buckets = Array(repeating: nil, count: old.count * 2)
        for var next in old {
            while let held = next {
                let message = held.takeUnretainedValue()
                next = message.chain
                let bucket = bucket(message.hash)
                message.chain = buckets[bucket]
                buckets[bucket] = held
            }
        }
    }

    private func append(_ message: Message) {
        let host = message.host
        let held = Unmanaged.passUnretained(message)
        message.seen = linesTaken
        message.older = host.newest
        message.newer = nil
        if let newest = host.newest {
            newest._withUnsafeGuaranteedRef { $0.newer = held }
        } else {
            host.oldest = held
        }
        host.newest = held
    }

    private func unlink(_ message: Message) {
        let host = message.host
        let (older, newer) = (message.older, message.newer)
        if let newer { newer._withUnsafeGuaranteedRef { $0.older = older } } else { host.newest = older }
        if let older { older._withUnsafeGuaranteedRef { $0.newer = newer } } else { host.oldest = newer }
        message.newer = nil
        message.older = nil
    }

    private func touch(_ message: Message) {
        if message.newer == nil {
            message.seen = linesTaken
        } else {
            unlink(message)
            append(message)
        }
    }

    // MARK: Ends

    /// Schedules a check of a message that may have ended, after the grace period for late lines.
    private func close(_ message: Message) {
        let host = message.host
        let due = host.clock + MessageTable.grace
        host.closing.append((message, due))
        host.nextDue = min(host.nextDue, due)
    }

    private func advance(_ host: MessageHost, to time: Int64) {
        host.silence = 0
        host.silentSince = nil
        guard time > host.clock else { return }
        host.clock = time
        endWhatIsDue(host)
    }

    /// Advances the clocks of all hosts while no lines arrive. `moment` is in microseconds of a monotonic clock.
    package func passTime(to moment: Int64) {
        for host in hostsInOrder {
            let since = host.silentSince ?? moment
            host.silentSince = since
            host.silence = moment - since
            endWhatIsDue(host)
        }
    }

    private func endWhatIsDue(_ host: MessageHost) {
        let time = host.now
        if host.nextDue <= time {
            while let first = host.closing.first, first.due <= time {
                host.closing.removeFirst()
                if first.message.isInTable, first.message.hasEnd { end(first.message) }
            }
            host.nextDue = host.closing.first?.due ?? .max
        }
        while let oldest = host.oldest,
            time - oldest._withUnsafeGuaranteedRef({ $0.last.wallClock }) > MessageTable.idleLimit
        {
            giveUp(oldest.takeUnretainedValue())
        }
    }

    private func giveUp(_ message: Message) {
        message.marks.insert(.evicted)
        end(message)
    }

    /// Removes a message from the table and emits it.
    private func end(_ message: Message) {
        guard message.isInTable else { return }
        message.isInTable = false
        let held = Unmanaged.passUnretained(message)
        let bucket = bucket(message.hash)
        if buckets[bucket]?.toOpaque() == held.toOpaque() {
            buckets[bucket] = message.chain
        } else {
            var next = buckets[bucket]?.takeUnretainedValue()
            while let other = next {
                if other.chain?.toOpaque() == held.toOpaque() {
                    other.chain = message.chain
                    break
                }
                next = other.chain?.takeUnretainedValue()
            }
        }
        message.chain = nil
        unlink(message)
        count -= 1
        footprint -= message.countedFootprint
        // A child message without lines was only named by its parent.
        if message.lines > 0, isWanted { isWanted = ended(message) }
        held.release()
    }

    /// Drops the least recently seen messages until the memory limit is met.
    private func shrink() {
        while footprint > memory, count > 0 {
            guard
                let oldest = hostsInOrder.compactMap({ $0.oldest?.takeUnretainedValue() })
                    .min(by: { $0.seen < $1.seen })
            else { return }
            evictions += 1
            giveUp(oldest)
        }
    }
}
