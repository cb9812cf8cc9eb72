import MailLog

/// Data of a chart: labels on one axis, and one or more series with a number for each label.
struct ChartData {
    struct Series {
        let name: String
        /// One value per label; nil for a missing row.
        var values: [Double?]
    }

    let kind: ChartKind
    let labels: [String]
    /// Column name of the labels, such as `day`.
    let labelName: String
    let isTime: Bool
    let series: [Series]
    /// Column name of the numbers, such as `sum_bytes`.
    let valueName: String
    let type: ValueType
    /// Text of the mark at a label index, such as `stop, start`.
    let marks: [Int: String]

    /// Maximum number of rows of bars, cells or sparks in a picture. For further rows, only their number is shown.
    static let mostRows = 200

    /// Range of the values, always including 0. For stacked bars, the range of the sums.
    var extent: (low: Double, high: Double) {
        var (low, high) = (0.0, 0.0)
        for index in labels.indices {
            let values = series.compactMap { $0.values[index] }
            let ends =
                kind == .bars
                ? [values.reduce(0) { $0 + max(0, $1) }, values.reduce(0) { $0 + min(0, $1) }] : values
            low = min(low, ends.min() ?? 0)
            high = max(high, ends.max() ?? 0)
        }
        return (low, high > low ? high : low + 1)
    }

    /// Returns the sum of all series at a label, with its unit; an empty text if all values are missing.
    func total(_ label: Int) -> String {
        let present = series.compactMap { $0.values[label] }
        return present.isEmpty ? "" : text(present.reduce(0, +))
    }

    /// Returns a note on the number of rows or columns that are not shown; nil if all are shown.
    static func more(_ shown: Int, of all: Int, _ what: String) -> String? {
        guard shown < all else { return nil }
        return "\(Digits.grouped(all - shown)) more \(what)\(all - shown == 1 ? "" : "s")"
    }

    /// Returns the shades of a heat map (at most four) with the largest number of each. For counts, shades that no
    /// whole number has are skipped.
    func shades(_ high: Double) -> [(shade: Int, most: Double)] {
        var shades: [(shade: Int, most: Double)] = []
        for shade in 1...4 {
            let most = high * Double(shade) / 4
            let told = type == .integer ? most.rounded(.down) : most
            if told > shades.last?.most ?? 0 { shades.append((shade, told)) }
        }
        return shades
    }

    func text(_ number: Double) -> String {
        let value: Value =
            switch type {
            case .integer,
                .size where number.magnitude < 9e18:
                .integer(Int(number.rounded()))
            case .duration where number.magnitude < 9e12: .duration(Int((number * 1_000_000).rounded()))
            default: .double(number)
            }
        return PeopleText(type).text(value)
    }
}

/// Collector of the rows of a chart. Time bins, texts and identifying numbers are the axes; the other numbers are
/// drawn. A second axis, or several numbers, become series.
final class ChartGatherer {
    private let chart: Chart?
    private let keys: [Schema.Column]
    private let numbers: [Schema.Column]
    private var labels = Axis()
    private var names = Axis()
    /// Start of the time bin of each label; incomplete if some labels are not times.
    private var times: [Int64] = []
    /// Values by label, then by series.
    private var cells: [[Double?]] = []
    /// Walk over the bins of a time axis, which counts the empty ones that `closeGaps` will add.
    private var walk: BinWalk?

    /// Maximum number of series. The smallest series are combined.
    private static let mostSeries = 8
    /// Columns of a name or label.
    private static let longestName = 200

    /// Texts of an axis, in the order of their first row.
    private struct Axis {
        private(set) var texts: [String] = []
        private(set) var bytes = 0
        private var indices: [String: Int] = [:]

        mutating func index(_ text: String) -> Int {
            if let index = indices[text] { return index }
            indices[text] = texts.count
            bytes += text.utf8.count
            texts.append(text)
            return texts.count - 1
        }
    }

    init(_ schema: Schema) {
        chart = schema.chart
        let columns = schema.columns
        keys = columns.filter { !ChartGatherer.isAmount($0) }
        numbers = columns.filter(ChartGatherer.isAmount)
        walk = keys.first.flatMap(ChartGatherer.bin).map { BinWalk($0) }
    }

    /// Whether the answer is drawn: it ends in `chart` and has a column of amounts.
    static func draws(_ schema: Schema) -> Bool {
        schema.chart != nil && schema.columns.contains(where: isAmount)
    }

    /// Estimated bytes of the collected rows and of the chart drawn from them.
    var footprint: Int {
        let labelCount = labels.texts.count + (walk?.empty ?? 0)
        let perSeries = 48 * names.texts.count + 160 * min(names.texts.count, ChartGatherer.mostSeries)
        return 3 * (labels.bytes + names.bytes) + (labelCount + names.texts.count) * 200 + labelCount
            * perSeries
    }

    static func isAmount(_ column: Schema.Column) -> Bool {
        column.type.isNumeric && Field.named(column.name)?.type != .integer && column.type != .any
    }

    func add(_ row: Row) {
        let label = labels.index(keys.first.map { text(row[$0.slot], $0) } ?? "")
        if label == cells.count {
            cells.append([])
            if let key = keys.first, row[key.slot].kind == .time {
                times.append(row[key.slot].wallClock)
                _ = walk?.advance(to: row[key.slot].wallClock)
            }
        }
        if isWide {
            for column in numbers { set(row[column.slot], label, names.index(column.name)) }
        } else if let number = numbers.last {
            let name =
                keys.count > 1
                ? keys[1...].map { text(row[$0.slot], $0) }.joined(separator: " ") : number.name
            set(row[number.slot], label, names.index(name))
        }
    }

