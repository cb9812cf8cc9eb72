import MailLog

/// Cells that a spreadsheet would take for formulas and run (`--safe-csv`). A quote before such a cell makes it
/// text; its own digits keep numbers, durations and times as they are.
///
/// CSV and TSV files and tables of HTML pages are opened as cells. Markdown, JSON and raw lines are not, and stay as
/// they are.
enum Formula {
    /// Appends the quote that a cell of text needs.
    static func defuse(_ cell: Bytes, _ text: inout [UInt8]) {
        if mayBegin(cell) { text.append(UInt8(ascii: "'")) }
    }

    static func mayBegin(_ name: String) -> Bool {
        var isFormula = false
        ValueText.lend(Array(name.utf8)) { isFormula = mayBegin($0) }
        return isFormula
    }

    /// Whether a formula may begin so: blanks before it are skipped by some programs, and the wide forms of its
    /// marks count in some languages.
    static func mayBegin(_ cell: Bytes) -> Bool {
        guard let start = (0..<cell.count).first(where: { cell[$0] != UInt8(ascii: " ") }) else {
            return false
        }
        switch cell[start] {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "\t"),
            UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            return true
        case 0xEF where start + 2 < cell.count && cell[start + 1] == 0xBC:
            // U+FF0B, U+FF0D, U+FF1D, U+FF20.
            return [0x8B, 0x8D, 0x9D, 0xA0].contains(cell[start + 2])
        default: return false
        }
    }
}
