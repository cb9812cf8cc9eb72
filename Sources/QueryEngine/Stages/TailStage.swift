import MailLog
import QuerySyntax

/// `tail N`: the last rows.
struct TailStage: Stage {
    static let form = Form<any Stage>(
        "tail", summary: "the last N rows", details: "They keep their order. Without N: 10.",
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
    /// The first rows by a key, in the order that all rows have.
    mutating func keep(_ count: Int, by key: SortReduction.Key, title: String) {
        var first = sort(by: [key], limit: count)
        first.numbersRows = false
        first.name = title
        append(.reduce(first))
        var back = sort(by: [], limit: count)
        back.name = "put them back in order"
        append(.reduce(back))
    }
}
