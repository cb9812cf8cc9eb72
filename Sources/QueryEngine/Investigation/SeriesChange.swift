import Glibc

/// Change in a series of numbers: its index and kind.
///
/// - Step: Pettitt's test (A. N. Pettitt, A non-parametric approach to the change-point problem, Applied Statistics
///   28, 1979), repeated on both sides of a step. The test uses ranks, so single outliers and the distribution of the
///   noise do not matter.
/// - Drift: a line that fits better than a step, with the Mann–Kendall test (M. G. Kendall, Rank Correlation Methods,
///   1975).
/// - Spike or dip: a value that differs from the median of its segment by more than `deviations` times the scaled
///   median absolute deviation (F. R. Hampel, JASA 69, 1974).
struct SeriesChange {
    enum Kind: String, CaseIterable { case step, drift, spike, dip }

    let kind: Kind
    /// Index of the first changed value.
    let place: Int
    /// Values before and after the change: the medians on both sides of a step, the ends of a drift, or the usual and
    /// the actual value of a spike or dip.
    let before: Double
    let after: Double
    /// Probability that noise shows such a change; nil for spikes and dips.
    let p: Double?

    /// Maximum number of false alarms in 100 series without a change, verified by a test.
    static let falseAlarms = 1
    private static let significance = 0.005
    private static let deviations = 8.0
    /// Minimum size of a reported step or drift, relative to the larger of its two values.
    private static let leastChange = 0.1
    private static let fewest = 8
    /// Minimum share of the deviation from the trend that a season (hours or weekdays) must explain.
    private static let leastSeason = 0.55

    /// Returns the changes of a series, sorted by index. `period` is the season length in bins, 1 for no season.
    static func all(in series: [Double], period: Int) -> [SeriesChange] {
        guard series.count >= fewest else { return [] }
        let level = zip(series, season(of: series, around: trend(of: series, period), period)).map { $0 - $1 }
        var found: [SeriesChange] = []
        var edges = [0]
        split(level, 0..<level.count, &found, &edges)
        edges = (edges + [level.count]).sorted()
        if !found.contains(where: { $0.kind == .drift }) {
            found += outliers(series, edges, period)
        }
        return found.sorted { ($0.place, $0.kind.rawValue) < ($1.place, $1.kind.rawValue) }
    }

    /// Returns the mean of the period around each index; nil where the period extends beyond the series.
    private static func trend(of series: [Double], _ period: Int) -> [Double?] {
        guard period > 1, series.count >= 3 * period else { return series.map { _ in nil } }
        var sums = [0.0]
        for value in series { sums.append(sums[sums.count - 1] + value) }
        return series.indices.map { place in
            let start = place - period / 2
            guard start >= 0, start + period <= series.count else { return nil }
            return (sums[start + period] - sums[start]) / Double(period)
        }
    }

    /// Returns the seasonal component of each value: its median excess over the trend at its position in the period
    /// (classical decomposition). Zero for series of fewer than three periods, and if the season explains less than
    /// `leastSeason`.
    private static func season(
        of series: [Double], around trend: [Double?], _ period: Int
    ) -> [Double] {
        guard period > 1, series.count >= 3 * period else { return series.map { _ in 0 } }
        var differences = [[Double]](repeating: [], count: period)
        for (place, value) in series.enumerated() {
            if let trend = trend[place] { differences[place % period].append(value - trend) }
        }
        let parts = differences.map(median)
        var (whole, rest) = (0.0, 0.0)
        for (phase, values) in differences.enumerated() {
            whole += values.reduce(0) { $0 + $1.magnitude }
            rest += values.reduce(0) { $0 + ($1 - parts[phase]).magnitude }
        }
        return series.indices.map { rest < (1 - leastSeason) * whole ? parts[$0 % period] : 0 }
    }

    private static func split(
        _ level: [Double], _ range: Range<Int>, _ found: inout [SeriesChange], _ edges: inout [Int]
    ) {
        guard range.count >= fewest else { return }
        let values = Array(level[range])
        let (place, p) = pettitt(values)
        guard p < significance else { return }
        let (left, right) = (Array(values[..<place]), Array(values[place...]))
        let line = fit(values)
        if error(values, around: line) < error(left, around: nil) + error(right, around: nil) {
            let p = kendall(values)
            let (first, last) = (line.start, line.start + line.slope * Double(values.count - 1))
            guard p < significance, isWorthTelling(first, last) else { return }
            found.append(
                SeriesChange(kind: .drift, place: range.lowerBound, before: first, after: last, p: p))
            return
        }
        let (before, after) = (median(left), median(right))
        guard isWorthTelling(before, after) else { return }
        let edge = range.lowerBound + place
        found.append(SeriesChange(kind: .step, place: edge, before: before, after: after, p: p))
        edges.append(edge)
        split(level, range.lowerBound..<edge, &found, &edges)
        split(level, edge..<range.upperBound, &found, &edges)
    }

