import MailLog
import QuerySyntax

extension Resolution {
    /// Appends a step that passes rows on one by one.
    mutating func each(
        _ title: String, needs: Set<Int>, inOrder: Bool = false,
        make: @escaping @Sendable (any RowConsumer, Worker) -> any RowConsumer
    ) {
        append(.each(Transform(title, needs: needs, inOrder: inOrder, make: make)))
    }

    /// Begins rows of a stage. All values of a bin without rows are missing.
    mutating func beginRows(_ columns: [(String, ValueType)], by stage: Name) -> Layout {
        beginRows(
            columns.map { (name: $0.0, type: $0.1, empty: Value.missing) },
            rowName: "a row of '\(stage.text)'",
            by: stage)
    }

    /// Throws unless the stage is the first one, apart from filters.
    func checkIsFirst(_ stage: Name, hint: String? = nil) throws(Diagnostic) {
        guard schema.isLines, steps.isEmpty else {
            throw Diagnostic("'\(stage.text)' starts a pipeline", at: stage.range, hint: hint)
        }
    }

    /// Returns a field, or the first column that fits; throws if the rows have no such column.
    func column(
        _ field: Name?, or fits: (Schema.Column) -> Bool, _ what: String, for stage: Name
    ) throws(Diagnostic) -> Schema.Column {
        if let field { return try column(field) }
        if let first = schema.columns.first(where: fits) { return first }
        throw Diagnostic("'\(stage.text)' needs \(what), and \(schema.rowName) has none", at: stage.range)
    }
}
