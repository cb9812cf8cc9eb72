import MailLog

extension OutputFormat {
    static let table = OutputFormat(
        "table", summary: "aligned columns for people, with units", isPiecewise: false,
        columns: \.readable
    ) { ChartGatherer.draws($0) ? ChartWriter($0, $1, .plain) : TableWriter($0, $1, .plain) as any RowWriter }
}

extension Schema {
    /// Columns that fit on a page. For log lines, the most important fields and columns that the query added.
    var readable: Schema {
        guard isLines else { return self }
        var schema = self
        let added = columns.filter { $0.slot >= Fields.all.count }
        schema.columns =
            ["time", "process", "queue_id", "event"].compactMap(column) + added
            + ["text"].compactMap(column)
        return schema
    }
}

/// Writes rows in aligned columns. The first rows are held until they determine the widths. Later rows widen a column
/// if there is room. Numbers are never cut. Text that does not fit ends in `…`.
final class TableWriter: RowWriter {
    /// Text around cells.
    struct Frame {
        var start: StaticString
        var gap: StaticString
        var end: StaticString
        /// Markdown escapes its marks, and has a rule with the alignments below the header.
        var isMarkdown: Bool

        static let plain = Frame(start: "", gap: "  ", end: "", isMarkdown: false)
        static let markdown = Frame(start: "| ", gap: " | ", end: " |", isMarkdown: true)
    }

    private struct Column {
        let name: [UInt8]
        let slot: Int
        let text: PeopleText
        let isAny: Bool
        var isRight: Bool
        /// Whether other columns get their width first. True for queries: `:lines N` and its like refer to them by row
        /// number.
        let givesWay: Bool
        /// In columns of the terminal.
        var width: Int
    }

    private let options: OutputOptions
    private let frame: Frame
    private var columns: [Column]
    /// Held cells, concatenated, with the end offset of each.
    private var cells: [UInt8] = []
    private var ends: [Int] = []
    private var scratch: [UInt8] = []
    private var rows = 0
    private var isLaidOut = false
    /// Number of written rows, and the width of row numbers.
    private var written = 0
    private var numberWidth = 0
    /// Whether each row is a block with one line per column.
    private var isTurned = false

    /// Rows, or bytes of cells, that determine the widths.
    private static let heldRows = 1000
    private static let heldBytes = 4 << 20
    /// Minimum width of a cut text.
    private static let leastWidth = 8
    /// Without cutting, longer cells do not widen their column: one cell must not pad every row.
    private static let widestPadded = 100
    /// Maximum width of a line, for terminals that report more.
    private static let widestLine = 1000

    init(_ schema: Schema, _ options: OutputOptions, _ frame: Frame) {
        self.options = options
        self.frame = frame
        columns = schema.columns.map { column in
            Column(
                name: TableWriter.shown(Array(column.name.utf8), frame), slot: column.slot,
                text: PeopleText(column), isAny: column.type == .any,
                isRight: column.type.isNumeric, givesWay: column.type == .text(.query),
                width: 0)
        }
        for index in columns.indices { widen(index, to: TableWriter.width(columns[index].name)) }
    }

    // MARK: Cells