    private static func isWorthTelling(_ a: Double, _ b: Double) -> Bool {
        (a - b).magnitude >= leastChange * max(a.magnitude, b.magnitude)
    }

    // MARK: Tests

    /// Returns the index of the first value of the second part, and the probability of such a split in noise.
    static func pettitt(_ values: [Double]) -> (place: Int, p: Double) {
        let ranks = ranks(values)
        let n = Double(values.count)
        var sum = 0.0
        var best = (statistic: 0.0, place: 1)
        for place in 0..<values.count - 1 {
            sum += ranks[place]
            let statistic = (2 * sum - Double(place + 1) * (n + 1)).magnitude
            if statistic > best.statistic { best = (statistic, place + 1) }
        }
        let exponent = 6 * best.statistic * best.statistic / (n * n * n + n * n)
        return (best.place, min(1, 2 * exp(-exponent)))
    }

    /// Returns ranks from 1; equal values get the mean of their ranks.
    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
            start = end
        }
        return ranks
    }

    /// Returns the probability of such a trend in noise.
    private static func kendall(_ values: [Double]) -> Double {
        // A long series is thinned, because the number of pairs grows quadratically.
        let step = max(1, values.count / 2000)
        let thinned = stride(from: 0, to: values.count, by: step).map { values[$0] }
        var score = 0.0
        for later in thinned.indices {
            for earlier in 0..<later {
                score += thinned[later] > thinned[earlier] ? 1 : thinned[later] < thinned[earlier] ? -1 : 0
            }
        }
        let n = Double(thinned.count)
        let deviation = (n * (n - 1) * (2 * n + 5) / 18).squareRoot()
        return erfc(max(0, score.magnitude - 1) / deviation / 2.0.squareRoot())
    }

    /// Returns spikes and dips: values far from the expected value, which is the median of the segment between steps
    /// plus the seasonal component.
    private static func outliers(_ series: [Double], _ edges: [Int], _ period: Int) -> [SeriesChange] {
        var medians: [Double?] = []
        for (start, end) in zip(edges, edges.dropFirst()) {
            medians += Array(repeating: median(Array(series[start..<end])), count: end - start)
        }
        let seasons = season(of: series, around: medians, period)
        var found: [SeriesChange] = []
        for (start, end) in zip(edges, edges.dropFirst()) where end - start >= fewest {
            let rest = (start..<end).map { series[$0] - seasons[$0] }
            let middle = median(rest)
            // Counts vary at least by their square root, even if the previous days were very regular.
            let spread = max(
                1.4826 * median(rest.map { ($0 - middle).magnitude }), middle.magnitude.squareRoot() / 2, 1)
            for (offset, value) in rest.enumerated()
            where (value - middle).magnitude > deviations * spread {
                let place = start + offset
                // A bin next to a step is neither a spike nor a dip: the step may fall inside it.
                if place == start && start > 0 || place == end - 1 && end < series.count { continue }
                found.append(
                    SeriesChange(
                        kind: value > middle ? .spike : .dip, place: place, before: middle + seasons[place],
                        after: series[place], p: nil))
            }
        }
        return found
    }

    // MARK: Numbers

    private static func fit(_ values: [Double]) -> (start: Double, slope: Double) {
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let middle = (n - 1) / 2
        var (covariance, variance) = (0.0, 0.0)
        for (place, value) in values.enumerated() {
            covariance += (Double(place) - middle) * (value - mean)
            variance += (Double(place) - middle) * (Double(place) - middle)
        }
        let slope = variance > 0 ? covariance / variance : 0
        return (mean - slope * middle, slope)
    }

    /// Returns the sum of squared distances from a line, or from the mean.
    private static func error(_ values: [Double], around line: (start: Double, slope: Double)?) -> Double {
        let line = line ?? (values.reduce(0, +) / Double(max(1, values.count)), 0)
        return values.enumerated().reduce(0) { sum, next in
            let distance = next.element - line.start - line.slope * Double(next.offset)
            return sum + distance * distance
        }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
