/// Columns of plain text, two spaces apart.
enum TextTable {
    /// Returns a line for each row. The columns of `right` are aligned to the right; the last one is not padded.
    static func text(_ rows: [[String]], right: Set<Int> = []) -> String {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let pad = String(repeating: " ", count: widths[column] - row[column].count)
                if right.contains(column) { return pad + row[column] }
                return row[column] + (column == columns - 1 ? "" : pad)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
