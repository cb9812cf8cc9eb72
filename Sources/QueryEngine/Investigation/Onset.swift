import MailLog

/// Time range with an increased number of lines, found with a cumulative sum.
///
/// - Lines are counted in bins: all lines, and the lines of each common value.
/// - The expected count of a bin is the mean of the first half of the log, by hour of the day if the log has at least
///   four days.
/// - Page's cumulative sum (CUSUM; E. S. Page, Continuous inspection schemes, Biometrika 41, 1954) adds the excess of
///   each bin in standard deviations, minus `allowance`, and never falls below 0.
/// - A sum above `threshold` is an alarm. The onset is the bin after the sum was last 0; the end is the bin with the
///   largest sum. The best split of the log would be too late as an onset, because a storm ramps up.
struct Onset {
    /// Microseconds of the wall clock.
    let start: Int64
    let end: Int64

    /// Excess per bin that is ignored, and the alarm threshold of the sum; both in standard deviations.
    private static let allowance = 1.0
    private static let threshold = 12.0
    /// Minimum frequency of a value: one in `rarest` lines. Rarer values do not explain a relevant change.
    private static let rarest = 200
    /// Minimum excess of an alarm, as a share of the usual number of all lines in that time, and in lines.
    private static let leastGrowth = 0.02
    private static let leastLines = 40.0
    /// Assumed noise of a bin: a share of its own expected count (weekends, newsletters), and a share of the usual
    /// number of all lines.
    private static let ownNoise = 0.3
    private static let noise = 0.01
    /// Minimum mean number of lines in a bin; determines its width.
    private static let linesInBin = 30

    private static let minute: Int64 = 60_000_000
    private static let day = 1440 * minute

    private static func bin(for span: Int64, lines: Int) -> Int64 {
        let widths = [minute, 10 * minute, 60 * minute, 180 * minute, 360 * minute, 720 * minute]
        return widths.first { Int64(lines) * $0 >= span * Int64(linesInBin) && span / $0 <= 2000 } ?? day
    }

    /// Returns the range with the strongest alarm; nil if there is no alarm.
    static func find(_ sample: LineSample) -> Onset? {
        guard let first = sample.times.min(), let last = sample.times.max() else { return nil }
        let width = bin(for: last - first, lines: sample.count)
        let origin = first.floorDivided(by: width)
        let bins = Int(last.floorDivided(by: width) - origin) + 1
        guard bins >= 12, bins <= 20_000 else { return nil }
        let places = sample.times.map { Int($0.floorDivided(by: width) - origin) }
        let phases = last - first >= 4 * day ? Int(day / width) : 1

        var all = [Double](repeating: 0, count: bins)
        for place in places { all[place] += sample.weight }
        let usual = baseline(all, phases, firstBin: origin)
        var best: (score: Double, onset: Onset)?
        let series = [(lines: all, value: 0)] + commonValues(sample, places, bins)
        for (series, value) in series {
            let expected = baseline(series, phases, firstBin: origin)
            guard let found = alarm(series, expected, usual, message: sample.linesOfMessage[value]) else {
                continue
            }
            if best.map({ found.score > $0.score }) ?? true {
                best = (
                    found.score,
                    Onset(
                        start: (origin + Int64(found.bins.lowerBound)) * width,
                        end: min(last + 1, (origin + Int64(found.bins.upperBound)) * width))
                )
            }
        }
        return best?.onset
    }

    /// Returns the line counts per bin of each value that is common enough.
    private static func commonValues(_ sample: LineSample, _ places: [Int], _ bins: Int) -> [(
        lines: [Double], value: Int
    )] {
        var counts = [Int](repeating: 0, count: sample.valueCount)
        for value in sample.values { counts[Int(value)] += 1 }
        var series: [(lines: [Double], value: Int)] = []
        var seriesOf = [Int](repeating: -1, count: sample.valueCount)
        let common = counts.indices.dropFirst().filter { counts[$0] * rarest >= sample.count }
        for value in common.sorted(by: { sample.isBefore(UInt32($0), UInt32($1)) }) {
            seriesOf[value] = series.count
            series.append(([Double](repeating: 0, count: bins), value))
        }
        for (line, place) in places.enumerated() {
            for value in sample.values[line * LineSample.width..<(line + 1) * LineSample.width] {
                let number = seriesOf[Int(value)]
                if number >= 0 { series[number].lines[place] += sample.weight }
            }
        }
        return series
    }

    /// Returns the expected count of each bin.
    private static func baseline(_ series: [Double], _ phases: Int, firstBin: Int64) -> [Double] {
        let half = max(1, series.count / 2)
        var sums = [Double](repeating: 0, count: phases)
        var bins = [Double](repeating: 0, count: phases)
        let phase = { (bin: Int) in Int((firstBin + Int64(bin)) % Int64(phases) + Int64(phases)) % phases }
        for bin in 0..<half {
            sums[phase(bin)] += series[bin]
            bins[phase(bin)] += 1
        }
        let mean = series[..<half].reduce(0, +) / Double(half)
        return series.indices.map { bin in
            bins[phase(bin)] < 2 ? mean : sums[phase(bin)] / bins[phase(bin)]
        }
    }

    private static func alarm(
        _ series: [Double], _ expected: [Double], _ usual: [Double], message: Double
    ) -> (score: Double, bins: Range<Int>)? {
        // Overdispersion of the first half compared with a Poisson process: the lines of a message come together.
        let half = (0..<max(1, series.count / 2)).filter { expected[$0] > 0 }
        let squares = half.reduce(0) { sum, bin in
            sum + (series[bin] - expected[bin]) * (series[bin] - expected[bin]) / expected[bin]
        }
        let dispersion = max(1, squares / Double(max(1, half.count)))
        // Lower limit of the variance: a single message must not raise an alarm.
        let least = message * message
        var sum = 0.0
        var start = 0
        var best: (score: Double, bins: Range<Int>)?
        for bin in series.indices {
            let own = ownNoise * expected[bin]
            let common = noise * usual[bin]
            let variance = dispersion * expected[bin] + own * own + common * common
            sum = max(0, sum + (series[bin] - expected[bin]) / max(least, variance).squareRoot() - allowance)
            if sum == 0 { start = bin + 1 }
            if sum > threshold, sum > best?.score ?? 0 { best = (sum, start..<bin + 1) }
        }
        guard let best else { return nil }
        let excess = best.bins.reduce(0) { $0 + series[$1] - expected[$1] }
        let usually = best.bins.reduce(0) { $0 + usual[$1] }
        guard excess >= leastLines, excess >= leastGrowth * usually else { return nil }
        return best
    }
}
