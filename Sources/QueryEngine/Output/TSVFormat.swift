import MailLog

extension OutputFormat {
    static let tsv = OutputFormat(
        "tsv", summary: "tab-separated values, with \\t, \\n, \\r and \\\\ for what would break a line",
        isPiecewise: true
    ) { SeparatedWriter($0, $1, separator: UInt8(ascii: "\t"), appendCell: appendTSV) }

    private static func appendTSV(_ cell: Bytes, _ options: OutputOptions, to text: inout [UInt8]) {
        if options.escapes { return DisplayText.append(cell, to: &text, escapesBackslash: true) }
        var start = 0
        for index in 0..<cell.count {
            let letter: UInt8
            switch cell[index] {
            case UInt8(ascii: "\t"): letter = UInt8(ascii: "t")
            case UInt8(ascii: "\n"): letter = UInt8(ascii: "n")
            case UInt8(ascii: "\r"): letter = UInt8(ascii: "r")
            case UInt8(ascii: "\\"): letter = UInt8(ascii: "\\")
            default: continue
            }
            text.append(contentsOf: UnsafeBufferPointer(start: cell.base + start, count: index - start))
            text.append(UInt8(ascii: "\\"))
            text.append(letter)
            start = index + 1
        }
        text.append(contentsOf: UnsafeBufferPointer(start: cell.base + start, count: cell.count - start))
    }
}
