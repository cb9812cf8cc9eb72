import MailLog

/// A line for each row, its values one after another with a byte between them.
final class SeparatedWriter: RowWriter {
    /// Appends one cell, and is told whether it is text: numbers and times never need more than their digits.
    typealias AppendCell = (Bytes, _ isText: Bool, OutputOptions, inout [UInt8]) -> Void

    private let columns: [Schema.Column]
    private let slots: [Int]
    private let options: OutputOptions
    private let separator: UInt8
    private let appendCell: AppendCell
    private var scratch: [UInt8] = []

    init(_ schema: Schema, _ options: OutputOptions, separator: UInt8, appendCell: @escaping AppendCell) {
        columns = schema.columns
        slots = columns.map(\.slot)
        self.options = options
        self.separator = separator
        self.appendCell = appendCell
    }

    func begin(into text: inout [UInt8]) {
        guard options.header else { return }
        for (place, column) in columns.enumerated() {
            if place > 0 { text.append(separator) }
            let name = options.types ? "\(column.name):\(column.type.word)" : column.name
            ValueText.lend(Array(name.utf8)) { appendCell($0, true, options, &text) }
        }
        text.append(UInt8(ascii: "\n"))
    }

    func append(_ row: Row, into text: inout [UInt8]) {
        for place in slots.indices {
            if place > 0 { text.append(separator) }
            let value = row[slots[place]]
            if value.isMissing { continue }
            let isText = value.kind == .text || value.kind == .list
            ValueText.with(value, columns[place].type, &scratch) { appendCell($0, isText, options, &text) }
        }
        text.append(UInt8(ascii: "\n"))
    }

    func end(into text: inout [UInt8]) {}
}
