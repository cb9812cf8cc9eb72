import MailLog

/// Time bins of the wall clock. Times near the ends of `Int64` saturate.
package enum TimeBins {
    private static let day: Int64 = 86_400_000_000

    /// Returns the bin of a span: `.hour` for 1h, `.every` for 7h.
    static func named(_ span: Int) -> TimeBin {
        switch Int64(span) {
        case 60_000_000: .minute
        case 3_600_000_000: .hour
        case day: .day
        case 7 * day: .week
        default: .every(span)
        }
    }

    /// Returns the start of the bin that contains a time.
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

    /// Returns the start of the bin after the one that starts at `time`.
    package static func next(after time: Int64, _ bin: TimeBin) -> Int64 {
        let (next, overflow) = time.addingReportingOverflow(bin == .month ? 32 * day : length(of: bin))
        if overflow { return .max }
        return bin == .month ? start(of: next, .month) : next
    }

    /// Returns the number of bins in a range between two starts; approximate for months.
    static func count(_ range: Range<Int64>, _ bin: TimeBin) -> Int {
        let (span, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        return overflow ? .max : Int(span / (bin == .month ? 30 * day : length(of: bin)))
    }

    private static func multiple(_ number: Int64, of length: Int64) -> Int64 {
        let (product, overflow) = number.multipliedReportingOverflow(by: length)
        return overflow ? .min : product
    }

    /// Microseconds of a bin of fixed length.
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

/// Walk over ascending bins with rows, which finds the empty bins between them.
///
/// A long gap leads to a stray stamp and is not filled. It is reported.
struct BinWalk {
    /// A gap of more bins or more time stays open if it has over `factor` times as many bins as come before it.
    private static let longestGap = 1000
    private static let longestTime: Int64 = 1000 * 86_400_000_000
    private static let factor = 10
    /// Maximum number of empty bins in one walk.
    static let mostEmpty = 1_000_000

    static let rule = """
        A gap of more than \(Digits.grouped(longestGap)) bins or days stays open if it has over \(factor) times as \
        many bins as come before it: it leads to a stray stamp. Beyond \(Digits.grouped(mostEmpty)) empty bins, every \
        gap stays open. Open gaps are reported on standard error.
        """

    let bin: TimeBin
    /// Start of the next bin.
    private(set) var expected: Int64?
    /// Number of bins with rows, and of filled bins between them.
    private var passed = 0
    private(set) var empty = 0
    private(set) var openGaps = 0
    private var firstOpenGaps: [Range<Int64>] = []

    /// Starts at the bin that contains `start`, or at the first bin with rows.
    init(_ bin: TimeBin, from start: Int64? = nil) {
        self.bin = bin
        expected = start.map { TimeBins.start(of: $0, bin) }
    }

    /// Passes the bin that starts at `time`, and returns the empty bins before it that must be filled.
    mutating func advance(to time: Int64, isWanted: Bool = false) -> some Sequence<Int64> {
        let empty = fill(to: time, isWanted: isWanted)
        if expected ?? time <= time { passed += 1 }
        expected = max(expected ?? .min, TimeBins.next(after: time, bin))
        return empty
    }

    /// Returns the empty bins before `end` that must be filled: all if the user named the interval.
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

    /// Reports open gaps.
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
