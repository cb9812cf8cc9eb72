import MailLog
import QuerySyntax

/// `head N`: the first rows.
struct HeadStage: Stage {
    static let form = Form<any Stage>(
        "head", aliases: ["limit", "take"], summary: "the first N rows",
        details: "Reading stops as soon as they are found. Without N: 10.",
        examples: ["filter status=bounced | head 3"],
        Parameter<Int>.count.optional
    ) { (_, count) throws(Diagnostic) in HeadStage(count: count ?? 10) }

    let count: Int

    var keepsColumns: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        resolution.append(HeadStage.step(count))
    }

    static func step(_ count: Int) -> Step {
        .each(
            Transform("head \(count)", needs: [], inOrder: true, limit: count) { next, _ in
                HeadOperator(count, next)
            })
    }
}

private final class HeadOperator: RowConsumer {
    private var left: Int
    private let next: any RowConsumer

    init(_ count: Int, _ next: any RowConsumer) {
        left = count
        self.next = next
    }

    func consume(_ row: Row) -> Bool {
        guard left > 0 else { return false }
        left -= 1
        return next.consume(row) && left > 0
    }

    func finish() { next.finish() }
}