    /// Whether each number column is a series.
    private var isWide: Bool { keys.count <= 1 && Set(numbers.map(\.type)).count == 1 }

    private func set(_ value: Value, _ label: Int, _ series: Int) {
        while cells[label].count <= series { cells[label].append(nil) }
        // Larger numbers cannot be drawn: the length of a bar is an integer number of columns.
        if value.isNumber, value.number.magnitude < 1e15 { cells[label][series] = value.number }
    }

    private func text(_ value: Value, _ column: Schema.Column) -> String {
        value.isMissing ? "(none)" : PeopleText(column).text(value)
    }

    /// Returns a name or label as drawn, cut to `longestName`.
    private static func shown(_ text: String) -> String {
        var shown: [UInt8] = []
        Array(text.utf8).withBytes { _ = DisplayText.append($0, to: &shown, columns: longestName) }
        return String(decoding: shown, as: UTF8.self)
    }

    /// Returns the data of the chart; nil if there is nothing to draw.
    func data() -> ChartData? {
        guard let number = numbers.last, !cells.isEmpty else { return nil }
        closeGaps()
        var isTime = false
        if let key = keys.first, case .time = key.type { isTime = true }
        var series = names.texts.enumerated().map { index, name in
            ChartData.Series(name: name, values: cells.map { $0.count > index ? $0[index] : nil })
        }
        let isGrid =
            keys.count > 1 && keys.prefix(2).allSatisfy { ["weekday", "hour_of_day"].contains($0.name) }
        let kind = chart?.kind ?? (isGrid ? .heat : isTime && cells.count > 40 ? .line : .bars)
        var labels = labels.texts
        if let key = keys.first, let order = ChartGatherer.natural(labels, key) {
            labels = order.map { labels[$0] }
            series = series.map { one in
                ChartData.Series(name: one.name, values: order.map { one.values[$0] })
            }
        }
        if keys.count == 2, let order = ChartGatherer.natural(names.texts, keys[1]) {
            series = order.map { series[$0] }
        }
        if series.count > ChartGatherer.mostSeries, kind != .heat, kind != .spark {
            series = joined(series)
        }
        return ChartData(
            kind: kind, labels: labels.map(ChartGatherer.shown),
            labelName: ChartGatherer.shown(keys.first?.name ?? ""), isTime: isTime,
            series: series.map { .init(name: ChartGatherer.shown($0.name), values: $0.values) },
            valueName: isWide && numbers.count > 1 ? "" : ChartGatherer.shown(number.name), type: number.type,
            marks: marks)
    }

    /// Adds the missing bins to an ascending time axis. Gaps that lead to a stray stamp stay open.
    private func closeGaps() {
        guard let key = keys.first, let bin = ChartGatherer.bin(of: key), times.count == cells.count else {
            return
        }
        var axis = Axis()
        var filled: [[Double?]] = []
        var walk = BinWalk(bin)
        for (index, time) in times.enumerated() {
            guard index == 0 || time > times[index - 1] else { return }
            for empty in walk.advance(to: time) {
                _ = axis.index(text(.time(empty), key))
                filled.append([])
            }
            _ = axis.index(labels.texts[index])
            filled.append(cells[index])
        }
        (labels, cells) = (axis, filled)
    }

    /// Returns the bin of a time axis column; nil for other columns.
    static func bin(of column: Schema.Column) -> TimeBin? {
        guard case .time(let bin) = column.type, bin != .instant else { return nil }
        return bin
    }

    /// Restart marks by label index. Restarts outside the axis are ignored.
    private var marks: [Int: String] {
        guard let key = keys.first, let bin = ChartGatherer.bin(of: key), let chart else { return [:] }
        let indices = Dictionary(uniqueKeysWithValues: labels.texts.enumerated().map { ($1, $0) })
        var events: [Int: [String]] = [:]
        for restart in chart.restarts?.inOrder ?? [] {
            guard let index = indices[text(TimeBins.start(of: .time(restart.time), bin), key)] else {
                continue
            }
            if events[index]?.last != restart.event { events[index, default: []].append(restart.event) }
        }
        return events.mapValues {
            $0.count > 4 ? "\($0.count) times started or stopped" : $0.joined(separator: ", ")
        }
    }

    /// Returns the natural order of weekdays, hours and similar labels; nil if the order of the rows is kept.
    private static func natural(_ texts: [String], _ column: Schema.Column) -> [Int]? {
        let ranks: [Int?]
        switch column.type {
        case .text(.oneOf(let words)) where column.name == "weekday":
            ranks = texts.map { words.firstIndex(of: $0) ?? .max }
        case .integer: ranks = texts.map { Int($0) ?? .max }
        default: return nil
        }
        return texts.indices.sorted { (ranks[$0] ?? .max, $0) < (ranks[$1] ?? .max, $1) }
    }

    /// Returns the largest series, and the sum of all others as one series.
    private func joined(_ series: [ChartData.Series]) -> [ChartData.Series] {
        let sums = series.map { $0.values.reduce(0) { $0 + ($1 ?? 0) } }
        let order = series.indices.sorted { sums[$0] != sums[$1] ? sums[$0] > sums[$1] : $0 < $1 }
        let kept = order.prefix(ChartGatherer.mostSeries - 1).sorted().map { series[$0] }
        let rest = order.dropFirst(ChartGatherer.mostSeries - 1)
        let values = labels.texts.indices.map { index -> Double? in
            let present = rest.compactMap { series[$0].values[index] }
            return present.isEmpty ? nil : present.sorted().reduce(0, +)
        }
        return kept + [ChartData.Series(name: "\(rest.count) others", values: values)]
    }
}
