import MailLog

extension OutputFormat {
    static let json = OutputFormat(
        "json", summary: "an array of objects, a row on each line", isPiecewise: true
    ) { JSONWriter($0, $1, isArray: true) }

    static let jsonl = OutputFormat(
        "jsonl", summary: "an object on each line", isPiecewise: true
    ) { JSONWriter($0, $1, isArray: false) }
}

/// Writes a row as an object with a key for each column. A missing value is null. For log lines, missing fields have no
/// key: a line has few of the fields.
private final class JSONWriter: RowWriter {
    private let columns: [(key: [UInt8], type: ValueType)]
    private let slots: [Int]
    private let isArray: Bool
    private let escapes: Bool
    private let omitsMissing: Bool
    /// Whether the array is open and has no row yet. False in writers of pieces: their rows begin with a comma, which
    /// `append(piece:)` removes from the first row of the answer.
    private var isEmpty = false

    init(_ schema: Schema, _ options: OutputOptions, isArray: Bool) {
        columns = schema.columns.map { column in
            var key: [UInt8] = []
            Array(column.name.utf8).withBytes {
                JSONText.append($0, to: &key, escapes: options.escapes)
            }
            return (key + [UInt8(ascii: ":")], column.type)
        }
        slots = schema.columns.map(\.slot)
        self.isArray = isArray
        escapes = options.escapes
        omitsMissing = schema.isLines
    }

    private static let separator = Array(",\n".utf8)

    func begin(into text: inout [UInt8]) {
        guard isArray else { return }
        text.append(contentsOf: "[\n".utf8)
        isEmpty = true
    }

    func append(_ row: Row, into text: inout [UInt8]) {
        if isArray, !isEmpty { text.append(contentsOf: JSONWriter.separator) }
        isEmpty = false
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        for index in slots.indices {
            let value = row[slots[index]]
            if omitsMissing, value.isMissing { continue }
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            text.append(contentsOf: columns[index].key)
            JSONText.append(value, columns[index].type, to: &text, escapes: escapes)
        }
        text.append(UInt8(ascii: "}"))
        if !isArray { text.append(UInt8(ascii: "\n")) }
    }

    func append(piece: [UInt8], into text: inout [UInt8]) {
        guard isEmpty, !piece.isEmpty else {
            text.append(contentsOf: piece)
            return
        }
        isEmpty = false
        text.append(contentsOf: piece[JSONWriter.separator.count...])
    }

    func end(into text: inout [UInt8]) {
        if isArray { text.append(contentsOf: (isEmpty ? "]\n" : "\n]\n").utf8) }
    }
}
