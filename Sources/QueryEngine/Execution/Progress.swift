import MailLog

/// Progress of reading, for the progress bar.
package final class Progress: Sendable {
    private let state = Mutex<State>(State())

    private struct State {
        var reader: ChunkReader?
        var problems: [InputProblem] = []
        var done = 0
        var total: Int?
    }

    package init() {}

    func follow(_ reader: ChunkReader) { state.withLock { $0.reader = reader } }

    func finish(_ reader: ChunkReader) {
        state.withLock {
            $0.problems += reader.problems()
            $0.done = reader.bytesDone
            $0.total = reader.bytesTotal
            $0.reader = nil
        }
    }

    package var problems: [InputProblem] { state.withLock { $0.problems } }

    /// Bytes read and total, compressed for compressed files; total is nil if unknown.
    package var bytes: (done: Int, total: Int?) {
        state.withLock { state in
            state.reader.map { ($0.bytesDone, $0.bytesTotal) } ?? (state.done, state.total)
        }
    }
}
