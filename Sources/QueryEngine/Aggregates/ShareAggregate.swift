import MailLog
import QuerySyntax

/// `share()`: which part of all rows a group has. The groups count; when all are there, `ShareReduction` divides.
enum ShareAggregate {
    static let form = Aggregate.form(
        "share", [],
        summary: "which part of the rows of all groups is this group's, from 0 to 1",
        examples: ["stats n=count(), share() by process"]
    ) { (call, _) throws(Diagnostic) in
        var resolved = ResolvedAggregate(.number, of: [], empty: .double(0)) {
            GroupStates(Count(countsPresent: false))
        }
        resolved.isShare = true
        return resolved
    }
}

/// Divides the counts of some columns by their sums over all rows.
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
        for (place, slot) in plan.shares.enumerated() { totals[place] &+= row[slot].integer }
        return rows.consume(row)
    }

    func merge(_ other: SharePart) { preconditionFailure("groups come to one part only") }

    func emit(into next: any RowConsumer, worker: Worker) {
        _ = rows.replay(into: Division(plan.shares, totals, next), RowBuffer(plan.layout), worker: worker)
    }

    private final class Division: RowConsumer {
        private let shares: [Int]
        private let totals: [Int]
        private let next: any RowConsumer

        init(_ shares: [Int], _ totals: [Int], _ next: any RowConsumer) {
            self.shares = shares
            self.totals = totals
            self.next = next
        }

        func consume(_ row: Row) -> Bool {
            for (slot, total) in zip(shares, totals) {
                row[slot] = total > 0 ? .double(Double(row[slot].integer) / Double(total)) : .missing
            }
            return next.consume(row)
        }

        func finish() {}
    }
}
