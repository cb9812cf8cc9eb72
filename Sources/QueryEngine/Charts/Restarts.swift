import MailLog
import Synchronization

/// When Postfix was started, stopped or told to read its configuration again: marks on a chart's axis of time. The
/// scan that the chart's rows come from finds them, whatever rows the query keeps.
package final class Restarts: Sendable {
    struct Restart: Hashable {
        /// Microseconds of the wall clock.
        let time: Int64
        /// `start`, `stop` or `reload`.
        let event: String
    }

    private let found = Mutex<Set<Restart>>([])

    func add(_ restart: Restart) { found.withLock { _ = $0.insert(restart) } }

    /// A `stop` in the second of a `start` was before it.
    var inOrder: [Restart] {
        found.withLock { $0 }.sorted { ($0.time, $1.event) < ($1.time, $0.event) }
    }
}

/// Looks for what the master logs, in the blocks of one thread: a search over bytes, and the lines are few.
final class RestartScan {
    private let restarts: Restarts
    private let search = LiteralSearch(Array("/master[".utf8))
    private let decoder: LineDecoder
    private let buffer = RowBuffer(width: Fields.all.count)
    private static let time = Field("time")
    private static let event = Field("event")

    init(_ restarts: Restarts) {
        self.restarts = restarts
        decoder = LineDecoder(demand: FieldSet([RestartScan.time, RestartScan.event]), early: FieldSet([]))
    }

    func scan(_ chunk: Chunk) {
        let record = Record(slots: buffer.slots)
        var position = 0
        while let place = search.first(in: chunk.bytes, from: position) {
            let start = chunk.bytes.lineStart(before: place)
            position = chunk.bytes.lineEnd(after: place)
            var line = chunk.bytes[start..<position]
            if line[line.count - 1] == 13 { line = line.dropLast(1) }
            guard
                decoder.decodeEnvelope(line, before: chunk.before &+ start, years: chunk.years, into: record)
            else { continue }
            decoder.decodeBody(into: record)
            let (time, event) = (record[RestartScan.time], record[RestartScan.event])
            guard event.kind == .text, time.kind == .time,
                [Bytes("start"), Bytes("stop"), Bytes("reload")].contains(where: { $0 == event.bytes })
            else { continue }
            restarts.add(Restarts.Restart(time: time.wallClock, event: event.bytes.string))
        }
    }
}
