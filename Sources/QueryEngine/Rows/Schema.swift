import MailLog
import QuerySyntax

/// Columns of the rows at one point of a pipeline, with their types and slots.
package struct Schema: Sendable {
    package struct Column: Sendable {
        package var name: String
        package var type: ValueType
        /// Slot of its values in a `Row`.
        package var slot: Int
        /// Value in a bin without rows, for `fill`.
        package var empty: Value = .missing
        /// Whether the answer has the column only if the query names it.
        package var isAside = false
        /// Type of the name if the name is a value (after `pivot`).
        var nameType: ValueType?
        /// For a column of values of several fields: the slot with the name of the field, and the type of each field.
        var meaning: (slot: Int, types: [String: ValueType])?

        package init(name: String, type: ValueType, slot: Int, empty: Value = .missing) {
            self.name = name
            self.type = type
            self.slot = slot
            self.empty = empty
        }
    }

    /// Writing costs time proportional to the number of columns; see `put`.
    package var columns: [Column] {
        get { stored }
        _modify {
            defer { indices = Schema.indices(stored) }
            yield &stored
        }
    }
    private var stored: [Column]
    /// Index of the first column with each name.
    private var indices: [String: Int]
    /// Description of a row in messages: "a line", "a row of this result".
    package var rowName: String
    /// Whether rows are log lines with all their fields.
    package var isLines = false
    /// Whether columns are known only after the rows (after `pivot`). Unknown names are then missing values.
    package var isOpen = false
    /// Whether an earlier stage has an error. Unknown names are then not reported.
    package var isBroken = false
    /// Chart of the rows (`chart`).
    package var chart: Chart?
    /// Names that an earlier stage removed, with that stage.
    package var removed: [String: Name] = [:]

    package init(columns: [Column], rowName: String) {
        stored = columns
        indices = Schema.indices(columns)
        self.rowName = rowName
    }

    private static func indices(_ columns: [Column]) -> [String: Int] {
        Dictionary(columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// Returns the index of a column.
    package func index(of name: String) -> Int? { indices[name] }

    /// Adds a column, or replaces the one with the same name.
    mutating func put(_ column: Column) {
        if let index = indices[column.name] {
            stored[index] = column
        } else {
            indices[column.name] = stored.count
            stored.append(column)
        }
    }

    /// Sets `isAside` of each column.
    mutating func setAside(_ isAside: [Bool]) {
        for (index, isAside) in isAside.enumerated() { stored[index].isAside = isAside }
    }

    /// The schema without columns that the query does not name.
    package var shown: Schema {
        var shown = self
        shown.columns.removeAll(where: \.isAside)
        return shown
    }

    /// Index of the column with a query for each row, which shows what the row describes.
    package var wayBack: Int? { columns.firstIndex { $0.type == .text(.query) } }

    /// Schema of log lines.
    package static let lines: Schema = {
        let columns = Fields.all.map { Column(name: $0.name, type: $0.type, slot: $0.slot) }
        var schema = Schema(columns: columns, rowName: "a line")
        schema.isLines = true
        return schema
    }()

    package func column(_ name: String) -> Column? {
        if let index = indices[name] { return stored[index] }
        // `name` may be an alias of a field of log lines.
        return Field.named(name).flatMap { indices[$0.name] }.map { stored[$0] }
    }
}
