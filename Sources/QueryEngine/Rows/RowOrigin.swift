import MailLog
import QuerySyntax

/// What stands behind a row of an answer: of the rows that came to a stage, those for which holds what some columns
/// of the row say.
package struct RowOrigin: Sendable {
    /// Something that holds for all that stands behind a row, as a filter writes it.
    struct Condition: Sendable {
        /// The columns whose values it is made of.
        var columns: [Schema.Column]
        /// From the values of these columns in a row; nil where they do not tell. `source` is the text that the
        /// query's expressions stand in.
        let text: @Sendable (_ values: [Value], _ source: Source) -> String?
    }

    /// Where the stage starts, in the query's text; what stands before it gave it its rows.
    let start: Int
    var conditions: [Condition]

    init(behind stage: SourceRange, _ conditions: [Condition]) {
        start = stage.lower
        self.conditions = conditions
    }

    /// Of log lines that have become rows: the lines of the same mail.
    static let line = RowOrigin(
        behind: SourceRange(0, 0),
        [
            Condition(columns: Schema.lines.columns.filter { $0.name == "queue_id" }) { values, _ in
                values[0].isMissing ? nil : "queue_id=\(QueryText.value(values[0], .text(.plain)))"
            }
        ])

    /// The same for rows that a later stage made: where it put the columns that were in these slots. What a column
    /// said that is no more is not known of the new rows, which stand for more than one of the old ones.
    func moved(_ places: [Int: Int]) -> RowOrigin {
        var origin = self
        origin.conditions = conditions.compactMap { condition in
            var condition = condition
            for place in condition.columns.indices {
                guard let slot = places[condition.columns[place].slot] else { return nil }
                condition.columns[place].slot = slot
            }
            return condition
        }
        return origin
    }

    /// Whether rows with these columns tell all that is needed.
    func isTold(by schema: Schema) -> Bool {
        conditions.allSatisfy { condition in
            condition.columns.allSatisfy { column in schema.columns.contains { $0.slot == column.slot } }
        }
    }
}

extension RowOrigin.Condition {
    /// A column has the row's value.
    static func same(_ column: Schema.Column) -> RowOrigin.Condition {
        same(column) { _ in QueryText.name(column.name) }
    }

    /// A key of groups, whose value is in `column`.
    static func key(_ key: Key, _ column: Schema.Column) -> RowOrigin.Condition {
        switch key {
        case .field(let name): same(column) { _ in QueryText.name(name.text) }
        case .expression(let expression, _): same(column) { "(\($0[expression.range]))" }
        case .per: same(column, isBinOfTime: true) { _ in "time" }
        }
    }

    private static func same(
        _ column: Schema.Column, isBinOfTime: Bool = false, _ side: @escaping @Sendable (Source) -> String
    ) -> RowOrigin.Condition {
        RowOrigin.Condition(columns: [column]) { values, source in
            let (value, side) = (values[0], side(source))
            if value.isMissing { return "missing(\(side))" }
            let text = QueryText.value(value, column.type)
            guard case .time(let bin) = column.type else { return "\(side)=\(text)" }
            if case .every = bin {} else if !isBinOfTime { return "\(side)=\(text)" }
            if bin == .day { return "\(side) in \(text)" }
            let end = QueryText.time(TimeBins.next(after: value.wallClock, bin))
            return "\(side) >= \(QueryText.time(value.wallClock)) \(side) < \(end)"
        }
    }

    /// The time lies between two times of the row, with both.
    static func time(from first: Schema.Column, to last: Schema.Column) -> RowOrigin.Condition {
        RowOrigin.Condition(columns: [first, last]) { values, _ in
            guard values[0].kind == .time, values[1].kind == .time else { return nil }
            return "time in \(QueryText.time(values[0].wallClock))..\(QueryText.time(values[1].wallClock))"
        }
    }

    /// The same for all rows: what stands at a place of the query.
    static func fixed(_ text: @escaping @Sendable (Source) -> String) -> RowOrigin.Condition {
        RowOrigin.Condition(columns: []) { _, source in text(source) }
    }
}
