import MailLog
import QuerySyntax

/// `missing(x)`: tests for a missing value.
enum MissingFunction {
    static let form = Function.form(
        "missing", [ArgumentRule("x", .any)], summary: "whether x is missing in the row",
        details: "The null sender `<>` is a value, not missing.",
        examples: [
            "filter missing(queue_id) | count by event", "filter event=delivery not missing(orig_to) | count",
        ]
    ) { (call, _) throws(Diagnostic) in
        call.value(.bool) { value, _ in .bool(value.isMissing) }
    }
}
