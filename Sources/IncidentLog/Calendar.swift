/// Days of the log. Times are whole seconds since 2012-12-09 00:00 in the local time of the server (UTC+9, no daylight
/// saving time).
enum Calendar {
    static let day = 86_400
    static let zone = 9 * 3600

    static func midnight(december day: Int) -> Int { (day - 9) * Self.day }

    /// Returns the time of logrotate, which runs at 03:24:07 on Sundays.
    static func rotation(_ week: Int) -> Int { week * 7 * day + 3 * 3600 + 24 * 60 + 7 }

    static let start = rotation(0)
    static let end = rotation(4)

    /// Date part of a traditional syslog timestamp: `Dec  9 `.
    static let stampDays: [[UInt8]] = (0..<30).map { index in
        let number = index < 23 ? index + 9 : index - 22
        return Array("\(index < 23 ? "Dec" : "Jan") \(number < 10 ? " " : "")\(number) ".utf8)
    }

    /// Returns a UTC time such as `20121225134117`, which Postfix uses in the Message-IDs that it creates.
    static func compactUTC(_ time: Int) -> String {
        let (days, second) = (time - zone).quotientAndRemainder(dividingBy: day)
        let date = days < 23 ? 20121209 + days : 20130101 + days - 23
        return "\(date)\(clock(second))"
    }

    /// Returns a local time such as `20121225224117`.
    static func compact(_ time: Int) -> String { compactUTC(time + zone) }

    /// Returns the day of the week; Sunday is 0.
    static func weekday(_ time: Int) -> Int { time / day % 7 }

    static func hour(_ time: Int) -> Int { time % day / 3600 }

    private static func clock(_ second: Int) -> String {
        let all = second / 3600 * 10000 + second / 60 % 60 * 100 + second % 60
        let text = String(all)
        return String(repeating: "0", count: 6 - text.count) + text
    }
}
