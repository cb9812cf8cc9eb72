import Testing

/// Empty bins of time are filled, but not those on the way to a stray stamp.
@Suite struct StrayStampTests {
    private static let hours = ["2012-12-26T10:20:00Z", "2012-12-26T13:00:00Z"]

    private func answer(_ query: String, _ stamps: [String]) -> TestLog.Answer {
        let log = TestLog([("maillog", stamps.map { "\($0) mx postfix/smtp[1]: a" })])
        defer { log.remove() }
        return log.answer(query)
    }

    @Test(
        "every bin that has rows is printed, and a stray one is reported",
        arguments: [
            ("count by hour", "9999-12-31T23:59:59Z", "9999-12-31T23:00"),
            ("count by day", "9999-12-31T23:59:59Z", "9999-12-31"),
            ("count by week", "9999-12-31T23:59:59Z", "9999-12-27"),
            ("count by month", "9999-12-31T23:59:59Z", "9999-12"),
            ("count per 1s", "2013-12-26T10:00:00Z", "2013-12-26T10:00:00"),
            ("count by bin(time, 7m) as t", "9999-12-31T23:59:59Z", "9999-12-31T23:5"),
            ("count by month", "1970-01-01T00:00:00Z", "1970-01"),
            ("count by week", "1601-01-01T00:00:00Z", "1601-01-01"),
            ("count by hour", "1970-01-01T00:00:00Z", "1970-01-01T00:00"),
            ("count by hour", "1601-01-01T00:00:00Z", "1601-01-01T00:00"),
            ("count by hour", "0001-01-01T00:00:00Z", "0001-01-01T00:00"),
            ("stats count(), p95(line) by hour", "9999-12-31T23:59:59Z", "9999-12-31T23:00"),
            ("count by hour, process | chart", "9999-12-31T23:59:59Z", "9999-12-31T23:00"),
        ])
    func stray(query: String, stamp: String, bin: String) {
        let answer = answer(query, (Self.hours + [stamp]).sorted())
        #expect(answer.failure == nil)
        #expect((3...40).contains(answer.rows.count))
        #expect(answer.rows.contains { $0.hasPrefix(bin) }, "\(answer.rows)")
        let notes = answer.notes.filter { $0.contains("too many to fill") }
        #expect(notes.count == 1)
    }

    @Test(
        "a gap that is short, or short beside the time before it, is filled",
        arguments: [
            ("count by hour", ["2012-12-26T10:00:00Z", "2013-02-05T10:00:00Z"], 41 * 24 + 1),
            (
                "count per 1m", ["2012-12-26T10:00:00Z", "2012-12-26T20:00:00Z", "2012-12-28T20:00:00Z"],
                58 * 60 + 1
            ),
            ("count by day | fill in 1990-01-01..1992-12-31", hours, 3 * 365 + 1 + 1),
        ])
    func filled(query: String, stamps: [String], rows: Int) {
        let answer = answer(query, stamps)
        #expect(answer.rows.count - 1 == rows)
    }

    @Test("all stray stamps are reported, and none makes another one look near")
    func several() {
        let stamps = ["0001-01-01T00:00:00Z", "1601-01-01T00:00:00Z"] + Self.hours + ["9999-12-31T23:59:59Z"]
        let answer = answer("count by week", stamps)
        #expect(answer.rows.count == 5)
        #expect(
            answer.notes.filter { $0.contains("until 1601-01-01, from") && $0.contains("until 9999-12-27") }
                .count
                == 1)
    }

    @Test("an interval that a filter names is filled, whatever is outside of it")
    func named() {
        let stamps = Self.hours + ["9999-12-31T23:59:59Z"]
        #expect(
            answer("filter day in 2012-01-01..2012-12-31 | count by hour", stamps).rows.count == 366 * 24 + 1)
        let rows = answer("count by hour | fill in 2012-12-26T09:00..2012-12-26T15:00", stamps).rows
        #expect(rows.dropFirst().map { $0.suffix(1) }.joined() == "01001001")
    }

    @Test("a chart leaves the gap out")
    func chart() {
        let gap = (1...5).map { "2012-12-26T1\($0):00:00Z" } + ["9999-12-31T23:59:59Z"]
        #expect(answer("count by hour | chart", gap).rows.count == 7)
    }

    @Test("changes are found beside a stray stamp")
    func changes() {
        let stamps = (0..<24).flatMap { hour in
            Array(
                repeating: "2012-12-\(hour < 12 ? 25 : 26)T\(10 + hour % 12):00:00Z",
                count: hour < 12 ? 20 : 90)
        }
        let query = "count by hour | changes | filter change=step | count"
        #expect(answer(query, stamps).rows == answer(query, stamps + ["9999-12-31T23:59:59Z"]).rows)
    }
}
