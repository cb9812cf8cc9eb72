import Testing

@testable import QueryEngine

@Suite("changes")
struct SeriesChangeTests {
    /// A number with the mean and variance of a Poisson process, from a sum of uniform ones.
    private static func noise(_ mean: Double, _ random: inout SeededRandom) -> Double {
        let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
        return max(0, (mean + (sum - 6) * mean.squareRoot() * 1.5).rounded())
    }

    private static func weekly(_ day: Int) -> Double { day % 7 >= 5 ? 0.4 : 1 }

    /// What kind of series, of how many bins, that comes round after how many.
    static let quiet: [(name: String, bins: Int, period: Int, shape: @Sendable (Int) -> Double)] = [
        ("28 days, the same", 28, 7, { _ in 1000 }), ("90 days, the same", 90, 7, { _ in 1000 }),
        ("28 days, few", 28, 7, { _ in 12 }), ("28 days, weekly", 28, 7, { 1000 * weekly($0) }),
        ("90 days, weekly", 90, 7, { 1000 * weekly($0) }),
        ("10 days of hours, by day and night", 240, 24, { $0 % 24 < 8 ? 40 : 200 }),
    ]

    @Test("so many series without a change are said to have one as the help tells", arguments: quiet.indices)
    func falseAlarms(_ place: Int) {
        let (name, bins, period, shape) = SeriesChangeTests.quiet[place]
        var alarms = 0
        for seed in 0..<500 {
            var random = SeededRandom(seed: UInt64(seed))
            let series = (0..<bins).map { SeriesChangeTests.noise(shape($0), &random) }
            if !SeriesChange.all(in: series, period: period).isEmpty { alarms += 1 }
        }
        #expect(alarms <= 5 * SeriesChange.falseAlarms, "\(name): \(alarms) of 500")
    }

    @Test("the help states the measured rate of false alarms")
    func help() throws {
        let page = try #require(
            Help.page(["changes"])?.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        #expect(page.contains("at most \(SeriesChange.falseAlarms) of 100 series without a change. Measured"))
        #expect(SeriesChangeTests.quiet.count == 6 && SeriesChangeTests.quiet.map(\.bins).max() == 240)
    }

    @Test(
        "a last day of which only a part is there is no dip; a whole day with as few lines is",
        arguments: [(9, 1), (9, 24)])
    func partialDay(_ lines: Int, _ hours: Int) {
        // 14 days with 96 lines each, and a last one whose lines end after so many hours.
        var text: [String] = []
        for day in 1...15 {
            for line in 0..<(day < 15 ? 96 : lines) {
                let minute = day < 15 ? line * 15 : line * (hours * 60 - 1) / (lines - 1)
                let clock = [minute / 60, minute % 60].map { ($0 < 10 ? "0" : "") + String($0) }
                text.append(
                    "2026-03-\(day < 10 ? "0" : "")\(day)T\(clock.joined(separator: ":")):00Z mx1 a[1]: line")
            }
        }
        let test = TestLog([("maillog", text)])
        defer { test.remove() }
        let rows = test.rows("count by day | changes").dropFirst()
        #expect(rows.map { $0.hasPrefix("2026-03-15\tdip\t96\t9") } == (hours == 24 ? [true] : []))
    }

    static let planted: [(kind: SeriesChange.Kind, place: Int, near: Int, shape: @Sendable (Int) -> Double)] =
        [
            (.step, 17, 1, { ($0 < 17 ? 1000 : 1400) * weekly($0) }), (.step, 18, 1, { $0 < 18 ? 300 : 150 }),
            (.spike, 12, 0, { $0 == 12 ? 4000 : 1000 }), (.dip, 9, 0, { $0 == 9 ? 0 : 1000 }),
            (.spike, 26, 0, { ($0 == 26 ? 3000 : 1000) * weekly($0) }),
            (.drift, 0, 0, { 1000 + 40 * Double($0) }),
        ]

    @Test(
        "finds what was planted in 28 days, and nothing else, four times of five", arguments: planted.indices)
    func findsPlanted(_ place: Int) {
        let (kind, expected, near, shape) = SeriesChangeTests.planted[place]
        var right = 0
        for seed in 0..<50 {
            var random = SeededRandom(seed: UInt64(seed))
            let series = (0..<28).map { SeriesChangeTests.noise(shape($0), &random) }
            let found = SeriesChange.all(in: series, period: 7)
            if found.count == 1, found[0].kind == kind, (found[0].place - expected).magnitude <= near {
                right += 1
            }
        }
        #expect(right >= 40, "\(kind) at \(expected): \(right) of 50")
    }

    @Test("Pettitt's statistic and its p are those of the paper's formula")
    func pettitt() {
        // A perfect split of 20 in the middle: K = 100, p = 2 exp(-6 K² / (n³ + n²)).
        let (place, p) = SeriesChange.pettitt((0..<20).map { $0 < 10 ? Double($0) : 100 + Double($0) })
        #expect(place == 10)
        #expect((p - 0.001581).magnitude < 0.000_01, "\(p)")
        #expect(SeriesChange.pettitt(Array(repeating: 5, count: 30)).p == 1)
    }

    @Test("what is too short or all the same has no changes")
    func degenerate() {
        for series in [[], [1], [1, 2, 3], Array(repeating: 0, count: 100), Array(repeating: 7, count: 9)] {
            #expect(SeriesChange.all(in: series.map { Double($0) }, period: 7).isEmpty)
        }
    }
}
