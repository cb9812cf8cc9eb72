import MailLog
import QuerySyntax

/// `changes`: steps, drifts, spikes and dips of a series over time.
struct ChangesStage: Stage {
    static let form = Form<any Stage>(
        "changes", aliases: ["changepoint"],
        summary: "find steps, drifts, spikes and dips of a series over time",
        details: """
            Input: rows with a bin of time and a number, such as those of `count by day`. The series is the last \
            number of the rows. Each combination of the other columns has a series of its own.

            change  found by
            step    Pettitt's test (1979), p below 0.005; `before` and `after` are the medians
            drift   the trend test of Mann and Kendall (1975), if a line fits better than a step
            spike   more than 8 scaled median deviations above the median (Hampel, 1974)
            dip     more than 8 scaled median deviations below the median

            Notes
            - Season: with three weeks of days or three days of hours, the usual difference of the weekday or the \
            hour is subtracted first.
            - The first and the last bin are skipped if the logs cover only a part of them.
            - A series needs at least 8 bins.
            - False alarms: at most \(SeriesChange.falseAlarms) of 100 series without a change. Measured on 500 \
            series of noise of each of six kinds, 28 to 240 bins long.
            """,
        examples: ["count by day | changes", "count by day, process | changes"]
    ) { (name) throws(Diagnostic) in ChangesStage(name: name) }

    let name: Name

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let columns = resolution.schema.columns
        let time = columns.first { column in
            if case .time(let bin) = column.type { bin != .instant } else { false }
        }
        guard !resolution.schema.isLines, let time, case .time(let bin) = time.type,
            let number = columns.last(where: { $0.type.isNumeric && $0.type != .any })
        else {
            throw Diagnostic(
                "'changes' needs a bin of time and a number", at: name.range,
                hint: "such as `count by day | changes`")
        }
        let keys = columns.filter { $0.slot != time.slot && !$0.type.isNumeric }
        let covered = resolution.environment.dataRange()
        let needs = Set([time.slot, number.slot] + keys.map(\.slot))
        let slots = Dictionary(uniqueKeysWithValues: ([time] + keys).enumerated().map { ($1.slot, $0) })
        let origin = resolution.origin?.moved(slots)
        let layout = resolution.beginRows(
            ([time] + keys).map { ($0.name, $0.type) } + [
                ("change", .text(.oneOf(SeriesChange.Kind.allCases.map(\.rawValue)))),
                ("before", number.type), ("after", number.type), ("p", .number),
            ], by: name)
        resolution.origin = origin
        resolution.timeRange = nil
        let series = SeriesRows(
            time: time.slot, bin: bin, key: RowKey(keys, keepsCase: true), number: number, covered: covered,
            layout: layout)
        resolution.each("find changes of \(number.name)", needs: needs, inOrder: true) { next, worker in
            ChangesOperator(series, next, worker)
        }
    }
}

/// Rows that contain series: one number per bin of time and key.
private struct SeriesRows: Sendable {
    let time: Int
    let bin: TimeBin
    let key: RowKey
    let number: Schema.Column
    /// Time that the logs cover; nil if it is unknown.
    let covered: Coverage?
    let layout: Layout
}

private final class ChangesOperator: RowConsumer {
    private struct Point {
        let time: Int64
        let value: Double
    }

    private let rows: SeriesRows
    private let next: any RowConsumer
    private let worker: Worker
    private let emitter: RowEmitter
    /// Series by key, in the order of their first rows.
    private var table = GroupTable()
    private var series: [[Point]] = []
    private var points = 0
    private var key: [UInt8] = []

    private static let mostPoints = 2_000_000
    private static let hour: Int64 = 3_600_000_000

    init(_ rows: SeriesRows, _ next: any RowConsumer, _ worker: Worker) {
        self.rows = rows
        self.next = next
        self.worker = worker
        emitter = RowEmitter(rows.layout, next, worker)
    }

    func consume(_ row: Row) -> Bool {
        let (time, number) = (row[rows.time], row[rows.number.slot])
        guard time.kind == .time, number.isNumber, isWhole(time.wallClock) else { return true }
        points += 1
        if points & 1023 == 0, table.footprint + points * 32 + series.count * 64 > worker.run.memory {
            worker.run.failForMemory("'changes' has more series", "count by fewer fields")
            return false
        }
        guard points <= ChangesOperator.mostPoints else {
            worker.run.fail(
                RunFailure(
                    "'changes' takes up to \(ChangesOperator.mostPoints) rows; use wider bins", status: 2))
            return false
        }
        let index = rows.key.group(of: row, in: &table, &key)
        if index == series.count { series.append([]) }
        series[index].append(Point(time: time.wallClock, value: number.number))
        return true
    }

    /// Whether the logs cover the bin. A twentieth of it may be missing at either end.
    private func isWhole(_ start: Int64) -> Bool {
        guard let covered = rows.covered else { return true }
        let end = TimeBins.next(after: start, rows.bin)
        let slack = (end - start) / 20
        return covered.first <= start + slack && covered.last >= end - slack
    }

    func finish() {
        let bins = bins
        if !worker.run.hasFailed {
            var found: [(time: Int64, series: Int, change: SeriesChange)] = []
            for (index, points) in series.enumerated() {
                let points = filled(points, bins)
                for change in SeriesChange.all(in: points.map(\.value), period: period) {
                    found.append((points[change.place].time, index, change))
                }
            }
            found.sort {
                ($0.time, $0.series, $0.change.kind.rawValue) < ($1.time, $1.series, $1.change.kind.rawValue)
            }
            for (time, index, change) in found {
                guard emit(time, index, change) else { break }
            }
        }
        next.finish()
    }

    /// All bins from the first to the last one, without the gaps before and after stray stamps.
    private var bins: [Int64] {
        var walk = BinWalk(rows.bin)
        var bins: [Int64] = []
        for time in Set(series.joined().map(\.time)).sorted() {
            bins += walk.advance(to: time)
            bins.append(time)
        }
        walk.report(to: worker.run)
        return bins
    }

    /// Returns the points in the order of time. A series of counts or sums gets a 0 for each bin without rows.
    private func filled(_ points: [Point], _ bins: [Int64]) -> [Point] {
        let sorted = points.sorted { $0.time < $1.time }
        guard !rows.number.empty.isMissing else { return sorted }
        var index = 0
        return bins.map { time in
            var value = 0.0
            while index < sorted.count, sorted[index].time <= time {
                value = sorted[index].value
                index += 1
            }
            return Point(time: time, value: value)
        }
    }

    /// Number of bins in a week of days or a day of hours; 1 for other bins.
    private var period: Int {
        let length = TimeBins.next(after: 0, rows.bin)
        switch length {
        case 24 * ChangesOperator.hour: return 7
        case ..<(24 * ChangesOperator.hour) where 24 * ChangesOperator.hour % length == 0:
            return Int(24 * ChangesOperator.hour / length)
        default: return 1
        }
    }

    private func emit(_ time: Int64, _ index: Int, _ change: SeriesChange) -> Bool {
        emitter.emit(order: UInt64(index + 1)) { arena in
            [.time(time)] + rows.key.values(of: table.key(index), arena) + [
                arena.text(change.kind.rawValue), value(change.before), value(change.after),
                change.p.map { .double($0) } ?? .missing,
            ]
        }
    }

    /// Returns a number as a value of the column's type.
    private func value(_ number: Double) -> Value {
        switch rows.number.type {
        case .integer, .size: .integer(Int(number.rounded()))
        case .duration: .duration(Int((number * 1_000_000).rounded()))
        default: .double(number)
        }
    }
}
