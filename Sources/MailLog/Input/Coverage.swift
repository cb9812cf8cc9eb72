/// Times that the lines of logs cover, as microseconds of the wall clock.
///
/// A clock that is wrong for a while gives stray stamps. Stamps are strays if
///
///     they are over 2 hours before the first or after the last of all others,
///     they are fewer than a tenth of all, and
///     lines after them go back (strays after the others) or lines before them are later (strays before the
///     others), or they are over a year away
///
/// Logs are read whole where that is cheap. Else samples of plain logs, the first stamp of each compressed log
/// and all stamps of the last log of each rotation are known.
package struct Coverage: Sendable {
    /// First and last stamp without strays.
    package let first: Int64
    package let last: Int64
    /// First and last stamp with strays.
    package let earliest: Int64
    package let latest: Int64
    /// Whether the stamps of all lines are known.
    package let isExact: Bool

    package init(first: Int64, last: Int64) {
        (self.first, self.last, earliest, latest, isExact) = (first, last, first, last, true)
    }

    /// Nil if no line has a stamp.
    init?(of logs: [StampHours], isExact: Bool) {
        var hours: [Int64: StampHours.Hour] = [:]
        for log in logs { hours.merge(log.hours) { $0.merging($1) } }
        let ordered = hours.values.sorted { $0.first < $1.first }
        guard let earliest = ordered.first?.first, let latest = ordered.last?.last else { return nil }
        var groups: [StampHours.Hour] = []
        for hour in ordered {
            if let group = groups.last, hour.first <= group.last + TimeSearch.tolerance {
                groups[groups.count - 1] = group.merging(hour)
            } else {
                groups.append(hour)
            }
        }
        let limit = (ordered.reduce(0) { $0 + $1.count } - 1) / 10
        var (lower, upper, left) = (0, groups.count - 1, limit)
        while lower < upper, groups[lower].count <= left,
            groups[lower].followsLater || groups[lower + 1].first - groups[lower].last > Coverage.year
        {
            left -= groups[lower].count
            lower += 1
        }
        left = limit
        while lower < upper, groups[upper].count <= left,
            groups[upper].precedesEarlier || groups[upper].first - groups[upper - 1].last > Coverage.year
        {
            left -= groups[upper].count
            upper -= 1
        }
        (self.earliest, self.latest, self.isExact) = (earliest, latest, isExact)
        (first, last) = (groups[lower].first, groups[upper].last)
    }

    private static let year: Int64 = 366 * 86_400_000_000

    /// The range within which lines of an interval may be: without strays, unless only strays are in the interval.
    package func bounds(of interval: Range<Int64>) -> (first: Int64, last: Int64) {
        interval.lowerBound <= last && interval.upperBound > first ? (first, last) : (earliest, latest)
    }
}

/// Stamps of one log, counted by hours, in the order of its lines.
struct StampHours {
    struct Hour {
        var first: Int64
        var last: Int64
        var count: Int
        /// Whether one of these lines comes after a line that is over 2 hours later.
        var followsLater = false
        /// Whether one of these lines comes before a line that is over 2 hours earlier.
        var precedesEarlier = false

        func merging(_ other: Hour) -> Hour {
            Hour(
                first: min(first, other.first), last: max(last, other.last), count: count + other.count,
                followsLater: followsLater || other.followsLater,
                precedesEarlier: precedesEarlier || other.precedesEarlier)
        }
    }

    /// By hours since 1970.
    private(set) var hours: [Int64: Hour] = [:]
    private var previous: Int64?

    mutating func add(_ time: Int64) {
        let key = time.floorDivided(by: Self.length)
        var hour = Hour(first: time, last: time, count: 1)
        if let previous, time < previous - TimeSearch.tolerance {
            hours[previous.floorDivided(by: Self.length)]?.precedesEarlier = true
            hour.followsLater = true
        }
        hours[key] = hours[key]?.merging(hour) ?? hour
        previous = time
    }

    /// All stamps that are not in a coverage.
    func strays(outside coverage: Coverage) -> Hour? {
        let strays = hours.values.filter { $0.first < coverage.first || $0.last > coverage.last }
        return strays.dropFirst().reduce(strays.first) { $0?.merging($1) }
    }

    private static let length: Int64 = 3_600_000_000
}
