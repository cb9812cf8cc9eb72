import MailLog
import Testing

@Suite("The stamp of a line")
struct StampTests {
    /// Text, and what is read from it: date, microseconds of the day, offset in seconds, length.
    static let stamps:
        [(text: String, year: Int, month: Int, day: Int, time: Double, offset: Int?, length: Int)] = [
            ("Nov 23 16:39:34 mx1", 0, 11, 23, 59974, nil, 15),
            ("Nov  3 16:39:34 mx1", 0, 11, 3, 59974, nil, 15),
            ("Nov 03 16:39:34 mx1", 0, 11, 3, 59974, nil, 15),
            ("Nov 3 16:39:34 mx1", 0, 11, 3, 59974, nil, 14),
            ("Nov 3 2025 16:39:34 mx1", 2025, 11, 3, 59974, nil, 19),
            ("Feb 29 00:00:00 mx1", 0, 2, 29, 0, nil, 15),
            ("Nov 23 16:39:34.123456 mx1", 0, 11, 23, 59974.123456, nil, 22),
            ("Nov 23 2025 16:39:34 mx1", 2025, 11, 23, 59974, nil, 20),
            ("2026-11-23T16:39:34+01:00 mx1", 2026, 11, 23, 59974, 3600, 25),
            ("2026-11-23T16:39:34.123456+01:00 mx1", 2026, 11, 23, 59974.123456, 3600, 32),
            ("2026-11-23T16:39:34,123Z mx1", 2026, 11, 23, 59974.123, 0, 24),
            ("2026-11-23 16:39:34 mx1", 2026, 11, 23, 59974, nil, 19),
            ("2026-11-23T16:39:34-0530 mx1", 2026, 11, 23, 59974, -19800, 24),
            ("2026-11-23T23:59:60Z mx1", 2026, 11, 23, 86399, 0, 20),
            ("Mon 2026-11-23 16:39:34 UTC mx1", 2026, 11, 23, 59974, 0, 27),
            ("Mon 2026-11-23 16:39:34 CET mx1", 2026, 11, 23, 59974, nil, 27),
            ("1795451974.123456 mx1", 2026, 11, 23, 59974.123456, 0, 17),
        ]

    @Test(arguments: stamps.indices)
    func isRead(_ index: Int) throws {
        let wanted = StampTests.stamps[index]
        var text = wanted.text
        let read = text.withUTF8 { Stamp.parse(Bytes($0.baseAddress!, count: $0.count)) }
        let stamp = try #require(read)
        #expect(Int(stamp.year) == wanted.year)
        #expect(Int(stamp.month) == wanted.month)
        #expect(Int(stamp.day) == wanted.day)
        #expect(stamp.microsecondsOfDay == Int64((wanted.time * 1e6).rounded()))
        #expect(stamp.offset == wanted.offset.map(Int32.init) ?? Value.unknownOffset)
        #expect(stamp.length == wanted.length)
    }

    @Test(
        "what is no stamp is none",
        arguments: [
            "", "Nov 23", "Nov 32 16:39:34 mx1", "Feb 30 16:39:34 mx1", "Nov 23 24:39:34 mx1",
            "Nov 23 16:60:34 mx1",
            "Nov 00 16:39:34 mx1", "Now 23 16:39:34 mx1", "2026-13-23T16:39:34Z mx1",
            "2025-02-29T16:39:34Z mx1",
            "2026-11-23X16:39:34Z mx1", "12345678901 mx1 postfix", "[ 12.345678] kernel",
        ])
    func isRefused(_ text: String) {
        var text = text
        let stamp = text.withUTF8 { Stamp.parse(Bytes($0.baseAddress!, count: $0.count)) }
        #expect(stamp == nil)
    }
}

@Suite("Years")
struct YearTests {
    static func time(_ text: String, _ window: YearWindow) -> String {
        var text = text
        guard let stamp = text.withUTF8({ Stamp.parse(Bytes($0.baseAddress!, count: $0.count)) }) else {
            return ""
        }
        let days = window.time(of: stamp).wallClock / 86_400_000_000
        let date = Calendar.civil(fromDays: Int(days))
        return "\(date.year)-\(date.month)-\(date.day)"
    }

    @Test("a log named for New Year's week holds both years")
    func overNewYear() {
        let window = YearWindow(
            end: Int64(Calendar.daysFromCivil(year: 2013, month: 1, day: 8)) * 86_400_000_000)
        #expect(YearTests.time("Dec 30 00:00:00", window) == "2012-12-30")
        #expect(YearTests.time("Dec 31 23:59:59", window) == "2012-12-31")
        #expect(YearTests.time("Jan  1 00:00:00", window) == "2013-1-1")
        #expect(YearTests.time("Jan  6 12:00:00", window) == "2013-1-6")
    }

    @Test("explicit years are never rewritten")
    func explicit() {
        let window = YearWindow(
            end: Int64(Calendar.daysFromCivil(year: 2013, month: 1, day: 8)) * 86_400_000_000)
        #expect(YearTests.time("2024-02-29T00:00:00Z", window) == "2024-2-29")
    }

    @Test(
        arguments: [
            ("/var/log/maillog-20121223.gz", "2012-12-23"), ("maillog-20121223", "2012-12-23"),
            ("mail.log-2012-12-23.1.gz", "2012-12-23"), ("mail.2012.12.23.log", "2012-12-23"),
            ("maillog-2012122305", "2012-12-23"), ("maillog-1356220800", "2012-12-23"),
            ("maillog", nil), ("mail.log.1", nil), ("maillog-20121323", nil), ("/20121223/maillog", nil),
        ] as [(String, String?)])
    func dateInName(_ path: String, _ date: String?) {
        let found = YearEvidence.date(in: path).map { moment -> String in
            let date = Calendar.civil(fromDays: Int(moment / 86_400_000_000))
            return "\(date.year)-\(date.month < 10 ? "0" : "")\(date.month)-\(date.day)"
        }
        #expect(found == date)
    }

    @Test("the calendar goes there and back", arguments: [-800_000, -1, 0, 59, 11016, 15695, 20780, 900_000])
    func calendar(_ days: Int) {
        for days in days..<days + 800 {
            let date = Calendar.civil(fromDays: days)
            #expect(Calendar.daysFromCivil(year: date.year, month: date.month, day: date.day) == days)
            #expect((1...Calendar.days(in: date.month, of: date.year)).contains(date.day))
        }
    }
}
