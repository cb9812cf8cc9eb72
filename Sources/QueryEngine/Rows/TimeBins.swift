import MailLog

/// Bins of time on the wall clock. Times near the ends of `Int64` saturate.
package enum TimeBins {
    private static let day: Int64 = 86_400_000_000

    /// The bin that a span names: 1h is `.hour`, 7 hours are themselves.
    static func named(_ span: Int) -> TimeBin {
        switch Int64(span) {
        case 60_000_000: .minute
        case 3_600_000_000: .hour
        case day: .day
        case 7 * day: .week
        default: .every(span)
        }
    }

    /// The start of the bin that a time lies in.
    package static func start(of time: Value, _ bin: TimeBin) -> Value {
        guard time.kind == .time else { return .missing }
        return .time(start(of: time.wallClock, bin))
    }

    static func start(of time: Int64, _ bin: TimeBin) -> Int64 {
        switch bin {
        case .instant: return time
        case .month:
            let civil = Calendar.civil(fromDays: Int(time.floorDivided(by: day)))
            return multiple(
                Int64(Calendar.daysFromCivil(year: Int(civil.year), month: Int(civil.month), day: 1)), of: day
            )
        case .week:
            // Day 0, 1970-01-01, was a Thursday.
            let days = time.floorDivided(by: day)
            return multiple((days + 3).floorDivided(by: 7) * 7 - 3, of: day)
        default:
            let length = length(of: bin)
            return multiple(time.floorDivided(by: length), of: length)
        }
    }

    /// The start of the bin after the one that starts at `time`.
    package static func next(after time: Int64, _ bin: TimeBin) -> Int64 {
        let (next, overflow) = time.addingReportingOverflow(bin == .month ? 32 * day : length(of: bin))
        if overflow { return .max }
        return bin == .month ? start(of: next, .month) : next
    }

    /// How many bins there are between two starts, of months roughly.
    static func count(_ range: Range<Int64>, _ bin: TimeBin) -> Int {
        let (span, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        return overflow ? .max : Int(span / (bin == .month ? 30 * day : length(of: bin)))
    }

    private static func multiple(_ number: Int64, of length: Int64) -> Int64 {
        let (product, overflow) = number.multipliedReportingOverflow(by: length)
        return overflow ? .min : product
    }

    /// Microseconds of a bin that always has the same length.
    private static func length(of bin: TimeBin) -> Int64 {
        switch bin {
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .week: 7 * day
        case .every(let span): Int64(max(1, span))
        default: day
        }
    }
}

/// Walks along ascending bins that have rows, and finds the empty bins between them.
///
/// A long gap is the way to a stray stamp, and no stretch of time in which nothing happened. Its bins are left out, and
/// the gap is reported.
struct BinWalk {
    /// A gap of more bins, or of more time, is left open if it has over `factor` times as many bins as come before it.
    private static let longestGap = 1000
    private static let longestTime: Int64 = 1000 * 86_400_000_000
    private static let factor = 10
    /// The most empty bins in one walk. Nobody reads more.
    static let mostEmpty = 1_000_000

    static let rule = """
        A gap of more than \(Digits.grouped(longestGap)) bins or days stays open if it has over \(factor) times as \
        many bins as come before it: it leads to a stray stamp. Beyond \(Digits.grouped(mostEmpty)) empty bins, every \
        gap stays open. Open gaps are reported on standard error.
        """

    let bin: TimeBin
    /// The first bin that has not been passed.
    private(set) var expected: Int64?
    /// Bins that have rows, and empty ones between them that were filled.
    private var passed = 0
    private(set) var empty = 0
    private(set) var openGaps = 0
    private var firstOpenGaps: [Range<Int64>] = []

    /// Begins at the bin that `start` lies in, or at the first one that has rows.
    init(_ bin: TimeBin, from start: Int64? = nil) {
        self.bin = bin
        expected = start.map { TimeBins.start(of: $0, bin) }
    }

    /// Passes the bin that starts at `time`, and returns the empty bins before it that are to be filled.
    mutating func advance(to time: Int64, isWanted: Bool = false) -> some Sequence<Int64> {
        let empty = fill(to: time, isWanted: isWanted)
        if expected ?? time <= time { passed += 1 }
        expected = max(expected ?? .min, TimeBins.next(after: time, bin))
        return empty
    }

    /// Returns the empty bins before `end` that are to be filled: all if the user has named the interval.
    mutating func fill(to end: Int64, isWanted: Bool) -> some Sequence<Int64> {
        let gap = min(expected ?? end, end)..<end
        let count = TimeBins.count(gap, bin)
        let (time, overflow) = end.subtractingReportingOverflow(gap.lowerBound)
        let isShort = count <= BinWalk.longestGap && time <= BinWalk.longestTime && !overflow
        let isRelativelyShort = count / BinWalk.factor <= passed
        let fills = (isWanted || isShort || isRelativelyShort) && count <= BinWalk.mostEmpty - empty
        expected = max(expected ?? end, end)
        if fills {
            empty += count
            if !isWanted { passed += count }
        } else {
            if openGaps < 3 { firstOpenGaps.append(gap) }
            openGaps += 1
        }
        return sequence(state: fills ? gap.lowerBound : end) { [bin] next -> Int64? in
            guard next < end else { return nil }
            defer { next = TimeBins.next(after: next, bin) }
            return next
        }
    }

    /// Reports the gaps that were left open.
    func report(to run: RunState) {
        guard openGaps > 0 else { return }
        let text = { (time: Int64) in QueryText.value(.time(time), .time(bin)) }
        var gaps = firstOpenGaps.map { "from \(text($0.lowerBound)) until \(text($0.upperBound))" }
        if openGaps > gaps.count { gaps.append("and in \(openGaps - gaps.count) more gaps") }
        run.note(
            "no row is in the bins \(gaps.joined(separator: ", ")): too many to fill; a filter on time drops stray stamps, "
                + "`fill in A..B` adds bins")
    }
}
