import MailLog

@testable import QueryEngine

/// A cell of a test's row.
enum Cell: Sendable {
    case missing
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case microseconds(Int)
    case time(Int64, offset: Int32 = Value.unknownOffset)
    case text(String)
    case bytes([UInt8])
    case list([Cell])

    func value(_ arena: Arena) -> Value {
        switch self {
        case .missing: .missing
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .double(value)
        case .microseconds(let value): .duration(value)
        case .time(let value, let offset): .time(value, offset: offset)
        case .text(let value): arena.text(value)
        case .bytes(let value): arena.text(value)
        case .list(let values): arena.list(values.map { $0.value(arena) })
        }
    }
}

extension OutputOptions {
    static func with(_ change: (inout OutputOptions) -> Void) -> OutputOptions {
        var options = OutputOptions()
        change(&options)
        return options
    }
}

/// The bytes that a format makes of rows. With `pieces`, the rows are written by writers of their own, so
/// many rows each, as threads do.
func output(
    _ format: OutputFormat, _ columns: [(String, ValueType)], _ rows: [[Cell]],
    _ options: OutputOptions = OutputOptions(), pieces: Int? = nil
) -> [UInt8] {
    let schema = Schema(
        columns: columns.enumerated().map { Schema.Column(name: $1.0, type: $1.1, slot: $0) },
        rowName: "a row")
    let run = RunState(memory: 512 << 20, threads: 1)
    let worker = Worker(run: run)
    let sink = MemorySink()
    let consumer = OutputConsumer(.init(format: format, options: options, sink: sink), run: run)
    let buffer = RowBuffer(width: max(1, columns.count))
    consumer.begin(schema)
    let make = consumer.pieceWriter(schema)
    var place = 0
    while place < rows.count || pieces == 0 && place == 0 {
        var text: [UInt8] = []
        let writer = pieces == nil ? nil : make?()
        let next = min(rows.count, place + max(1, pieces ?? 1))
        for cells in rows[place..<next] {
            worker.arena.reset()
            for (slot, cell) in cells.enumerated() { buffer.slots[slot] = cell.value(worker.arena) }
            let row = buffer.row(order: 0, worker: worker)
            if let writer { writer.append(row, into: &text) } else { _ = consumer.consume(row) }
        }
        if writer != nil { _ = consumer.write(text, rows: next - place) }
        place = max(next, place + 1)
    }
    consumer.finish()
    return sink.bytes
}

func outputText(
    _ format: OutputFormat, _ columns: [(String, ValueType)], _ rows: [[Cell]],
    _ options: OutputOptions = OutputOptions()
) -> String {
    String(decoding: output(format, columns, rows, options), as: UTF8.self)
}

/// 2012-12-26 13:04:05 in microseconds.
let someTime: Int64 = 1_356_527_045_000_000
/// Columns and rows with all that is hard about text.
let hardColumns: [(String, ValueType)] = [
    ("from", .text(.address)), ("count", .integer), ("detail", .text(.plain)), ("to", .list(.text(.address))),
]
let hardRows: [[Cell]] = [
    [.text(""), .integer(1234), .text("plain"), .list([.text("a@b.example"), .text("")])],
    [.text("日本@例.example"), .integer(-5), .text("tab\tline\nback\\"), .list([])],
    [.missing, .missing, .bytes([0x1B, 0x5B, 0x41, 0xFF, 0x62]), .missing],
    [.text("x|y@c.example"), .integer(0), .text("=1+\"2\",3"), .list([.text("c@d.example")])],
]
