import MailLog

/// Writes one line per row, with a separator between the values.
final class SeparatedWriter: RowWriter {
    typealias AppendCell = (Bytes, OutputOptions, inout [UInt8]) -> Void

    private let columns: [Schema.Column]
    private let options: OutputOptions
    private let separator: UInt8
    private let appendCell: AppendCell
    private var scratch: [UInt8] = []
    private var defused: [UInt8] = []

    init(_ schema: Schema, _ options: OutputOptions, separator: UInt8, appendCell: @escaping AppendCell) {
        columns = schema.columns
        self.options = options
        self.separator = separator
        self.appendCell = appendCell
    }

    func begin(into text: inout [UInt8]) {
        guard options.header else { return }
        for (index, column) in columns.enumerated() {
            if index > 0 { text.append(separator) }
            let name = options.types ? "\(column.name):\(column.type.word)" : column.name
            Array(name.utf8).withBytes { appendText($0, to: &text) }
        }
        text.append(UInt8(ascii: "\n"))
    }

    func append(_ row: Row, into text: inout [UInt8]) {
        for (index, column) in columns.enumerated() {
            if index > 0 { text.append(separator) }
            let value = row[column.slot]
            if value.isMissing { continue }
            let isText = value.kind == .text || value.kind == .list
            ValueText.with(value, column.type, &scratch) {
                if isText { appendText($0, to: &text) } else { appendCell($0, options, &text) }
            }
        }
        text.append(UInt8(ascii: "\n"))
    }

    func end(into text: inout [UInt8]) {}

    private func appendText(_ cell: Bytes, to text: inout [UInt8]) {
        guard options.defusesCells else { return appendCell(cell, options, &text) }
        defused.removeAll(keepingCapacity: true)
        Formula.defuse(cell, to: &defused)
        defused.withBytes { appendCell($0, options, &text) }
    }
}
