import MailLog

/// Replaces the values of rows by pseudonyms before another writer formats them.
final class RedactingWriter: RowWriter {
    private let redaction: Redaction
    private let columns: [Schema.Column]
    private let writer: any RowWriter
    private let buffer: RowBuffer
    private let arena = Arena()

    init(_ schema: Schema, _ redaction: Redaction, make: (Schema) -> any RowWriter) {
        self.redaction = redaction
        columns = schema.columns
        var shown = schema
        for index in columns.indices { shown.columns[index].name = redaction.name(of: columns[index]) }
        writer = make(shown)
        buffer = RowBuffer(width: 1 + (columns.map(\.slot).max() ?? 0))
    }

    var heldBytes: Int { writer.heldBytes }

    func release(into text: inout [UInt8]) { writer.release(into: &text) }

    func begin(into text: inout [UInt8]) { writer.begin(into: &text) }

    func append(_ row: Row, into text: inout [UInt8]) {
        arena.reset()
        for column in columns { buffer.slots[column.slot] = redaction.cell(column, row, arena) }
        writer.append(buffer.row(order: row.order, worker: row.worker), into: &text)
    }

    func append(piece: [UInt8], into text: inout [UInt8]) { writer.append(piece: piece, into: &text) }

    func end(into text: inout [UInt8]) { writer.end(into: &text) }
}

extension Redaction {
    /// Returns the name of a column. After `pivot` the name is a value and gets a pseudonym. Other plain names are
    /// fields or names of the query.
    func name(of column: Schema.Column) -> String {
        let isPlain = column.name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
        if column.nameType == nil, isPlain { return column.name }
        return Arena.temporary { arena in
            value(arena.text(column.name), column.nameType ?? .text(.plain), arena).bytes.string
        }
    }

    func cell(_ column: Schema.Column, _ row: Row, _ arena: Arena) -> Value {
        let value = row[column.slot]
        guard let meaning = column.meaning, row[meaning.slot].kind == .text else {
            return self.value(value, column.type, arena)
        }
        let type = meaning.types[row[meaning.slot].bytes.string] ?? column.type
        guard value.kind == .list else { return self.value(value, type, arena) }
        return arena.list(value.elements.map { counted($0, type, arena) })
    }

    /// Redacts a value that is followed by its number of rows: `bob (12)`.
    private func counted(_ value: Value, _ type: ValueType, _ arena: Arena) -> Value {
        guard let mark = value.bytes.lastIndex(of: UInt8(ascii: "(")), mark > 0 else { return value }
        let text = self.value(.text(value.bytes.prefix(mark - 1)), type, arena).bytes.string
        return arena.text(text + " " + value.bytes.dropFirst(mark).string)
    }
}
