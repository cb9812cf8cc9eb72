/// Where in time the stamps of a file belong that do not tell their year: in the twelve months from `start`.
///
/// A window knows nothing of the lines before, so that any block of a file can be read on its own, and New Year
/// inside a file needs no counting. Explicit years are never rewritten.
package struct YearWindow: BitwiseCopyable, Sendable, Equatable {
    /// Microseconds of the wall clock.
    package let start: Int64
    /// The zone in which times are given, and of stamps that do not tell theirs.
    package var zone: Zone?

    package init(start: Int64) { self.start = start }

    /// The twelve months that end with this moment.
    package init(end: Int64) {
        let day: Int64 = 86_400_000_000
        let date = Calendar.civil(fromDays: Int(end.floorDivided(by: day)))
        let year = Calendar.daysFromCivil(year: date.year - 1, month: date.month, day: min(date.day, 28))
        start = Int64(year) * day
    }

    /// The window in which that stamp, the first of its input, falls into that year. It opens some weeks earlier: the
    /// lines around the start of a log are not quite in order, and `cat maillog*` puts the newest log first.
    package init(first stamp: Stamp, year: Int) {
        let days = Calendar.daysFromCivil(year: year, month: Int(stamp.month), day: Int(stamp.day))
        start = Int64(days - 45) * 86_400_000_000
    }

    /// The same where a later line has a stamp with a year.
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

    /// The same months, years later or earlier.
    package func moved(by years: Int) -> YearWindow {
        let day: Int64 = 86_400_000_000
        let date = Calendar.civil(fromDays: Int(start.floorDivided(by: day)))
        let moved = Calendar.daysFromCivil(year: date.year + years, month: date.month, day: min(date.day, 28))
        return YearWindow(start: Int64(moved) * day)
    }

    /// Whether that moment, in microseconds of the wall clock, is in the window.
    package func contains(_ time: Int64) -> Bool { time >= start && time < moved(by: 1).start }

    package func time(of stamp: Stamp) -> Value {
        let time = logged(stamp)
        return zone?.time(time) ?? time
    }

    /// The same, as the log tells it.
    private func logged(_ stamp: Stamp) -> Value {
        if stamp.year != 0 {
            let wall = YearWindow.wallClock(of: stamp, year: Int(stamp.year))
            guard stamp.offset != Value.unknownOffset else { return .time(wall) }
            return .time(wall - Int64(stamp.offset) * 1_000_000, offset: stamp.offset)
        }
        let year = Calendar.civil(fromDays: Int(start.floorDivided(by: 86_400_000_000))).year
        let early = YearWindow.wallClock(of: stamp, year: year)
        return .time(early >= start ? early : YearWindow.wallClock(of: stamp, year: year + 1))
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
