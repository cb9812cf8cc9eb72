import MailLog
import Testing

@testable import QueryEngine

@Suite struct ValueTextTests {
    @Test(
        arguments: [
            (.missing, .integer, "", ""),
            (.bool(true), .bool, "true", "true"),
            (.integer(1_234_567), .integer, "1234567", "1,234,567"),
            (.integer(-999), .integer, "-999", "-999"),
            (.integer(-1000), .integer, "-1000", "-1,000"),
            (.integer(.min), .integer, "-9223372036854775808", "-9,223,372,036,854,775,808"),
            (.number(12), .number, "12", "12"),
            (.number(0.1), .number, "0.1", "0.1"),
            (.number(1234.5678), .number, "1234.5678", "1,234.6"),
            (.number(-0.004), .number, "-0.004", "-0.004"),
            (.number(0.00001), .number, "1e-05", "1e-05"),
            (.number(1e300), .number, "1e+300", "1e+300"),
            (.number(-3.888630370447019e-101), .number, "-3.888630370447019e-101", "-3.89e-101"),
            (.number(.infinity), .number, "inf", "inf"),
            (.number(.nan), .number, "nan", "nan"),
            (.integer(999), .size, "999", "999 B"),
            (.integer(1000), .size, "1000", "1.0 kB"),
            (.integer(999_949), .size, "999949", "999.9 kB"),
            (.integer(999_950), .size, "999950", "1.0 MB"),
            (.integer(12_345_678), .size, "12345678", "12.3 MB"),
            (.number(1536.5), .size, "1536.5", "1.5 kB"),
            (.integer(.max), .size, "9223372036854775807", "9.2 EB"),
            (.text(""), .text(.address), "<>", "<>"),
            (.text(""), .text(.plain), "", ""),
            (.list([.text("a"), .text("")]), .list(.text(.address)), "a;<>", "a, <>"),
            (.list([.integer(1), .integer(2000)]), .list(.integer), "1;2000", "1, 2,000"),
        ] as [(Cell, ValueType, String, String)])
    func values(cell: Cell, type: ValueType, machine: String, people: String) {
        #expect(texts(cell, type) == [machine, people])
    }

    @Test(
        arguments: [
            (0, "0", "0s"),
            (15, "0.000015", "0.015ms"),
            (20_000, "0.02", "20ms"),
            (1_234, "0.001234", "1.23ms"),
            (999_499, "0.999499", "999ms"),
            (999_500, "0.9995", "1s"),
            (3_250_000, "3.25", "3.25s"),
            (59_949_999, "59.949999", "59.9s"),
            (59_950_000, "59.95", "1m 00s"),
            (303_000_000, "303", "5m 03s"),
            (3_599_500_000, "3599.5", "1h 00m"),
            (3_900_000_000, "3900", "1h 05m"),
            (86_369_999_999, "86369.999999", "23h 59m"),
            (86_370_000_000, "86370", "1d 00h"),
            (270_000_000_000, "270000", "3d 03h"),
            (-20_000, "-0.02", "-20ms"),
            (.min, "-9223372036854.775808", "-106,751,991d 04h"),
        ] as [(Int, String, String)])
    func durations(microseconds: Int, machine: String, people: String) {
        #expect(texts(.microseconds(microseconds), .duration) == [machine, people])
    }

    @Test(
        arguments: [
            (.instant, .time(someTime), "2012-12-26T13:04:05", "2012-12-26 13:04:05"),
            (.instant, .time(someTime + 1200), "2012-12-26T13:04:05.001200", "2012-12-26 13:04:05.001"),
            (.instant, .time(someTime, offset: 0), "2012-12-26T13:04:05Z", "2012-12-26 13:04:05Z"),
            (
                .instant, .time(someTime, offset: 3600), "2012-12-26T14:04:05+01:00",
                "2012-12-26 14:04:05+01:00"
            ),
            (
                .instant, .time(someTime, offset: -12600), "2012-12-26T09:34:05-03:30",
                "2012-12-26 09:34:05-03:30"
            ),
            (.minute, .time(someTime - 5_000_000), "2012-12-26T13:04", "2012-12-26 13:04"),
            (.hour, .time(someTime - 245_000_000), "2012-12-26T13:00", "2012-12-26 13:00"),
            (.day, .time(1_356_480_000_000_000), "2012-12-26", "2012-12-26"),
            (.week, .time(1_356_307_200_000_000), "2012-12-24", "2012-12-24"),
            (.month, .time(1_354_320_000_000_000), "2012-12", "2012-12"),
            (.every(900_000_000), .time(1_356_527_700_000_000), "2012-12-26T13:15", "2012-12-26 13:15"),
            (.every(5_000_000), .time(someTime), "2012-12-26T13:04:05", "2012-12-26 13:04:05"),
            (.every(172_800_000_000), .time(1_356_480_000_000_000), "2012-12-26", "2012-12-26"),
            (.instant, .time(-1), "1969-12-31T23:59:59.999999", "1969-12-31 23:59:59.999"),
            (
                .instant, .time(.max, offset: 3600), "-290308-12-21T20:59:05.224191+01:00",
                "-290308-12-21 20:59:05.224+01:00"
            ),
        ] as [(TimeBin, Cell, String, String)])
    func times(bin: TimeBin, cell: Cell, machine: String, people: String) {
        #expect(texts(cell, .time(bin)) == [machine, people])
    }

    /// A process id is a name, a count is an amount.
    @Test func namesHaveNoSeparators() {
        let row: [Cell] = [.integer(12345), .integer(12345)]
        #expect(
            outputText(.table, [("pid", .integer), ("count", .integer)], [row])
                == "  pid   count\n12345  12,345\n")
    }

    private func texts(_ cell: Cell, _ type: ValueType) -> [String] {
        let arena = Arena()
        let value = cell.value(arena)
        var machine: [UInt8] = []
        var people: [UInt8] = []
        ValueText.append(value, type, to: &machine)
        PeopleText(type).append(value, to: &people)
        return withExtendedLifetime(arena) {
            [String(decoding: machine, as: UTF8.self), String(decoding: people, as: UTF8.self)]
        }
    }
}
