import MailLog
import QuerySyntax

/// `changes`: where a series over time steps, drifts, spikes or dips.
struct ChangesStage: Stage {
    static let form = Form<any Stage>(
        "changes", aliases: ["changepoint"],
        summary: "where a series over time steps, drifts, spikes or dips",
        details: """
            The rows have a bin of time, and a series is their last number, one for each value of the other \
            columns. A `step` is found by Pettitt's test (1979; p below 0.005) and is told with the medians before \
            and after; a `drift`, where a line fits better, is tested after Mann and Kendall (1975); a `spike` or a \
            `dip` is more than 8 scaled median deviations away (Hampel, 1974). Of 100 series without a change, at \
            most \(SeriesChange.falseAlarms) is said to have one: measured on 500 series of noise of each of six \
            kinds, 28 to 240 bins long, with and without weeks and days in them. Of three weeks of days or three days \
            of hours, what the weekday or the hour always brings is taken off before. The first and the last bin do \
            not count where the logs cover only a part of them. Fewer than 8 bins tell nothing.
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
        let places = Dictionary(uniqueKeysWithValues: ([time] + keys).enumerated().map { ($1.slot, $0) })
        let origin = resolution.origin?.moved(places)
        let layout = resolution.beginRows(
            [(time.name, time.type, .missing)] + keys.map { ($0.name, $0.type, .missing) } + [
                ("change", .text(.oneOf(SeriesChange.Kind.allCases.map(\.rawValue))), .missing),
                ("before", number.type, .missing), ("after", number.type, .missing), ("p", .number, .missing),
            ], rowName: "a row of 'changes'", by: name)
        resolution.origin = origin
        resolution.timeRange = nil
        resolution.append(
            .each(
                Transform("find changes of \(number.name)", needs: needs, inOrder: true) { next, worker in
                    ChangesOperator(
                        time: time.slot, bin: bin, keys: keys, number: number, covered, layout, next, worker)
                }))
    }
}

private final class ChangesOperator: RowConsumer {
    private struct Point {
        let time: Int64
        let value: Double
    }

    private let time: Int
    private let bin: TimeBin
    private let keys: [Schema.Column]
    private let number: Schema.Column
    private let covered: Coverage?
    private let layout: Layout
    private let next: any RowConsumer
    private let worker: Worker
    /// The series by the values of the keys, in the order in which they came.
    private var table = GroupTable()
    private var series: [[Point]] = []
    private var points = 0
    private var key: [UInt8] = []

    private static let mostPoints = 2_000_000
    private static let hour: Int64 = 3_600_000_000

    init(
        time: Int, bin: TimeBin, keys: [Schema.Column], number: Schema.Column,
        _ covered: Coverage?, _ layout: Layout, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.time = time
        self.bin = bin
        self.keys = keys
        self.number = number
        self.covered = covered
        self.layout = layout
        self.next = next
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        guard row[time].kind == .time, row[number.slot].isNumber, isWhole(row[time].wallClock) else {
            return true
        }
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
        key.removeAll(keepingCapacity: true)
        for column in keys { KeyCodec.append(row[column.slot], ignoresCase: false, to: &key) }
        key.append(0)
        let place = key.withUnsafeBufferPointer {
            table.group(Bytes($0.baseAddress.unsafelyUnwrapped, count: $0.count))
        }
        if place == series.count { series.append([]) }
        series[place].append(Point(time: row[time].wallClock, value: row[number.slot].number))
        return true
    }

    /// Whether the logs cover the bin, but for a twentieth of it.
    private func isWhole(_ start: Int64) -> Bool {
        guard let covered else { return true }
        let end = TimeBins.next(after: start, bin)
        let slack = (end - start) / 20
        return covered.first <= start + slack && covered.last >= end - slack
    }

    func finish() {
        let bins = bins
        if !worker.run.hasFailed {
            var found: [(time: Int64, series: Int, change: SeriesChange)] = []
            for (place, points) in series.enumerated() {
                let points = filled(points, bins)
                for change in SeriesChange.all(in: points.map(\.value), period: period) {
                    found.append((points[change.place].time, place, change))
                }
            }
            found.sort {
                ($0.time, $0.series, $0.change.kind.rawValue) < ($1.time, $1.series, $1.change.kind.rawValue)
            }
            for (time, place, change) in found {
                guard emit(time, place, change) else { break }
            }
        }
        next.finish()
    }

    /// All bins from the first to the last one, but for gaps that lead to a stray stamp.
    private var bins: [Int64] {
        var walk = BinWalk(bin)
        var bins: [Int64] = []
        for time in Set(series.joined().map(\.time)).sorted() {
            bins += walk.advance(to: time)
            bins.append(time)
        }
        walk.report(to: worker.run)
        return bins
    }

    /// A point for each bin, of a count or a sum; a bin without rows is 0 then.
    private func filled(_ points: [Point], _ bins: [Int64]) -> [Point] {
        let sorted = points.sorted { $0.time < $1.time }
        guard !number.empty.isMissing else { return sorted }
        var place = 0
        return bins.map { time in
            var value = 0.0
            while place < sorted.count, sorted[place].time <= time {
                value = sorted[place].value
                place += 1
            }
            return Point(time: time, value: value)
        }
    }

    /// After how many bins the week or the day comes round.
    private var period: Int {
        let length = TimeBins.next(after: 0, bin)
        switch length {
        case 24 * ChangesOperator.hour: return 7
        case ..<(24 * ChangesOperator.hour) where 24 * ChangesOperator.hour % length == 0:
            return Int(24 * ChangesOperator.hour / length)
        default: return 1
        }
    }

    private func emit(_ time: Int64, _ place: Int, _ change: SeriesChange) -> Bool {
        worker.arena.reset()
        let buffer = RowBuffer(layout)
        var offset = 0
        buffer.slots[0] = .time(time)
        for slot in keys.indices {
            buffer.slots[slot + 1] = KeyCodec.next(table.key(place), at: &offset, arena: worker.arena)
        }
        let cells: [Value] = [
            worker.arena.text(change.kind.rawValue), value(change.before), value(change.after),
            change.p.map { .double($0) } ?? .missing,
        ]
        for (slot, cell) in cells.enumerated() { buffer.slots[1 + keys.count + slot] = cell }
        return next.consume(buffer.row(order: UInt64(place + 1), worker: worker))
    }

    /// A number as the column's values are.
    private func value(_ number: Double) -> Value {
        switch self.number.type {
        case .integer, .size: .integer(Int(number.rounded()))
        case .duration: .duration(Int((number * 1_000_000).rounded()))
        default: .double(number)
        }
    }
}
