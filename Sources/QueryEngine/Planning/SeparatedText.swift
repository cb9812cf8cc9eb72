/// A small file of comma- or tab-separated values in the dialect of RFC 4180 and spreadsheets: quoted cells may contain
/// separators, newlines and doubled quotes. The first line has the column names.
struct SeparatedText {
    struct Failure: Error {
        let message: String
    }

    struct Row {
        /// Line number of its start, from 1.
        let line: Int
        let cells: [String]
    }

    let header: [String]
    let rows: [Row]

    init(_ bytes: [UInt8], separator: UInt8) throws(Failure) {
        var rows: [Row] = []
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        while index < bytes.count {
            let start = line
            var cells: [String] = []
            var isOver = false
            while !isOver {
                var cell: [UInt8] = []
                if index < bytes.count, bytes[index] == 34 {
                    index += 1
                    while true {
                        guard index < bytes.count else {
                            throw Failure(message: "the quote on line \(start) is not closed")
                        }
                        let byte = bytes[index]
                        index += 1
                        if byte == 10 { line += 1 }
                        if byte == 34 {
                            guard index < bytes.count, bytes[index] == 34 else { break }
                            index += 1
                        }
                        cell.append(byte)
                    }
                }
                while index < bytes.count, ![separator, 10, 13].contains(bytes[index]) {
                    cell.append(bytes[index])
                    index += 1
                }
                isOver = index >= bytes.count || bytes[index] != separator
                cells.append(String(decoding: cell, as: UTF8.self))
                // A line ends with CR LF, LF or CR.
                if bytes[index...].starts(with: [13, 10]) { index += 1 }
                index += 1
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
        for (index, name) in header.enumerated() {
            guard !name.isEmpty else { throw Failure(message: "column \(index + 1) has no name") }
            guard names.insert(name).inserted else {
                throw Failure(message: "two columns are called '\(name)'")
            }
        }
    }
}