    /// Returns the text of a cell. In Markdown, marks are escaped, except an underscore inside a word.
    static func shown(_ text: [UInt8], _ frame: Frame) -> [UInt8] {
        guard frame.isMarkdown else { return text }
        let safe = DisplayText.shown(text)
        var result: [UInt8] = []
        for (index, byte) in safe.enumerated() {
            let isInside =
                byte == UInt8(ascii: "_") && index > 0 && isWord(safe[index - 1])
                && index + 1 < safe.count && isWord(safe[index + 1])
            if marks.contains(byte), !isInside { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        return result
    }

    private static let marks = Array("\\|*_`[]<&~".utf8)

    private static func isWord(_ byte: UInt8) -> Bool { byte.isLetter || byte.isDigit }

    private static func width(_ text: [UInt8]) -> Int { text.withBytes { DisplayText.width($0) } }

    func begin(into text: inout [UInt8]) {}

    func append(_ row: Row, into text: inout [UInt8]) {
        rows += 1
        if let maximum = options.maximumRows, rows > maximum { return }
        for index in columns.indices {
            let value = row[columns[index].slot]
            scratch.removeAll(keepingCapacity: true)
            columns[index].text.append(value, to: &scratch)
            if value.kind == .text || value.kind == .list {
                scratch = TableWriter.shown(scratch, frame)
                if columns[index].isAny, !isLaidOut { columns[index].isRight = false }
            }
            widen(index, to: TableWriter.width(scratch))
            cells.append(contentsOf: scratch)
            ends.append(cells.count)
        }
        if isLaidOut {
            writeCells(into: &text)
        } else if rows == TableWriter.heldRows || cells.count >= TableWriter.heldBytes {
            layOut(into: &text)
        }
    }

    var heldBytes: Int { cells.count + ends.count * 8 }

    func release(into text: inout [UInt8]) {
        if !isLaidOut { layOut(into: &text) }
        (cells, ends) = ([], [])
    }

    func end(into text: inout [UInt8]) {
        if !isLaidOut { layOut(into: &text) }
        if frame.isMarkdown, rows == 0 { text.append(contentsOf: "\nno rows\n".utf8) }
        guard let maximum = options.maximumRows, rows > maximum else { return }
        let more = rows - maximum
        text.append(
            contentsOf:
                "\(options.isUTF8 ? "…" : "...") \(Digits.grouped(more)) more row\(more == 1 ? "" : "s")\n"
                .utf8)
    }

    // MARK: Widths

    private var limit: Int? { frame.isMarkdown ? nil : options.width.map { min($0, TableWriter.widestLine) } }

    /// Width of a line without its cells.
    private var frameWidth: Int {
        frame.start.utf8CodeUnitCount + frame.end.utf8CodeUnitCount
            + frame.gap.utf8CodeUnitCount * max(0, columns.count - 1)
            + (numberWidth > 0 ? numberWidth + frame.gap.utf8CodeUnitCount : 0)
    }

    /// Whether the numbers and the minimum widths of texts exceed the line.
    private var isTooWide: Bool {
        guard options.turnsWideRows, let limit, columns.count > 1 else { return false }
        let least = columns.reduce(frameWidth) {
            $0 + ($1.isRight ? $1.width : min($1.width, TableWriter.leastWidth))
        }
        return least > limit
    }

    /// Widens a column for a cell. After layout, only unused room is available.
    private func widen(_ index: Int, to width: Int) {
        guard width > columns[index].width else { return }
        guard let limit else {
            if width <= TableWriter.widestPadded { columns[index].width = width }
            return
        }
        guard isLaidOut else {
            columns[index].width = min(width, max(limit, TableWriter.widestPadded))
            return
        }
        let room = limit - frameWidth - columns.reduce(0) { $0 + $1.width }
        columns[index].width += max(0, min(width - columns[index].width, room))
    }

    /// Distributes the line. Narrow columns get their width, wide columns equal parts of the rest. Columns with
    /// `givesWay` come last.
    private func fit() {
        guard let limit else { return }
        let texts = columns.indices.filter { !columns[$0].isRight }.sorted {
            (columns[$0].givesWay ? Int.max : columns[$0].width, $0)
                < (columns[$1].givesWay ? Int.max : columns[$1].width, $1)
        }
        let yielding = columns.filter(\.givesWay).count * TableWriter.leastWidth
        var room = limit - frameWidth - yielding - columns.reduce(0) { $0 + ($1.isRight ? $1.width : 0) }
        let sharing = texts.count { !columns[$0].givesWay }
        for (rank, index) in texts.enumerated() {
            if columns[index].givesWay { room += TableWriter.leastWidth }
            let share = max(TableWriter.leastWidth, room / max(1, sharing - rank))
            columns[index].width = min(columns[index].width, share)
            room -= columns[index].width
        }
    }

    private func layOut(into text: inout [UInt8]) {
        isLaidOut = true
        if frame.isMarkdown {
            // The rule of a Markdown column has at least three characters.
            for index in columns.indices { columns[index].width = max(3, columns[index].width) }
        }
        if options.numbersRows, !frame.isMarkdown { numberWidth = max(2, String(rows).utf8.count) }
        isTurned = isTooWide
        if !isTurned {
            fit()
            if options.header || frame.isMarkdown { writeHeader(into: &text) }
        }
        writeCells(into: &text)
    }

    // MARK: Lines

    private func writeHeader(into text: inout [UInt8]) {
        let isColored = options.color && !frame.isMarkdown
        if isColored { text.append(contentsOf: "\u{1B}[1;4m".utf8) }
        writeLine(into: &text, number: "") { columns[$0].name }
        if isColored { text.append(contentsOf: "\u{1B}[0m".utf8) }
        text.append(UInt8(ascii: "\n"))
        guard frame.isMarkdown else { return }
        writeLine(into: &text, number: "") { index in
            let dashes = [UInt8](repeating: UInt8(ascii: "-"), count: columns[index].width)
            return columns[index].isRight ? dashes.dropLast() + [UInt8(ascii: ":")] : dashes
        }
        text.append(UInt8(ascii: "\n"))
    }

    private func writeCells(into text: inout [UInt8]) {
        var start = 0
        for row in 0..<(columns.isEmpty ? 0 : ends.count / columns.count) {
            written += 1
            let cell = { (index: Int) -> [UInt8] in
                let end = self.ends[row * self.columns.count + index]
                defer { start = end }
                return Array(self.cells[start..<end])
            }
            if isTurned {
                writeTurned(into: &text, cell)
            } else {
                writeLine(into: &text, number: String(written), cell)
                text.append(UInt8(ascii: "\n"))
            }
        }
        cells.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Writes a row as lines of name and uncut value.
    private func writeTurned(into text: inout [UInt8], _ cell: (Int) -> [UInt8]) {
        let width = min(
            columns.map { TableWriter.width($0.name) }.max() ?? 0, limit ?? TableWriter.widestPadded)
        text.append(contentsOf: "\(options.isUTF8 ? "──" : "--") row \(written)\n".utf8)
        for (index, column) in columns.enumerated() {
            let bytes = cell(index)
            guard !bytes.isEmpty else { continue }
            pad(width - append(column.name, columns: width, to: &text) + 2, &text)
            append(bytes, to: &text)
            text.append(UInt8(ascii: "\n"))
        }
    }

    private func writeLine(into text: inout [UInt8], number: String, _ cell: (Int) -> [UInt8]) {
        let lineStart = text.count
        append(frame.start, to: &text)
        if numberWidth > 0 {
            if options.color, !number.isEmpty { text.append(contentsOf: "\u{1B}[2m".utf8) }
            pad(numberWidth - number.utf8.count, &text)
            text.append(contentsOf: number.utf8)
            if options.color, !number.isEmpty { text.append(contentsOf: "\u{1B}[0m".utf8) }
            append(frame.gap, to: &text)
        }
        for (index, column) in columns.enumerated() {
            if index > 0 { append(frame.gap, to: &text) }
            let bytes = cell(index)
            if column.isRight {
                pad(column.width - TableWriter.width(bytes), &text)
                append(bytes, to: &text)
            } else {
                pad(
                    column.width - append(bytes, columns: limit == nil ? .max : column.width, to: &text),
                    &text)
            }
        }
        if frame.isMarkdown {
            append(frame.end, to: &text)
        } else {
            let end = text[lineStart...].lastIndex { $0 != UInt8(ascii: " ") } ?? lineStart - 1
            text.removeSubrange((end + 1)...)
        }
    }

    /// Appends a cell, cut to `columns`. Returns its width.
    @discardableResult
    private func append(_ cell: [UInt8], columns: Int = .max, to text: inout [UInt8]) -> Int {
        cell.withBytes {
            DisplayText.append($0, to: &text, columns: columns, ending: options.isUTF8 ? "…" : "~")
        }
    }

    private func pad(_ count: Int, _ text: inout [UInt8]) {
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, count)))
    }

    private func append(_ mark: StaticString, to text: inout [UInt8]) {
        text.append(contentsOf: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount))
    }
}
