import MailLog

/// An output format. A new format is one file and one line in `OutputFormats.all`.
package struct OutputFormat: Sendable {
    /// Name for `-o`.
    package let name: String
    package let summary: String
    /// Whether rows are written independently of each other, so that threads can write pieces.
    package let isPiecewise: Bool
    /// The columns that the format writes. Other fields of a log line need not be decoded.
    package let columns: @Sendable (Schema) -> Schema
    package let make: @Sendable (Schema, OutputOptions) -> any RowWriter
    /// Document around all answers of a run; nil if there is none.
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
    /// Whether the header of CSV and TSV also has the types of columns, for test cases.
    package var types = false
    package var color = false
    /// Columns of the terminal; nil if the output is no terminal.
    package var width: Int?
    /// Maximum number of rows of a table on a terminal. For further rows, only their number is shown.
    package var maximumRows: Int?
    /// Whether line formats show control bytes and bidirectional overrides as escapes. Tables always do.
    package var escapes = false
    /// Whether a quote goes before formulas in CSV, TSV and HTML (`--safe-csv`).
    package var defusesCells = false
    package var isUTF8 = true
    /// Whether a table numbers its rows, for commands that take a row number.
    package var numbersRows = false
    /// Whether a table wider than the terminal shows each row as a block of lines.
    package var turnsWideRows = false
    package var redaction: Redaction?

    package init() {}
}

/// Writer of the rows of one answer as bytes. A piecewise format keeps no state between rows.
package protocol RowWriter: AnyObject {
    func begin(into text: inout [UInt8])
    func append(_ row: Row, into text: inout [UInt8])
    /// Appends rows that another writer of the same format has written, without its begin and end.
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
