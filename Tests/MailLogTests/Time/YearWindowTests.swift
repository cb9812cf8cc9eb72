import Testing

@testable import MailLog

@Suite("The window of a year")
struct YearWindowTests {
    private static let day: Int64 = 86_400_000_000

    @Test("a window holds every day of the twelve months before its end, whatever the day of the month")
    func end() {
        let first = Calendar.daysFromCivil(year: 2023, month: 1, day: 1)
        for end in first..<first + 3 * 366 {
            let window = YearWindow(end: Int64(end) * Self.day)
            #expect(window.contains(Int64(end) * Self.day - 1))
            #expect(!window.contains(Int64(end + 1) * Self.day))
            let date = Calendar.civil(fromDays: end - 1)
            var stamp = Stamp()
            (stamp.month, stamp.day) = (UInt8(date.month), UInt8(date.day))
            #expect(window.time(of: stamp).wallClock == Int64(end - 1) * Self.day, "\(date)")
        }
    }

    @Test("an offset in a stamp without a year counts")
    func offset() throws {
        let text: StaticString = "Dec 26 10:00:00 +0100 mx1 postfix/smtp[1]: x"
        let stamp = try #require(Envelope.parse(Bytes(text))).stamp
        let time = YearWindow(year: 2012).time(of: stamp)
        #expect(time.offset == 3600)
        #expect(time.wallClock - YearWindow(year: 2012).start == (360 * 24 + 10) * 3_600_000_000)
    }
}
