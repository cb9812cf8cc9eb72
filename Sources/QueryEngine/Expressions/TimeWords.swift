import MailLog
import QuerySyntax

/// Parses times: `2012-12-26`, `12-26`, `13:00`, `end-2h`, a stamp as logged.
///
/// A word names an interval up to the start of the next unit: `2012-12` is the month, `13:00` the minute, `now` a
/// moment.
package struct TimeWords {
    /// An interval in microseconds of the wall clock; empty for a moment.
    package struct Interval: Hashable, Sendable {
        package var start: Int64
        package var end: Int64
        package var isMoment: Bool { start == end }
    }

    package enum Problem: Error {
        case notATime
        /// The word is relative to the data, and no input has a stamp.
        case noData
    }

    private let environment: Environment
    private static let second: Int64 = 1_000_000
    private static let day: Int64 = 86_400_000_000

    package init(_ environment: Environment) { self.environment = environment }

    package func interval(_ word: String) throws(Problem) -> Interval {
        let lower = word.lowercased()
        switch lower {
        case "now": return moment(environment.now)
        case "today": return wholeDay(environment.now)
        case "yesterday": return wholeDay(environment.now - Self.day)
        case "end": return moment(try end())
        case "start": return moment(try start())
        default: break
        }
        if lower.hasPrefix("-"), let span = Literals.duration(String(lower.dropFirst())), span >= 0 {
            return moment(environment.now - Int64(span))
        }
        for (anchor, isEnd) in [("end", true), ("now", false)] {
            for (sign, factor) in [("-", Int64(-1)), ("+", Int64(1))]
            where lower.hasPrefix(anchor + sign) {
                guard let span = Literals.duration(String(lower.dropFirst(anchor.count + 1))) else {
                    throw .notATime
                }
                return moment((isEnd ? try end() : environment.now) + factor * Int64(span))
            }
        }
        if let interval = try calendar(lower) { return interval }
        if let interval = try logged(word) { return interval }
        throw .notATime
    }

    private func moment(_ time: Int64) -> Interval { Interval(start: time, end: time) }

    private func wholeDay(_ time: Int64) -> Interval {
        let days = time.floorDivided(by: Self.day)
        return Interval(start: days * Self.day, end: (days + 1) * Self.day)
    }

    private func end() throws(Problem) -> Int64 {
        guard let range = environment.dataRange() else { throw .noData }
        return range.last
    }

    private func start() throws(Problem) -> Int64 {
        guard let range = environment.dataRange() else { throw .noData }
        return range.first
    }

    /// `2012-12-26[T13[:00[:01[.5]]]]`, `2012-12`, `2012`, `12-26[T…]`, `13:00[:01]`.
    private func calendar(_ word: String) throws(Problem) -> Interval? {
        let parts = word.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "t" || $0 == " " }
        let date = parts[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if date.count == 1, parts.count == 1, date[0].contains(":") {
            guard let clock = clock(date[0]) else { return nil }
            let midnight = wholeDay(try end()).start
            return Interval(start: midnight + clock.start, end: midnight + clock.end)
        }
        let numbers = date.compactMap { $0.allSatisfy(\.isASCII) ? Int($0) : nil }
        guard numbers.count == date.count else { return nil }
        var days: Range<Int64>
        switch (numbers.count, date[0].count) {
        case (1, 4):
            days = Self.days(numbers[0], 1, 1)..<Self.days(numbers[0] + 1, 1, 1)
        case (2, 4):
            guard (1...12).contains(numbers[1]) else { return nil }
            let next = numbers[1] == 12 ? (numbers[0] + 1, 1) : (numbers[0], numbers[1] + 1)
            days = Self.days(numbers[0], numbers[1], 1)..<Self.days(next.0, next.1, 1)
        case (3, 4):
            guard Self.isValid(numbers[0], numbers[1], numbers[2]) else { return nil }
            let start = Self.days(numbers[0], numbers[1], numbers[2])
            days = start..<start + 1
        case (2, 1...2):
            // The latest such date up to the end of the data.
            let last = try end().floorDivided(by: Self.day)
            var year = Int(Calendar.civil(fromDays: Int(last)).year)
            var tries = 0
            while !Self.isValid(year, numbers[0], numbers[1])
                || Self.days(year, numbers[0], numbers[1]) > last
            {
                year -= 1
                tries += 1
                guard tries <= 8 else { return nil }
            }
            let start = Self.days(year, numbers[0], numbers[1])
            days = start..<start + 1
        default: return nil
        }
        if parts.count == 1 {
            return Interval(start: days.lowerBound * Self.day, end: days.upperBound * Self.day)
        }
        guard days.count == 1, let clock = clock(String(parts[1])) else { return nil }
        let midnight = days.lowerBound * Self.day
        let interval = Interval(start: midnight + clock.start, end: midnight + clock.end)
        return shown(interval, offset: word.hasSuffix("z") ? 0 : Value.unknownOffset)
    }

    /// Converts an interval with a UTC offset in seconds to the clock of times. Without `--tz`, that is the clock of
    /// each stamp, and the offset is ignored.
    private func shown(_ interval: Interval, offset: Int32) -> Interval {
        guard let zone = environment.zone, offset != Value.unknownOffset else { return interval }
        let shown = { (wall: Int64) in zone.time(at: wall - Int64(offset) * Self.second).wallClock }
        return Interval(start: shown(interval.start), end: shown(interval.end))
    }

    /// Parses `13`, `13:00`, `13:00:01` or `13:00:01.5`. Returns microseconds of the day.
    private func clock(_ text: String) -> Interval? {
        var text = text
        if text.hasSuffix("z") { text.removeLast() }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let hour = Int(parts[0]), (0...24).contains(hour) else {
            return nil
        }
        var start = Int64(hour) * 3600
        var length: Int64 = 3600
        if parts.count > 1 {
            guard let minute = Int(parts[1]), (0..<60).contains(minute) else { return nil }
            start += Int64(minute) * 60
            length = 60
        }
        guard parts.count > 2 else {
            return Interval(start: start * Self.second, end: (start + length) * Self.second)
        }
        guard let seconds = Double(parts[2]), (0...60).contains(seconds) else { return nil }
        let exact = start * Self.second + Int64(seconds * 1e6)
        return Interval(start: exact, end: exact + (parts[2].contains(".") ? 1 : Self.second))
    }

    /// Parses a logged stamp: `Dec 26 13:00:01`, or RFC 3339 with its UTC offset.
    private func logged(_ word: String) throws(Problem) -> Interval? {
        let utf8 = Array(word.utf8)
        guard let stamp = utf8.withBytes({ Stamp.parse($0) }), stamp.length == utf8.count else { return nil }
        var year = Int(stamp.year)
        if year == 0 {
            let last = try end()
            year = Int(Calendar.civil(fromDays: Int(last.floorDivided(by: Self.day))).year)
            if Self.days(year, Int(stamp.month), Int(stamp.day)) * Self.day + stamp.microsecondsOfDay > last {
                year -= 1
            }
        }
        let start = Self.days(year, Int(stamp.month), Int(stamp.day)) * Self.day + stamp.microsecondsOfDay
        return shown(Interval(start: start, end: start + Self.second), offset: stamp.offset)
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        Int64(Calendar.daysFromCivil(year: year, month: month, day: day))
    }

    private static func isValid(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        guard (1...12).contains(month), (1...31).contains(day), (1...9999).contains(year) else {
            return false
        }
        let civil = Calendar.civil(fromDays: Int(days(year, month, day)))
        return Int(civil.month) == month && Int(civil.day) == day
    }
}
