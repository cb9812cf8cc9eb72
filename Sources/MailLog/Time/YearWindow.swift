/// Twelve months to which stamps without a year belong, from `start` on.
///
/// The year of a line does not depend on earlier lines, so blocks of a file can be read in any order, and New Year
/// inside a file needs no counting. Years that a stamp has are never changed.
package struct YearWindow: BitwiseCopyable, Sendable, Equatable {
    /// Microseconds of the wall clock.
    package let start: Int64
    /// Zone in which times are shown, and zone of stamps without an offset.
    package var zone: Zone?

    package init(start: Int64) { self.start = start }

    /// Makes the window of the twelve months that end at a moment. February 29 becomes March 1 in other years.
    package init(end: Int64) {
        let day: Int64 = 86_400_000_000
        let date = Calendar.civil(fromDays: Int(end.floorDivided(by: day)))
        let year = Calendar.daysFromCivil(year: date.year - 1, month: date.month, day: date.day)
        start = Int64(year) * day
    }

    /// Makes the window in which the first stamp of a log falls into a year. The window opens some weeks earlier,
    /// because `cat maillog*` puts the newest log first, and lines at the start of a log may be out of order.
    package init(first stamp: Stamp, year: Int) {
        let days = Calendar.daysFromCivil(year: year, month: Int(stamp.month), day: Int(stamp.day))
        start = Int64(days - 45) * 86_400_000_000
    }

    /// Makes the window for a first stamp without a year and a later stamp with one.
    package init(first stamp: Stamp, reaching later: Stamp) {
        let year = Int(later.year)
        let end = YearWindow.wallClock(of: later, year: year)
        let isBeforeNewYear = YearWindow.wallClock(of: stamp, year: year) > end + 45 * 86_400_000_000
        self.init(first: stamp, year: isBeforeNewYear ? year - 1 : year)
    }

    /// A calendar year.
    package init(year: Int) {
        start = Int64(Calendar.daysFromCivil(year: year, month: 1, day: 1)) * 86_400_000_000
    }

    /// Returns the window shifted by years.
    package func moved(by years: Int) -> YearWindow {
        let day: Int64 = 86_400_000_000
        let date = Calendar.civil(fromDays: Int(start.floorDivided(by: day)))
        let moved = Calendar.daysFromCivil(year: date.year + years, month: date.month, day: date.day)
        return YearWindow(start: Int64(moved) * day)
    }

    /// Whether a moment, in microseconds of the wall clock, is in the window.
    package func contains(_ time: Int64) -> Bool { time >= start && time < moved(by: 1).start }

    package func time(of stamp: Stamp) -> Value {
        let time = logged(stamp)
        return zone?.time(time) ?? time
    }

    /// Time with the offset of the stamp.
    private func logged(_ stamp: Stamp) -> Value {
        var wall: Int64
        if stamp.year != 0 {
            wall = YearWindow.wallClock(of: stamp, year: Int(stamp.year))
        } else {
            let year = Calendar.civil(fromDays: Int(start.floorDivided(by: 86_400_000_000))).year
            wall = YearWindow.wallClock(of: stamp, year: year)
            let isMissing = Int(stamp.day) > Calendar.days(in: Int(stamp.month), of: year)
            if wall < start || isMissing { wall = YearWindow.wallClock(of: stamp, year: year + 1) }
        }
        guard stamp.offset != Value.unknownOffset else { return .time(wall) }
        return .time(wall - Int64(stamp.offset) * 1_000_000, offset: stamp.offset)
    }

    static func wallClock(of stamp: Stamp, year: Int) -> Int64 {
        let days = Calendar.daysFromCivil(year: year, month: Int(stamp.month), day: Int(stamp.day))
        return Int64(days) * 86_400_000_000 + stamp.microsecondsOfDay
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity, for a positive divisor.
    @inlinable package func floorDivided(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self &+ 1) / divisor - 1
    }
}
