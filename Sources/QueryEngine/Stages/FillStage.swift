import MailLog
import QuerySyntax

/// `fill [F] [in A..B]`: adds rows for empty bins of time.
struct FillStage: Stage {
    static let form = Form<any Stage>(
        "fill", summary: "add rows for empty bins of time",
        details: """
            Groups with a bin of time as their only key are filled automatically. The range is that of a filter on \
            time, or goes from the first bin to the last. `in` names another range; bins outside it are not filled. \
            In an empty bin, counts and sums are 0 and other values are missing.
            \(BinWalk.rule)
            """,
        examples: ["filter status=bounced | count by day | fill in 2012-12-08..2012-12-12 | head 4"],
        Parameter<Name>.field.optional, Parameter<TimeRange>.range.after("in")
    ) { (name, field, range) throws(Diagnostic) in FillStage(name: name, field: field, range: range) }

    let name: Name
    let field: Name?
    let range: TimeRange?

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let column = try resolution.column(field, or: \.type.isTime, "a time bin", for: name)
        guard case .time(let bin) = column.type, bin != .instant else {
            throw Diagnostic("'\(column.name)' is not a time bin", at: field?.range ?? name.range)
        }
        var interval = resolution.timeRange
        if let range {
            let named = try resolution.interval(range)
            let bins = named.start..<max(named.start, named.end)
            interval = bins
            if bins.lowerBound != .min, bins.upperBound != .max,
                TimeBins.count(bins, bin) > BinWalk.mostEmpty
            {
                throw Diagnostic(
                    "the range has more than \(Digits.grouped(BinWalk.mostEmpty)) bins", at: range.range,
                    hint: "shorten the range, or count by longer bins")
            }
        }
        resolution.dropFill()
        resolution.fill(column, bin, interval)
    }
}

/// `nofill`: cancels automatic filling.
struct NofillStage: Stage {
    static let form = Form<any Stage>(
        "nofill", summary: "do not add rows for empty bins of time",
        examples: ["filter status=bounced | count by hour | nofill | head 4"]
    ) { (_) throws(Diagnostic) in NofillStage() }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) { resolution.dropFill() }
}

extension Resolution {
    /// Fills the bins of the first column, the only key.
    mutating func fillBins() {
        guard let column = schema.columns.first, case .time(let bin) = column.type, bin != .instant else {
            return
        }
        fill(column, bin, timeRange)
    }

    fileprivate mutating func fill(_ column: Schema.Column, _ bin: TimeBin, _ range: Range<Int64>?) {
        let (columns, layout) = (schema.columns, layout)
        var transform = Transform("fill empty bins of \(column.name)", needs: allSlots, inOrder: true) {
            next, worker in
            FillOperator(column, bin, range, columns, layout, next, worker)
        }
        transform.isFill = true
        append(.each(transform))
    }

    /// Removes the last step if it fills bins.
    mutating func dropFill() {
        if case .each(let transform)? = steps.last, transform.isFill { steps.removeLast() }
    }
}

/// Takes rows in ascending order of their bins, and inserts a row for each empty bin.
private final class FillOperator: RowConsumer {
    private let column: Schema.Column
    private let range: Range<Int64>?
    private let columns: [Schema.Column]
    private let next: any RowConsumer
    private let worker: Worker
    private var walk: BinWalk
    private let buffer: RowBuffer
    private var goesOn = true
    private var order: UInt64 = 0

    init(
        _ column: Schema.Column, _ bin: TimeBin, _ range: Range<Int64>?, _ columns: [Schema.Column],
        _ layout: Layout, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.column = column
        self.range = range
        self.columns = columns
        self.next = next
        self.worker = worker
        walk = BinWalk(bin, from: range.flatMap { $0.lowerBound == .min ? nil : $0.lowerBound })
        buffer = RowBuffer(layout)
    }

    func consume(_ row: Row) -> Bool {
        let value = row[column.slot]
        guard value.kind == .time else {
            // Rows without a time come last, after the whole range.
            fillToEnd()
            return pass(row)
        }
        let time = value.wallClock
        if let range, time >= range.upperBound {
            // Nothing is filled outside of the range.
            fillToEnd()
            return pass(row)
        }
        pass(walk.advance(to: time, isWanted: isWanted))
        return pass(row)
    }

    /// Passes on a row with the next order.
    private func pass(_ row: Row) -> Bool {
        order += 1
        goesOn = goesOn && next.consume(Row(slots: row.slots, order: order, worker: row.worker))
        return goesOn
    }

    private func pass(_ emptyBins: some Sequence<Int64>) {
        for time in emptyBins where goesOn {
            for column in columns { buffer.slots[column.slot] = column.empty }
            buffer.slots[column.slot] = .time(time)
            _ = pass(buffer.row(order: 0, worker: worker))
        }
    }

    /// Whether the query names the range of the gap before the next row: both ends, or the start before the first row.
    private var isWanted: Bool {
        guard let range, range.lowerBound != .min else { return false }
        return order == 0 || range.upperBound != .max
    }

    private func fillToEnd() {
        guard let range, range.upperBound != .max, let start = walk.expected, start < range.upperBound else {
            return
        }
        let last = TimeBins.start(of: range.upperBound - 1, walk.bin)
        pass(walk.fill(to: TimeBins.next(after: last, walk.bin), isWanted: true))
    }

    func finish() {
        fillToEnd()
        walk.report(to: worker.run)
        next.finish()
    }
}
