import MailLog
import QuerySyntax

/// `lookup "file.csv" on F`: adds columns of a file.
struct LookupStage: Stage {
    static let form = Form<any Stage>(
        "lookup", aliases: ["enrich"], summary: "add the columns of a CSV or TSV file",
        details: """
            The first line of the file names its columns. A row matches the entry with the same values in the named \
            fields; two entries with the same values are an error. A row without a match is kept, with missing \
            values. A column that contains only numbers is a number.
            """,
        Parameter<String>.file.located,
        Parameter<[Name]>.fields.required(after: "on")
    ) { (name, file, fields) throws(Diagnostic) in LookupStage(name: name, file: file, fields: fields) }

    let name: Name
    let file: Name
    let fields: [Name]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let bytes: [UInt8]
        switch resolution.environment.readFile(file.text) {
        case .success(let read): bytes = read
        case .failure(let failure): throw Diagnostic(failure.message, at: file.range)
        }
        // Cells, keys and table take up to eight times the size of the file.
        guard bytes.count <= resolution.environment.memory / 8 else {
            throw Diagnostic(
                "\(file.text) does not fit into \(PeopleText.size(resolution.environment.memory))",
                at: file.range, hint: "raise --memory")
        }
        let cells: SeparatedText
        do {
            let separator: UInt8 = file.text.lowercased().hasSuffix(".tsv") ? 9 : 44
            cells = try SeparatedText(bytes, separator: separator)
        } catch {
            throw Diagnostic("\(file.text): \(error.message)", at: file.range)
        }
        var keyTypes: [String: ValueType] = [:]
        for field in fields { keyTypes[field.text] = try resolution.column(field).type }
        let table = try table(cells, keyTypes, resolution)
        try resolution.join(table.schema, on: fields, stage: name, side: file.text) { _ in table }
    }

    private func table(
        _ cells: SeparatedText, _ keyTypes: [String: ValueType], _ resolution: Resolution
    ) throws(Diagnostic) -> RowTable {
        let columns = cells.header.enumerated().map { index, name in
            let type = keyTypes[name] ?? LookupStage.type(of: cells.rows.lazy.map { $0.cells[index] })
            return Schema.Column(name: name, type: type, slot: index)
        }
        let schema = Schema(columns: columns, rowName: "a row of \(file.text)")
        let keyColumns = fields.compactMap { field in cells.header.firstIndex(of: field.text) }
        var seen: [[String]: Int] = [:]
        let builder = RowTable.Builder(schema)
        for row in cells.rows {
            let key = keyColumns.map { index in
                let cell = row.cells[index]
                return schema.columns[index].type.ignoresCase
                    ? String(decoding: cell.utf8.map(\.asciiLowercased), as: UTF8.self) : cell
            }
            if let before = seen.updateValue(row.line, forKey: key), !key.allSatisfy(\.isEmpty) {
                throw Diagnostic(
                    "\(file.text) has '\(key.joined(separator: ", "))' on line \(before) "
                        + "and on line \(row.line)",
                    at: file.range)
            }
            try Arena.temporary { texts throws(Diagnostic) in
                var values: [Value] = []
                for (index, cell) in row.cells.enumerated() {
                    let type = schema.columns[index].type
                    guard let value = value(cell, type, texts, resolution) else {
                        throw Diagnostic(
                            "\(file.text), line \(row.line): '\(cell)' is not \(type.article)", at: file.range
                        )
                    }
                    values.append(value)
                }
                builder.append(values)
            }
        }
        return builder.table()
    }

    /// Returns the type that all cells of a column have: whole number, number or text.
    private static func type(of cells: some Sequence<String>) -> ValueType {
        var type = ValueType.integer
        var isEmpty = true
        for cell in cells where !cell.isEmpty {
            isEmpty = false
            // Digits after a leading 0 are a code, not a number.
            if cell.count > 1, cell.first == "0", !cell.hasPrefix("0.") { return .text(.plain) }
            if Int(cell) != nil { continue }
            guard let number = Double(cell), number.isFinite, cell.allSatisfy({ !$0.isLetter }) else {
                return .text(.plain)
            }
            type = .number
        }
        return isEmpty ? .text(.plain) : type
    }

    /// Returns a cell as a value of a type; nil if the cell does not fit. An empty cell is a missing value.
    private func value(
        _ cell: String, _ type: ValueType, _ texts: Arena, _ resolution: Resolution
    ) -> Value? {
        if cell.isEmpty { return .missing }
        switch type {
        case .bool: return cell == "true" ? .bool(true) : cell == "false" ? .bool(false) : nil
        case .integer: return Int(cell).map { .integer($0) }
        case .number: return Double(cell).map { .double($0) }
        case .size: return Literals.size(cell).map { .integer($0) }
        case .duration: return Literals.duration(cell).map { .duration($0) }
        case .time:
            return (try? TimeWords(resolution.environment).interval(cell)).map { .time($0.start) }
        case .text(.address) where cell == "<>": return texts.text("")
        case .text, .any: return texts.text(cell)
        case .list: return nil
        }
    }
}

extension Parameter where Value == String {
    /// Same parameter with its source range, for messages.
    var located: Parameter<Name> {
        let parse = parse
        return Parameter<Name>(usage, grammar: grammar) {
            (parser: inout Parser) throws(Diagnostic) -> Name in
            parser.skipSpace()
            let start = parser.position
            let text = try parse(&parser)
            return Name(text, SourceRange(start, parser.position))
        }
    }
}
