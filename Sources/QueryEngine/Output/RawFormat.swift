import MailLog

extension OutputFormat {
    static let raw = OutputFormat(
        "raw", summary: "the log lines themselves; of other rows the bare values, with tabs between them",
        isPiecewise: true,
        columns: { schema in
            guard let line = schema.column("raw") else { return schema }
            var schema = schema
            schema.columns = [line]
            return schema
        }
    ) { RawWriter($0, $1) }
}

/// Writes values only. On a terminal, control characters are escaped.
private final class RawWriter: RowWriter {
    private let columns: [Schema.Column]
    private let escapes: Bool
    private var scratch: [UInt8] = []

    init(_ schema: Schema, _ options: OutputOptions) {
        columns = schema.columns
        escapes = options.escapes
    }

    func begin(into text: inout [UInt8]) {}

    func append(_ row: Row, into text: inout [UInt8]) {
        for (index, column) in columns.enumerated() {
            if index > 0 { text.append(UInt8(ascii: "\t")) }
            ValueText.with(row[column.slot], column.type, &scratch) { value in
                if escapes {
                    DisplayText.append(value, to: &text)
                } else {
                    text.append(contentsOf: UnsafeBufferPointer(start: value.base, count: value.count))
                }
            }
        }
        text.append(UInt8(ascii: "\n"))
    }

    func end(into text: inout [UInt8]) {}
}
