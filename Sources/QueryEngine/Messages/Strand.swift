import MailLog

/// Lines that come out together if they do: those of a message and its kin, or those of a process without a queue id.
final class Strand {
    private(set) var lines: [[UInt8]] = []
    private(set) var bytes = 0
    /// The sessions that the messages came by.
    private(set) var sessions: [Strand] = []
    var isTold = false
    /// Whether no line had to be let go.
    private(set) var isWhole = true
    /// The place of its last line in the input.
    private(set) var seen: UInt64 = 0
    /// The strand that has become of this one and another.
    private var whole: Strand?
    private let held: Held

    /// How much all strands hold, in bytes.
    final class Held { var bytes = 0 }

    init(_ held: Held) { self.held = held }

    deinit { held.bytes -= bytes }

    var root: Strand {
        var root = self
        while let next = root.whole { root = next }
        return root
    }

    func add(_ row: Row, _ slots: Set<Int>) {
        let line = RowCodec.encoded(row, slots)
        lines.append(line)
        count(line.count + 48)
        seen = row.order
    }

    func add(session: Strand) {
        if !sessions.contains(where: { $0 === session }) { sessions.append(session) }
    }

    /// Takes all over from another one, which goes on as this one.
    func absorb(_ other: Strand) {
        lines += other.lines
        count(other.bytes)
        other.count(-other.bytes)
        other.lines = []
        for session in other.sessions { add(session: session) }
        other.sessions = []
        isTold = isTold || other.isTold
        isWhole = isWhole && other.isWhole
        seen = max(seen, other.seen)
        other.whole = self
    }

    /// The lines that wait, those of the sessions among them, in the order of the log.
    func take() -> [[UInt8]] {
        for session in sessions {
            lines += session.take()
            session.isTold = true
            isWhole = isWhole && session.isWhole
        }
        sessions = []
        defer { empty() }
        return lines.sorted { RowCodec.order(of: $0) < RowCodec.order(of: $1) }
    }

    func letGo() {
        if !lines.isEmpty { isWhole = false }
        empty()
    }

    private func empty() {
        lines = []
        count(-bytes)
    }

    private func count(_ more: Int) {
        bytes += more
        held.bytes += more
    }
}
