import MailLog

/// The end of a pipeline: gets the columns, then the rows.
package protocol RowOutput: RowConsumer {
    func begin(_ schema: Schema)
    /// Makes writers for threads that format rows themselves; nil where rows must come one by one.
    func pieceWriter(_ schema: Schema) -> (@Sendable () -> any RowWriter)?
    /// Takes formatted rows; false when no more are wanted.
    func write(_ text: [UInt8], rows: Int) -> Bool
}

/// Writes the rows of an answer in a format to where bytes go.
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
        // A chart of some of the rows would pass for one of all.
        if !run.hasFailed || writer?.heldBytes == 0 { writer?.end(into: &text) }
        _ = flush(atLeast: 1)
    }

    /// Writes what there is, for who must not wait for more.
    package func passOn() { _ = flush(atLeast: 1) }

    private func flush(atLeast count: Int) -> Bool {
        guard text.count >= count else { return true }
        let isOpen = sink.write(text)
        text.removeAll(keepingCapacity: true)
        if !isOpen { run.stop() }
        return isOpen
    }
}

/// Where bytes go.
package protocol ByteSink: AnyObject {
    /// False when nobody reads any more.
    func write(_ bytes: [UInt8]) -> Bool
    func flush()
}

/// Collects bytes in memory.
package final class MemorySink: ByteSink {
    package private(set) var bytes: [UInt8] = []
    package init() {}
    package func write(_ bytes: [UInt8]) -> Bool {
        self.bytes.append(contentsOf: bytes)
        return true
    }
    package func flush() {}
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
