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
            For cron: the rows pass on unchanged, and at the end standard error gets the text with the number of \
            rows that failed and the first of them. Without rows nothing fails.
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
        // The fields that the condition reads tell most about a row that fails.
        let columns = resolution.schema.columns
        let shown =
            resolution.schema.isLines || columns.count > 8
            ? columns.filter { test.needs.contains($0.slot) } : columns
        resolution.append(
            .each(
                Transform(
                    "assert \(condition.text)", needs: test.needs.union(shown.map(\.slot)), inOrder: true
                ) { next, worker in
                    AssertOperator(test.make(), sentence, shown, redaction, next, worker)
                }))
    }
}

private final class AssertOperator: RowConsumer {
    private let test: (Row) -> Bool
    private let sentence: String
    private let shown: [Schema.Column]
    private let redaction: Redaction?
    private let next: any RowConsumer
    private let worker: Worker
    private var rows = 0
    private var failures = 0
    private var first = ""

    init(
        _ test: @escaping (Row) -> Bool, _ sentence: String, _ shown: [Schema.Column],
        _ redaction: Redaction?, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.test = test
        self.sentence = sentence
        self.shown = shown
        self.redaction = redaction
        self.next = next
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        rows += 1
        if !test(row) {
            if failures == 0 { first = describe(row) }
            failures += 1
        }
        return next.consume(row)
    }

    /// `process=smtp, count=12`, fit for a terminal.
    private func describe(_ row: Row) -> String {
        var text: [UInt8] = []
        for column in shown where !row[column.slot].isMissing {
            if !text.isEmpty { text.append(contentsOf: ", ".utf8) }
            text.append(contentsOf: "\(redaction?.name(of: column) ?? column.name)=".utf8)
            var value: [UInt8] = []
            let cell = redaction?.cell(column, row, worker.arena) ?? row[column.slot]
            ValueText.append(cell, column.type, to: &value)
            text += DisplayText.shown(Array(value.prefix(200)))
        }
        return String(decoding: text, as: UTF8.self)
    }

    func finish() {
        if failures > 0 {
            let count =
                failures == rows ? rows == 1 ? "" : "all \(rows) rows, " : "\(failures) of \(rows) rows, "
            let place = count.isEmpty ? "" : "first "
            let details = first.isEmpty ? String(count.dropLast(2)) : count + place + first
            worker.run.assertionFailed(
                "assertion failed: \(sentence)" + (details.isEmpty ? "" : " (\(details))"))
        }
        next.finish()
    }
}
