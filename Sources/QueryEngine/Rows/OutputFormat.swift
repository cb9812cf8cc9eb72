import MailLog

/// A way of writing rows. A new format is one file and one line in `OutputFormats.all`.
package struct OutputFormat: Sendable {
    /// What `-o` calls it.
    package let name: String
    package let summary: String
    /// Whether a row is written without regard to the rows around it, so that threads may write pieces.
    package let isPiecewise: Bool
    /// The columns that it writes; no others need to be read from a log line.
    package let columns: @Sendable (Schema) -> Schema
    package let make: @Sendable (Schema, OutputOptions) -> any RowWriter
    /// What stands around all answers of a run; nil where each answer stands for itself.
    package let page: Page?

    package init(
        _ name: String, summary: String, isPiecewise: Bool,
        columns: @escaping @Sendable (Schema) -> Schema = { $0 },
        page: Page? = nil,
        make: @escaping @Sendable (Schema, OutputOptions) -> any RowWriter
    ) {
        self.name = name
        self.summary = summary
        self.isPiecewise = isPiecewise
        self.columns = columns
        self.page = page
        self.make = { schema, options in
            let shown = columns(schema)
            guard let redaction = options.redaction else { return make(shown, options) }
            return RedactingWriter(shown, redaction) { make($0, options) }
        }
    }
}

package struct OutputOptions: Sendable {
    package var header = true
    /// Whether the header of separated values names types too, as test cases want it.
    package var types = false
    package var color = false
    /// Columns of the terminal; nil when it is none.
    package var width: Int?
    /// Rows that a table on a terminal shows before it says how many more there are; nil shows all.
    package var maximumRows: Int?
    /// Control bytes and bidirectional overrides are shown as escapes (always in tables; in line formats on a
    /// terminal).
    package var escapes = false
    /// Cells that a spreadsheet would run get a quote before them, in the formats that it opens as cells: CSV,
    /// TSV and HTML.
    package var defusesCells = false
    package var isUTF8 = true
    /// Whether a table numbers its rows, for commands that name one.
    package var numbersRows = false
    /// Whether a table that is wider than the terminal shows each row as lines of its own.
    package var turnsWideRows = false
    /// What is not to be seen is replaced (`--redact`).
    package var redaction: Redaction?

    package init() {}
}

/// Writes the rows of one answer as bytes. The piecewise formats keep no state between rows.
package protocol RowWriter: AnyObject {
    func begin(into text: inout [UInt8])
    func append(_ row: Row, into text: inout [UInt8])
    /// Adds rows that another writer of the same format has written, without its begin and end.
    func append(piece: [UInt8], into text: inout [UInt8])
    func end(into text: inout [UInt8])
    /// Bytes of the rows that the writer holds.
    var heldBytes: Int { get }
    /// Writes the held rows early to free their memory. A chart cannot: it needs all rows.
    func release(into text: inout [UInt8])
}

extension RowWriter {
    package var heldBytes: Int { 0 }
    package func release(into text: inout [UInt8]) {}
    package func append(piece: [UInt8], into text: inout [UInt8]) { text.append(contentsOf: piece) }
}
