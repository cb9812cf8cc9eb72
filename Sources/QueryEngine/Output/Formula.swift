import MailLog

/// Defuses cells that a spreadsheet would run as formulas (`--safe-csv`): a quote before a formula makes it text.
/// Numbers, durations and times are kept.
///
/// A formula begins at the start of a text, or after a `;`, `,`, tab or line break in it. In some spreadsheets and
/// locales such a character ends the cell, whatever the separator of the file is.
///
/// Spreadsheets open CSV and TSV files and HTML tables. Markdown, JSON and raw lines are not changed.
enum Formula {
    /// Appends the text of a cell, with a quote before each formula.
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

    /// Whether a formula may begin at an index. Some programs skip blanks before it. Some languages use wide forms of
    /// its first character.
    private static func mayBegin(_ cell: Bytes, at index: Int) -> Bool {
        guard let mark = firstByte(cell, from: index) else { return false }
        // U+FF0B, U+FF0D, U+FF1D, U+FF20.
        return marks.contains(cell[mark])
            || cell[mark] == 0xEF && mark + 2 < cell.count && cell[mark + 1] == 0xBC
                && [0x8B, 0x8D, 0x9D, 0xA0].contains(cell[mark + 2])
    }
}
