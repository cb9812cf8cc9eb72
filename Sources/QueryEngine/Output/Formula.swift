import MailLog

/// Cells that a spreadsheet would take for formulas and run (`--safe-csv`). A quote before a formula makes it text.
/// Numbers, durations and times stay as they are: nothing in their digits runs.
///
/// A formula begins at the start of a text, and also after each `;`, `,`, tab or line break in it: some spreadsheets
/// and some locales end a cell there, whatever separates the cells of the file.
///
/// CSV and TSV files and tables of HTML pages are opened as cells. Markdown, JSON and raw lines are not, and stay as
/// they are.
enum Formula {
    /// Appends the text of a cell, with a quote before each formula in it.
    static func defuse(_ cell: Bytes, to text: inout [UInt8]) {
        if let first = firstByte(cell, from: 0), [9, 10, 13].contains(cell[first]) { text.append(quote) }
        var isStart = true
        for index in 0..<cell.count {
            if isStart, mayBegin(cell, at: index) { text.append(quote) }
            isStart = separators.contains(cell[index])
            text.append(cell[index])
        }
    }

    static func defused(_ name: String) -> String {
        var text: [UInt8] = []
        Array(name.utf8).withBytes { defuse($0, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    private static let quote = UInt8(ascii: "'")
    private static let separators = Array(";,\t\n\r".utf8)
    private static let marks = Array("=+-@".utf8)

    private static func firstByte(_ cell: Bytes, from start: Int) -> Int? {
        (start..<cell.count).first { cell[$0] != UInt8(ascii: " ") }
    }

    /// Whether a formula may begin at an index. Some programs skip blanks before it, and some languages have wide forms
    /// of its mark.
    private static func mayBegin(_ cell: Bytes, at index: Int) -> Bool {
        guard let mark = firstByte(cell, from: index) else { return false }
        // U+FF0B, U+FF0D, U+FF1D, U+FF20.
        return marks.contains(cell[mark])
            || cell[mark] == 0xEF && mark + 2 < cell.count && cell[mark + 1] == 0xBC
                && [0x8B, 0x8D, 0x9D, 0xA0].contains(cell[mark + 2])
    }
}
