import MailLog

extension OutputFormat {
    /// RFC 4180, with line feeds as ends of lines.
    static let csv = OutputFormat(
        "csv", summary: "comma-separated values, quoted where they must be", isPiecewise: true
    ) { SeparatedWriter($0, $1, separator: UInt8(ascii: ","), appendCell: appendCSV) }

    private static let quote = UInt8(ascii: "\"")

    private static func appendCSV(_ cell: Bytes, _ options: OutputOptions, to text: inout [UInt8]) {
        let start = text.count
        if options.escapes {
            DisplayText.append(cell, to: &text)
        } else {
            text.append(contentsOf: UnsafeBufferPointer(start: cell.base, count: cell.count))
        }
        guard text[start...].contains(where: needsQuotes) else { return }
        let bare = Array(text[start...])
        text.removeSubrange(start...)
        text.append(quote)
        for byte in bare {
            if byte == quote { text.append(quote) }
            text.append(byte)
        }
        text.append(quote)
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case quote, UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
        default: false
        }
    }
}
