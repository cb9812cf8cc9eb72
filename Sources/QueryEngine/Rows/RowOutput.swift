import MailLog

/// The end of a pipeline. Gets the columns, then the rows.
package protocol RowOutput: RowConsumer {
    func begin(_ schema: Schema)
    /// Returns a maker of writers for threads that format rows themselves; nil if rows must come one by one.
    func pieceWriter(_ schema: Schema) -> (@Sendable () -> any RowWriter)?
    /// Takes formatted rows. Returns false if no more are wanted.
    func write(_ text: [UInt8], rows: Int) -> Bool
}

/// Destination of bytes.
package protocol ByteSink: AnyObject {
    /// Returns false after the reader has gone.
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
