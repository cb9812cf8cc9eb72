import MailLog
import QuerySyntax

/// `fill [F] [in A..B]`: rows for bins of time in which nothing was.
struct FillStage: Stage {
    static let form = Form<any Stage>(
        "fill", summary: "add rows for empty bins of time",
        details: """
            A result with a single time key is filled by itself, over the interval that a filter on time names, else \
            from its first bin to its last. Counts and sums are 0 in an empty bin, other values missing.
            """,
        examples: ["filter status=bounced | count by hour | fill in 2012-12-25..2012-12-26 | head 4"],
        Parameter<Name>.field.optional, Parameter<TimeRange>.range.after("in")
    ) { (name, field, range) throws(Diagnostic) in FillStage(name: name, field: field, range: range) }

    let name: Name
    let field: Name?
    let range: TimeRange?

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let column: Schema.Column
        if let field {
            column = try resolution.column(field)
        } else if let first = resolution.schema.columns.first(where: { $0.type.isTime }) {
            column = first
        } else {
            throw Diagnostic(
                "'fill' needs a time bin, and \(resolution.schema.rowName) has none", at: name.range)
        }
        guard case .time(let bin) = column.type, bin != .instant else {
            throw Diagnostic("'\(column.name)' is not a time bin", at: field?.range ?? name.range)
        }
        let interval = try range.map { (range) throws(Diagnostic) in try resolution.interval(range) }
        resolution.dropFill()
        resolution.fill(
            column, bin, interval.map { $0.start..<max($0.start, $0.end) } ?? resolution.timeRange)
    }
}

/// `nofill`: takes the automatic filling back.
struct NofillStage: Stage {
    static let form = Form<any Stage>(
        "nofill", summary: "leave empty bins of time out",
        examples: ["filter status=bounced | count by hour | nofill | head 4"]
    ) { (_) throws(Diagnostic) in NofillStage() }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) { resolution.dropFill() }
}

extension Resolution {
    /// Fills the bins of the first column, which is the only key.
    mutating func fillBins() {
        guard let column = schema.columns.first, case .time(let bin) = column.type, bin != .instant else {
            return
        }
        fill(column, bin, timeRange)
    }

    fileprivate mutating func fill(_ column: Schema.Column, _ bin: TimeBin, _ range: Range<Int64>?) {
        let columns = schema.columns
        var transform = Transform("fill empty bins of \(column.name)", needs: allSlots, inOrder: true) {
            next, worker in
            FillOperator(column, bin, range, columns, next, worker)
        }
        transform.isFill = true
        append(.each(transform))
    }

    /// Takes the filling of the last step back.
    mutating func dropFill() {
        if case .each(let transform)? = steps.last, transform.isFill { steps.removeLast() }
    }
}

/// Passes rows in ascending order of their bin on, and puts an empty row wherever a bin is left out.
private final class FillOperator: RowConsumer {
    private let column: Schema.Column
    private let bin: TimeBin
    private let range: Range<Int64>?
    private let columns: [Schema.Column]
    private let next: any RowConsumer
    private let worker: Worker
    /// The bin that comes next.
    private var expected: Int64?
    private var goesOn = true
    private var made = 0
    private var order: UInt64 = 0
    /// Nobody reads a million empty rows; a range that wide is a slip.
    private static let limit = 1_000_000

    init(
        _ column: Schema.Column, _ bin: TimeBin, _ range: Range<Int64>?, _ columns: [Schema.Column],
        _ next: any RowConsumer, _ worker: Worker
    ) {
        self.column = column
        self.bin = bin
        self.range = range
        self.columns = columns
        self.next = next
        self.worker = worker
        expected = range.flatMap { $0.lowerBound == .min ? nil : TimeBins.start(of: $0.lowerBound, bin) }
    }

    func consume(_ row: Row) -> Bool {
        let value = row[column.slot]
        guard value.kind == .time else {
            // Rows without a time come last; the range is filled up before them.
            fillToEnd()
            return pass(row)
        }
        let time = value.wallClock
        if let expected, expected < time {
            // The rows to add need slots of their own, the row's are taken.
            fill(from: expected, to: time, like: row)
        }
        expected = max(expected ?? .min, TimeBins.next(after: time, bin))
        return pass(row)
    }

    /// Passes a row on as the next one.
    private func pass(_ row: Row) -> Bool {
        order += 1
        goesOn = goesOn && next.consume(Row(slots: row.slots, order: order, worker: row.worker))
        return goesOn
    }

    private func fill(from start: Int64, to end: Int64, like row: Row? = nil) {
        let width = (columns.map(\.slot).max() ?? 0) + 1
        let buffer = row.map { $0.slots }
        let kept = buffer.map { slots in (0..<width).map { slots[$0] } }
        let own = RowBuffer(width: max(width, 64))
        let slots = buffer ?? own.slots
        var time = start
        while time < end, goesOn {
            made += 1
            guard made <= FillOperator.limit else {
                worker.run.fail(
                    RunFailure(
                        "more than \(FillOperator.limit) empty bins to fill; use wider bins, or `nofill`",
                        status: 2))
                return
            }
            for column in columns { slots[column.slot] = column.empty }
            slots[column.slot] = .time(time)
            _ = pass(Row(slots: slots, order: 0, worker: worker))
            time = TimeBins.next(after: time, bin)
        }
        if let buffer, let kept { for slot in 0..<width { buffer[slot] = kept[slot] } }
        expected = time
    }

    private func fillToEnd() {
        guard let range, range.upperBound != .max, let start = expected, start < range.upperBound else {
            return
        }
        fill(from: start, to: range.upperBound)
    }

    func finish() {
        fillToEnd()
        next.finish()
    }
}
