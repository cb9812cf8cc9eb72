import MailLog
import QuerySyntax

/// Conditions that lead from a row of an answer back to its input: the rows before a stage that agree with some columns
/// of the row.
package struct RowOrigin: Sendable {
    /// A condition that holds for all input rows of a row, as text of a filter.
    struct Condition: Sendable {
        var columns: [Schema.Column]
        /// Returns the text for these values; nil if they are insufficient. `source` is the text of the query.
        let text: @Sendable (_ values: [Value], _ source: Source) -> String?
    }

    /// Start of the stage in the text of the query. The stages before it made its input.
    let start: Int
    var conditions: [Condition]

    init(behind stage: SourceRange, _ conditions: [Condition]) {
        start = stage.lower
        self.conditions = conditions
    }

    /// Origin of rows made from log lines: lines with the same queue id.
    static let line = RowOrigin(
        behind: SourceRange(0, 0),
        [
            Condition(columns: Schema.lines.columns.filter { $0.name == "queue_id" }) { values, _ in
                values[0].isMissing ? nil : "queue_id=\(QueryText.value(values[0], .text(.plain)))"
            }
        ])

    /// Returns the origin for rows of a later stage. `slots` maps old slots to new ones. Conditions on other slots are
    /// dropped: a new row replaces several old ones.
    func moved(_ slots: [Int: Int]) -> RowOrigin {
        var origin = self
        origin.conditions = conditions.compactMap { condition in
            var condition = condition
            for index in condition.columns.indices {
                guard let slot = slots[condition.columns[index].slot] else { return nil }
                condition.columns[index].slot = slot
            }
            return condition
        }
        return origin
    }

    func isTold(by schema: Schema) -> Bool {
        conditions.allSatisfy { condition in
            condition.columns.allSatisfy { column in schema.columns.contains { $0.slot == column.slot } }
        }
    }
}

extension RowOrigin.Condition {
    /// Condition: a column has the row's value.
    static func same(_ column: Schema.Column) -> RowOrigin.Condition {
        same(column) { _ in QueryText.name(column.name) }
    }

    /// Condition: a key of groups has the value in `column`.
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

    /// Condition: the time is between two times of the row, inclusive.
    static func time(from first: Schema.Column, to last: Schema.Column) -> RowOrigin.Condition {
        RowOrigin.Condition(columns: [first, last]) { values, _ in
            guard values[0].kind == .time, values[1].kind == .time else { return nil }
            return "time in \(QueryText.time(values[0].wallClock))..\(QueryText.time(values[1].wallClock))"
        }
    }

    /// Condition with a text that does not depend on the row.
    static func fixed(_ text: @escaping @Sendable (Source) -> String) -> RowOrigin.Condition {
        RowOrigin.Condition(columns: []) { _, source in text(source) }
    }
}
