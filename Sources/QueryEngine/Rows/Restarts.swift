import MailLog

/// Starts, stops and reloads of Postfix, shown as marks on the time axis of a chart. The scan of the chart's query
/// finds them, independent of the filters of the query.
package final class Restarts: Sendable {
    struct Restart: Hashable {
        /// Microseconds of the wall clock.
        let time: Int64
        /// `start`, `stop` or `reload`.
        let event: String
    }

    private let found = Mutex<Set<Restart>>([])

    func add(_ restart: Restart) { found.withLock { _ = $0.insert(restart) } }

    /// Restarts in order of time. A `stop` in the same second as a `start` comes first.
    var inOrder: [Restart] {
        found.withLock { $0 }.sorted { ($0.time, $1.event) < ($1.time, $0.event) }
    }
}

/// Searches the chunks of one thread for lines of the master daemon. Such lines are rare, so the search over raw bytes
/// is cheap.
final class RestartScan {
    private let restarts: Restarts
    private let search = LiteralSearch(Array("/master[".utf8))
    private let decoder: LineDecoder
    private let buffer = RowBuffer(width: Fields.all.count)
    private static let time = Field.time
    private static let event = Field.event

    init(_ restarts: Restarts) {
        self.restarts = restarts
        decoder = LineDecoder(demand: FieldSet([RestartScan.time, RestartScan.event]), early: FieldSet([]))
    }

    func scan(_ chunk: Chunk) {
        let record = Record(slots: buffer.slots)
        var position = 0
        while let index = search.first(in: chunk.bytes, from: position) {
            let start = chunk.bytes.lineStart(before: index)
            position = chunk.bytes.lineEnd(after: index)
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
