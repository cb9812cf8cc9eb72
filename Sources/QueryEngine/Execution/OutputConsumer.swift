import MailLog

/// Formats the rows of an answer and writes them to a sink.
package final class OutputConsumer: RowOutput {
    private let destination: Executor.Destination
    private let run: RunState
    private var writer: (any RowWriter)?
    private var text: [UInt8] = []
    package private(set) var rows = 0

    package var sink: any ByteSink { destination.sink }

    package init(_ destination: Executor.Destination, run: RunState) {
        self.destination = destination
        self.run = run
    }

    package func begin(_ schema: Schema) {
        writer = destination.format.make(schema, destination.options)
        writer?.begin(into: &text)
    }

    package func pieceWriter(_ schema: Schema) -> (@Sendable () -> any RowWriter)? {
        guard destination.format.isPiecewise else { return nil }
        let format = destination.format
        let options = destination.options
        return { format.make(schema, options) }
    }

    package func write(_ text: [UInt8], rows: Int) -> Bool {
        writer?.append(piece: text, into: &self.text)
        self.rows += rows
        return flush(atLeast: 1)
    }

    package func consume(_ row: Row) -> Bool {
        guard let writer else { return false }
        writer.append(row, into: &text)
        rows += 1
        // The other half of the memory is for the operators.
        if writer.heldBytes > run.memory / 2 {
            writer.release(into: &text)
            if writer.heldBytes > run.memory / 2 {
                run.failForMemory("the chart has more rows", "draw fewer with `top` or `head`")
                return false
            }
        }
        return flush(atLeast: 64 * 1024)
    }

    package func finish() {
        // An incomplete chart must not look like a complete one.
        if !run.hasFailed || writer?.heldBytes == 0 { writer?.end(into: &text) }
        _ = flush(atLeast: 1)
    }

    /// Writes pending output now.
    package func passOn() { _ = flush(atLeast: 1) }

    private func flush(atLeast count: Int) -> Bool {
        guard text.count >= count else { return true }
        let isOpen = sink.write(text)
        text.removeAll(keepingCapacity: true)
        if !isOpen { run.stop() }
        return isOpen
    }
}
