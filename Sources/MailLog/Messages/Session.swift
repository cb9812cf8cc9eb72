/// SMTP session of one client, from connect to disconnect, as logged by smtpd.
package final class Session {
    package enum End: Int, CaseIterable, Sendable {
        case disconnect, lost, timeout, errors, open

        package var word: StaticString {
            switch self {
            case .disconnect: "disconnect"
            case .lost: "lost connection"
            case .timeout: "timeout"
            case .errors: "too many errors"
            case .open: "open"
            }
        }
    }

    package static let ends = End.allCases.map { "\($0.word)" }

    package let first: Value
    package fileprivate(set) var last: Value
    package fileprivate(set) var hasBirth = false
    package fileprivate(set) var hasEnd = false
    package fileprivate(set) var end = End.open
    package fileprivate(set) var lines = 0
    package fileprivate(set) var rejects = 0
    package fileprivate(set) var logins = 0
    package fileprivate(set) var failedLogins = 0
    package var queueIDs: [Value] { keptQueueIDs.map { self.values.lend($0) } }

    fileprivate let number: Int
    fileprivate var seen = 0
    fileprivate var values = KeptValues()
    fileprivate var told: [Value]
    fileprivate var keptQueueIDs: [Value] = []
    fileprivate var keptTLS = Value.missing
    /// Footprint that is included in the total of the table.
    fileprivate var countedFootprint = 0

    /// Estimated memory in bytes, with the session's entry in the table.
    fileprivate var footprint: Int {
        320 + (told.count + keptQueueIDs.capacity) * MemoryLayout<Value>.stride + values.capacity
    }

    fileprivate init(number: Int, time: Value, toldCount: Int) {
        self.number = number
        first = time
        last = time
        told = Array(repeating: .missing, count: toldCount)
    }

    /// Returns a kept field. `place` is its index in the fields of the table.
    package func told(_ place: Int) -> Value { values.lend(told[place]) }

    /// TLS protocol and cipher, as logged.
    package var tls: Value { values.lend(keptTLS) }
}

/// Table of the open sessions of smtpd. A process has one session at a time. Lines must arrive in the order of the log.
package final class SessionTable {
    /// Fields that lines must have been decoded with.
    package static let fields: [Field] = [
        .time, .host, .tag, .pid, .event, .queueID, .text, .detail, .saslUsername,
    ]

    /// Whether a cell of the field `process` names a daemon that has sessions: smtpd, or qmqpd.
    package static func isServer(_ process: Value) -> Bool {
        process.kind == .text && (process.bytes == "smtpd" || process.bytes == "qmqpd")
    }

    private let toldSlots: [Int]
    private let memory: Int
    private let ended: (Session) -> Bool
    private var sessions: [UInt64: Session] = [:]
    private var births = 0
    private var linesTaken = 0
    /// Estimated memory of the open sessions in bytes.
    private var footprint = 0
    /// Whether the caller wants more sessions.
    package private(set) var isWanted = true
    /// Number of sessions dropped because memory was full.
    package private(set) var evictions = 0

    /// Creates a table with a memory limit in bytes that keeps the last value of each field in `told`. `ended` receives
    /// each session at its end, and returns whether it wants more.
    package init(told: [Field], memory: Int, ended: @escaping (Session) -> Bool) {
        toldSlots = told.map(\.slot)
        self.memory = memory
        self.ended = ended
    }

    /// Takes the next line of a server process.
    package func take(_ line: Record) {
        let now = line[.time]
        guard now.kind == .time, line[.tag].kind == .text, let event = LineEvent(line[.event]) else {
            return
        }
        linesTaken += 1
        let key = key(of: line)
        if event == .connect, let old = sessions[key] { end(old, key) }
        guard let session = sessions[key] ?? begin(line, key, now, event) else { return }
        session.lines += 1
        session.last = now
        session.seen = linesTaken
        for (index, slot) in toldSlots.enumerated() where !line.slots[slot].isMissing {
            // The detail of `lost` describes the end of the session, not a reject.
            if slot == Field.detail.slot, event == .lost { continue }
            // The user name of a failed login is not the user of the session.
            if slot == Field.saslUsername.slot, event == .saslFail { continue }
            session.told[index] = session.values.keep(line.slots[slot], over: session.told[index])
        }
        note(line, event, session)
        footprint += session.footprint - session.countedFootprint
        session.countedFootprint = session.footprint
        if event == .disconnect {
            end(session, key)
        } else if footprint > memory {
            shrink()
        }
    }

    /// Emits the remaining sessions in the order of births. Call it after the last line.
    package func finish() {
        for session in sessions.values.sorted(by: { $0.number < $1.number }) { pass(session) }
        sessions = [:]
    }

    /// Creates the session of a line; nil for a line that belongs to no client.
    private func begin(_ line: Record, _ key: UInt64, _ now: Value, _ event: LineEvent) -> Session? {
        if event == .other, !isOfClient(line) { return nil }
        births += 1
        let session = Session(number: births, time: now, toldCount: toldSlots.count)
        session.hasBirth = event == .connect
        sessions[key] = session
        return session
    }

    private func isOfClient(_ line: Record) -> Bool {
        line[.text].kind == .text && line[.text].bytes.contains(" from ")
    }

    private func note(_ line: Record, _ event: LineEvent, _ session: Session) {
        let id = line[.queueID]
        if event == .client, id.kind == .text {
            session.keptQueueIDs.append(session.values.keep(id))
            if line[.saslUsername].kind == .text { session.logins += 1 }
        } else if event == .reject || event == .milterReject || event == .proxyReject {
            session.rejects += 1
        } else if event == .lost {
            let how = line[.detail]
            session.end =
                how.kind != .text || how.bytes == "lost connection"
                ? .lost : how.bytes == "timeout" ? .timeout : .errors
        } else if event == .disconnect {
            session.hasEnd = true
            if session.end == .open { session.end = .disconnect }
        } else if line[.text].kind == .text {
            noteText(line[.text].bytes, session)
        }
    }

    /// Reads `Anonymous TLS connection established from N[A]: TLSv1.3 with cipher …`, and counts failed logins.
    private func noteText(_ text: Bytes, _ session: Session) {
        if let start = text.range(of: "TLS connection established from ")?.upperBound,
            let colon = text.range(of: "]: ", from: start)?.upperBound
        {
            session.keptTLS = session.values.keep(.text(text.dropFirst(colon)), over: session.keptTLS)
        } else if text.contains(" authentication failed") {
            session.failedLogins += 1
        }
    }

    private func key(of line: Record) -> UInt64 {
        var hasher = Hasher()
        for field in [Field.host, .tag] {
            let value = line[field]
            hasher.combine(value.extra)
            guard value.kind == .text else { continue }
            hasher.combine(
                bytes: UnsafeRawBufferPointer(start: value.bytes.base, count: value.bytes.count))
        }
        hasher.combine(line[.pid].bits)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private func pass(_ session: Session) {
        if isWanted { isWanted = ended(session) }
    }

    private func end(_ session: Session, _ key: UInt64) {
        sessions[key] = nil
        footprint -= session.countedFootprint
        pass(session)
    }

    /// Ends the least recently seen sessions until they need at most half of the memory. Killed processes never log the
    /// end of their sessions.
    private func shrink() {
        for (key, session) in sessions.sorted(by: { $0.value.seen < $1.value.seen })
        where footprint > memory / 2 {
            evictions += 1
            end(session, key)
        }
    }
}
