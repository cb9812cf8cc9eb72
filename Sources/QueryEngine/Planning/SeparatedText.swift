/// A small file of comma- or tab-separated values, as RFC 4180 and spreadsheets write them: quoted cells may hold
/// separators, newlines and doubled quotes. The first line names the columns.
struct SeparatedText {
    struct Failure: Error {
        let message: String
    }

    struct Row {
        /// The line on which it starts, from 1.
        let line: Int
        let cells: [String]
    }

    let header: [String]
    let rows: [Row]

    init(_ bytes: [UInt8], separator: UInt8) throws(Failure) {
        var rows: [Row] = []
        var place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        while place < bytes.count {
            let start = line
            var cells: [String] = []
            var isOver = false
            while !isOver {
                var cell: [UInt8] = []
                if place < bytes.count, bytes[place] == 34 {
                    place += 1
                    while true {
                        guard place < bytes.count else {
                            throw Failure(message: "the quote on line \(start) is not closed")
                        }
                        let byte = bytes[place]
                        place += 1
                        if byte == 10 { line += 1 }
                        if byte == 34 {
                            guard place < bytes.count, bytes[place] == 34 else { break }
                            place += 1
                        }
                        cell.append(byte)
                    }
                }
                while place < bytes.count, bytes[place] != separator, bytes[place] != 10 {
                    cell.append(bytes[place])
                    place += 1
                }
                isOver = place >= bytes.count || bytes[place] == 10
                if isOver, cell.last == 13 { cell.removeLast() }
                cells.append(String(decoding: cell, as: UTF8.self))
                place += 1
            }
            line += 1
            if cells == [""] { continue }
            if let columns = rows.first?.cells.count, cells.count != columns {
                throw Failure(
                    message:
                        "line \(start) has \(cells.count) cells, and the first line names \(columns) columns")
            }
            rows.append(Row(line: start, cells: cells))
        }
        guard let first = rows.first else { throw Failure(message: "the file is empty") }
        header = first.cells
        self.rows = Array(rows.dropFirst())
        var names: Set<String> = []
        for (place, name) in header.enumerated() {
            guard !name.isEmpty else { throw Failure(message: "column \(place + 1) has no name") }
            guard names.insert(name).inserted else {
                throw Failure(message: "two columns are called '\(name)'")
            }
        }
    }
}
