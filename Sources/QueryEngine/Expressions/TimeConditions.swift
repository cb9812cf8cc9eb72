import MailLog
import QuerySyntax

extension Resolution {
    /// Returns the interval of a word, on the wall clock.
    package func interval(_ word: String, _ range: SourceRange) throws(Diagnostic) -> TimeWords.Interval {
        do throws(TimeWords.Problem) {
            return try TimeWords(environment).interval(word)
        } catch {
            switch error {
            case .notATime:
                throw Diagnostic(
                    "'\(word)' is not a time", at: range,
                    hint: "times: 2012-12-26, 12-26, 2012-12, 13:00, 2012-12-26T13:00, now, end-2h, -1d")
            case .noData:
                throw Diagnostic(
                    "'\(word)' counts from the data, and no input has a stamp", at: range,
                    hint: "write the year: 2012-12-26")
            }
        }
    }

    func timeComparison(
        _ comparison: Expression.Comparison, _ value: Typed, _ interval: TimeWords.Interval,
        _ range: SourceRange
    ) -> Condition {
        // A moment is one microsecond long.
        let end = interval.isMoment ? interval.start + 1 : interval.end
        let start = interval.start
        let test: @Sendable (Int64) -> Bool =
            switch comparison {
            case .equal: { $0 >= start && $0 < end }
            case .notEqual: { $0 < start || $0 >= end }
            case .less: { $0 < start }
            case .lessOrEqual: { $0 < end }
            case .greater: { $0 >= end }
            default: { $0 >= start }
            }
        return Condition(value, range) { value, _ in value.kind == .time && test(value.wallClock) }
    }

    /// Returns the interval of a range. A unit at the end is included. Without years, an end before its start crosses
    /// New Year.
    package func interval(_ range: TimeRange) throws(Diagnostic) -> TimeWords.Interval {
        var start = Int64.min
        var end = Int64.max
        if let lower = range.lower {
            let interval = try interval(try word(lower).text, lower.range)
            start = interval.start
            if range.upper == nil, range.range == lower.range { end = interval.end }
        }
        if let upper = range.upper {
            let word = try word(upper)
            let interval = try interval(word.text, upper.range)
            end = interval.isMoment ? interval.start + 1 : interval.end
            if start != .min, end <= start {
                let isYearless =
                    word.text.first.map { $0.isNumber } == true && word.text.prefix(4).contains("-")
                guard isYearless else {
                    throw Diagnostic("the range ends before it starts", at: range.range)
                }
                // `12-25..01-05`: the start is in the year before.
                start = Calendar.yearBefore(start)
            }
        }
        return TimeWords.Interval(start: start, end: end)
    }

    /// Returns the times of lines for which a time field is between two moments.
    func times(_ left: Expression, _ start: Int64, _ end: Int64) -> Range<Int64>? {
        guard case .field(let name) = left, schema.isLines, start < end,
            ["time", "minute", "hour", "day", "week", "month"].contains(name.text),
            case .time(let bin)? = schema.column(name.text)?.type
        else { return nil }
        if bin == .instant || end == .max { return start..<end }
        return start..<TimeBins.next(after: TimeBins.start(of: end - 1, bin), bin)
    }

    mutating func noteTimeRange(_ left: Expression, _ interval: TimeWords.Interval) {
        guard case .field(let name) = left, let column = schema.column(name.text), column.type.isTime,
            schema.isLines, !interval.isMoment
        else { return }
        let range = interval.start..<max(interval.start, interval.end)
        timeRange = timeRange.map { $0.clamped(to: range) } ?? range
    }
}

extension Calendar {
    static func yearBefore(_ time: Int64) -> Int64 {
        let day: Int64 = 86_400_000_000
        let days = time.floorDivided(by: day)
        let civil = Calendar.civil(fromDays: Int(days))
        let month = Int(civil.month)
        let earlier = Calendar.daysFromCivil(
            year: Int(civil.year) - 1, month: month,
            day: month == 2 ? min(28, Int(civil.day)) : Int(civil.day))
        return Int64(earlier) * day + (time - days * day)
    }
}
