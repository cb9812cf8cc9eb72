import MailLog
import QuerySyntax

/// The columns that rows have at one point of a pipeline, with their types and slots.
package struct Schema: Sendable {
    package struct Column: Sendable {
        package var name: String
        package var type: ValueType
        /// The place of its values in a `Row`.
        package var slot: Int
        /// The value that a bin without rows has, for `fill`.
        package var empty: Value = .missing
        /// Whether it is there to be named, and not in the answer unless it is.
        package var isAside = false
        /// What its name means, where that is a value (after `pivot`).
        var nameType: ValueType?
        /// The slot with the name of the field whose value it shows in a row, and what each field is.
        var meaning: (slot: Int, types: [String: ValueType])?

        package init(name: String, type: ValueType, slot: Int, empty: Value = .missing) {
            self.name = name
            self.type = type
            self.slot = slot
            self.empty = empty
        }
    }

    /// Each change of it costs as much as it has columns: see `put`.
    package var columns: [Column] {
        get { stored }
        _modify {
            defer { places = Schema.places(stored) }
            yield &stored
        }
    }
    private var stored: [Column]
    /// The first column of each name.
    private var places: [String: Int]
    /// What one row is, for messages: "a line", "a row of this result".
    package var rowName: String
    /// Whether rows are log lines with all their fields, so that the line itself is what to print.
    package var isLines = false
    /// Whether columns are known only when rows are seen (after `pivot`): an unknown name is then missing.
    package var isOpen = false
    /// Whether an error upstream makes unknown names no fault of this place.
    package var isBroken = false
    /// Whether the rows are to be drawn where people read them (`chart`).
    package var chart: Chart?
    /// Names that an earlier stage took away: the stage and where it stands.
    package var removed: [String: Name] = [:]

    package init(columns: [Column], rowName: String) {
        stored = columns
        places = Schema.places(columns)
        self.rowName = rowName
    }

    private static func places(_ columns: [Column]) -> [String: Int] {
        Dictionary(columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// The index of the column of that name.
    package func place(of name: String) -> Int? { places[name] }

    /// Adds a column, or replaces the one of that name.
    mutating func put(_ column: Column) {
        if let place = places[column.name] {
            stored[place] = column
        } else {
            places[column.name] = stored.count
            stored.append(column)
        }
    }

    /// Says of each column whether it is there only to be named.
    mutating func setAside(_ isAside: [Bool]) {
        for (place, isAside) in isAside.enumerated() { stored[place].isAside = isAside }
    }

    /// The same without the columns that nobody has named.
    package var shown: Schema {
        var shown = self
        shown.columns.removeAll(where: \.isAside)
        return shown
    }

    /// The column with a query for each row, which shows what the row tells of.
    package var wayBack: Int? { columns.firstIndex { $0.type == .text(.query) } }

    /// The schema of log lines.
    package static let lines: Schema = {
        let columns = Fields.all.map { Column(name: $0.name, type: $0.type, slot: $0.slot) }
        var schema = Schema(columns: columns, rowName: "a line")
        schema.isLines = true
        return schema
    }()

    package func column(_ name: String) -> Column? {
        if let place = places[name] { return stored[place] }
        // An alias of a field of lines.
        return Fields.named(name).flatMap { places[$0.name] }.map { stored[$0] }
    }
}
