import MailLog
import QuerySyntax

/// `tail N`: keeps the last rows.
struct TailStage: Stage {
    static let form = Form<any Stage>(
        "tail", summary: "keep the last N rows", details: "Rows keep their order. Without N: 10.",
        examples: ["filter status=bounced | tail 3"],
        Parameter<Int>.count.optional
    ) { (name, count) throws(Diagnostic) in TailStage(name: name, count: count ?? 10) }

    let name: Name
    let count: Int

    var keepsColumns: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let order = Typed(.integer, range: name.range) { { .integer(Int(truncatingIfNeeded: $0.order)) } }
        resolution.keep(
            count, by: SortReduction.Key(expression: order, descending: true), title: "keep the last \(count)"
        )
    }
}

extension Resolution {
    /// Keeps the first rows by a key, then restores the order of the rows.
    mutating func keep(_ count: Int, by key: SortReduction.Key, title: String) {
        var first = sort(by: [key], limit: count)
        first.numbersRows = false
        first.name = title
        append(.reduce(first))
        var back = sort(by: [], limit: count)
        back.name = "restore the order"
        append(.reduce(back))
    }
}
