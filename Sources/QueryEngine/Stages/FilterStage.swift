import MailLog
import QuerySyntax

/// `filter EXPR`: keeps rows that meet a condition.
struct FilterStage: Stage {
    static let form = Form<any Stage>(
        "filter", aliases: ["where", "search"],
        summary: "keep rows that meet a condition",
        details: """
            Conditions without an operator between them must all hold. A bare word to the right of a comparison is a \
            value; with * or ? it is a glob. A text or regex alone is searched in the whole line. See `mlq help \
            expressions`.
            """,
        examples: [
            "filter process=smtp status=deferred | count", "filter /Connection (timed out|refused)/ | count",
            "filter to=*.example (status=bounced or status=deferred) | head 5",
            "filter time in 2012-12-26T00:00..2012-12-26T01:00 | count by process",
        ],
        .expression
    ) { (_, expression) throws(Diagnostic) in FilterStage(expression: expression) }

    let expression: Expression

    var keepsColumns: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        var parts = [expression]
        if case .and(let factors) = expression { parts = factors }
        let conditions = try parts.map { (part) throws(Diagnostic) in try resolution.condition(part) }
        let condition = conditions.count == 1 ? conditions[0] : Condition(all: conditions)
        if resolution.scans(condition) {
            // The scan tests the parts of a conjunction separately, each as early as possible.
            resolution.scan += conditions
        } else {
            if let mail = resolution.mail, mail.steps == resolution.steps.count {
                try resolution.pushIn(expression)
                resolution.mail?.steps += 1
            }
            resolution.keep(condition)
        }
    }
}

extension Resolution {
    /// Whether the scan can test a condition, without making rows.
    fileprivate func scans(_ condition: Condition) -> Bool {
        steps.isEmpty && schema.isLines && !condition.isSequential
    }

    /// Keeps rows that meet a condition.
    mutating func keep(_ condition: Condition) {
        guard !scans(condition) else {
            scan.append(condition)
            return
        }
        each("filter", needs: condition.needs, inOrder: condition.isSequential) { next, _ in
            let holds = condition.make()
            return RowOperator(next) { row in holds(row) ? next.consume(row) : true }
        }
    }
}
