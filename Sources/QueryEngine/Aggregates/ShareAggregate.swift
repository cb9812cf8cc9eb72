import MailLog
import QuerySyntax

/// `share()`: the share of a group in all rows. Groups count their rows; then `ShareReduction` divides by the sum.
enum ShareAggregate {
    static let form = Aggregate.form(
        "share", [],
        summary: "the share of the group in the rows of all groups, from 0 to 1",
        examples: ["stats n=count(), share() by process"]
    ) { (call, _) throws(Diagnostic) in
        var resolved = ResolvedAggregate(
            .number, of: [], empty: .double(0), state: Count(countsPresent: false))
        resolved.isShare = true
        return resolved
    }
}

/// Reduction that divides counts by their sums over all rows.
struct ShareReduction: Reduction {
    let shares: [Int]
    let slots: [Int]
    let layout: Layout

    var title: String { "divide by the sum over all groups" }
    var needs: Set<Int> { Set(slots) }

    func makePart(_ worker: Worker) -> SharePart { SharePart(self) }
}

final class SharePart: ReductionPart {
    private let plan: ShareReduction
    private let rows: RowBatch
    private var totals: [Int]

    init(_ plan: ShareReduction) {
        self.plan = plan
        rows = RowBatch(RowSlots(plan.slots))
        totals = plan.shares.map { _ in 0 }
    }

    func consume(_ row: Row) -> Bool {
        for (index, slot) in plan.shares.enumerated() { totals[index] &+= row[slot].integer }
        return rows.consume(row)
    }

    func merge(_ other: SharePart) { preconditionFailure("only one part gets groups") }

    func emit(into next: any RowConsumer, worker: Worker) {
        let division = RowOperator(next) { [plan, totals] row in
            for (slot, total) in zip(plan.shares, totals) {
                row[slot] = total > 0 ? .double(Double(row[slot].integer) / Double(total)) : .missing
            }
            return next.consume(row)
        }
        _ = rows.replay(into: division, RowBuffer(plan.layout), worker: worker)
    }
}
