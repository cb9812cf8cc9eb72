import MailLog
import QuerySyntax

/// `head N`: keeps the first rows.
struct HeadStage: Stage {
    static let form = Form<any Stage>(
        "head", aliases: ["limit", "take"], summary: "keep the first N rows",
        details: "mlq stops reading after the last of them. Without N: 10.",
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
                var left = count
                return RowOperator(next) { row in
                    guard left > 0 else { return false }
                    left -= 1
                    return next.consume(row) && left > 0
                }
            })
    }
}
