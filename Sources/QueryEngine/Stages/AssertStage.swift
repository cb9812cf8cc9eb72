import MailLog
import QuerySyntax

/// `assert EXPR else "…"`: a condition that every row must meet.
struct AssertStage: Stage {
    struct Condition: Sendable {
        let expression: Expression
        let text: String
    }

    static let form = Form<any Stage>(
        "assert", summary: "exit with status 1 when a row does not meet a condition",
        details: """
            For cron. All rows pass on unchanged. At the end, mlq writes the text, the number of failed rows and the \
            first of them to standard error. Without rows, the assertion holds.
            """,
        examples: [
            "filter status=deferred | count | assert count < 100000 else \"too many deferrals\""
        ],
        Parameter<Condition>("EXPR", grammar: "expression") {
            (parser: inout Parser) throws(Diagnostic) -> Condition in
            let expression = try parser.expression()
            return Condition(expression: expression, text: parser.source[expression.range])
        }, Parameter<String>.text("TEXT").after("else")
    ) { (_, condition, text) throws(Diagnostic) in
        AssertStage(condition: condition, text: text)
    }

    let condition: Condition
    let text: String?

    var keepsColumns: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let test = try resolution.condition(condition.expression)
        let redaction = resolution.environment.redaction
        let sentence =
            text.map { redaction?.text($0) ?? $0 }
            ?? "not all rows have \(redaction?.query(condition.text) ?? condition.text)"
        // Of wide rows, show only the fields that the condition reads.
        let columns = resolution.schema.columns
        let shown =
            resolution.schema.isLines || columns.count > 8
            ? columns.filter { test.needs.contains($0.slot) } : columns
        let needs = test.needs.union(shown.map(\.slot))
        resolution.each("assert \(condition.text)", needs: needs, inOrder: true) { next, worker in
            let holds = test.make()
            var (rows, failures, first) = (0, 0, "")
            return RowOperator(
                next,
                atEnd: {
                    guard failures > 0 else { return }
                    let count =
                        failures == rows
                        ? rows == 1 ? "" : "all \(rows) rows, " : "\(failures) of \(rows) rows, "
                    let details =
                        first.isEmpty
                        ? String(count.dropLast(2)) : count + (count.isEmpty ? "" : "first ") + first
                    worker.run.assertionFailed(
                        "assertion failed: \(sentence)" + (details.isEmpty ? "" : " (\(details))"))
                }
            ) { row in
                rows += 1
                if !holds(row) {
                    if failures == 0 { first = AssertStage.text(row, shown, redaction) }
                    failures += 1
                }
                return next.consume(row)
            }
        }
    }

    /// Returns the values of a row for a terminal: `process=smtp, count=12`.
    private static func text(_ row: Row, _ shown: [Schema.Column], _ redaction: Redaction?) -> String {
        var text: [UInt8] = []
        for column in shown where !row[column.slot].isMissing {
            if !text.isEmpty { text.append(contentsOf: ", ".utf8) }
            text.append(contentsOf: "\(redaction?.name(of: column) ?? column.name)=".utf8)
            var value: [UInt8] = []
            let cell = redaction?.cell(column, row, row.worker.arena) ?? row[column.slot]
            ValueText.append(cell, column.type, to: &value)
            text += DisplayText.shown(Array(value.prefix(200)))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
