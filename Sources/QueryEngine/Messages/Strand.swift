import MailLog

/// Group of lines that are printed together: the lines of related messages, or the lines of one process without a
/// queue id.
final class Strand {
    private(set) var lines: [[UInt8]] = []
    private(set) var bytes = 0
    /// Sessions in which the messages arrived.
    private(set) var sessions: [Strand] = []
    /// Whether the group matches, so that its lines are printed.
    var isTold = false
    /// Whether all lines are present; false after lines were dropped for lack of memory.
    private(set) var isWhole = true
    /// Position of its last line in the input.
    private(set) var seen: UInt64 = 0
    /// Strand that this one was merged into.
    private var whole: Strand?
    private let held: Held

    /// Total memory of all strands in bytes.
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

    /// Merges another strand into this one. Afterwards, the `root` of the other strand is this one.
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

    /// Removes and returns the pending lines, including those of the sessions, in the order of the log.
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
