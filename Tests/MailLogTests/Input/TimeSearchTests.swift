import Foundation
import Testing

@testable import MailLog

/// What is left unread of a log must hold no line of the time asked for.
struct TimeSearchTests {
    private static let hour: Int64 = 3_600_000_000

    /// Days of a log in 2026, a line every ten seconds, each with its number; some are an hour late, one hour comes
    /// twice.
    private static func lines(_ days: ClosedRange<Int>) -> [String] {
        var lines: [String] = []
        for day in days {
            for second in stride(from: 0, to: 86_400, by: 10) {
                var shown = second
                if second % 7_770 == 0 { shown = max(0, second - 3_600) }
                if day == 25, second >= 3 * 3_600 { shown = second - 3_600 }
                let clock = [shown / 3_600, shown / 60 % 60, shown % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
                let date = "2026-10-\(day < 10 ? "0" : "")\(day)T\(clock.joined(separator: ":"))"
                lines.append("\(date) mx1 postfix/qmgr[1]: \(lines.count + day * 10_000): removed")
            }
        }
        return lines
    }

    private static func log(_ lines: [String], _ name: String) throws -> LogFile {
        let path = ChunkReaderTests.directory.path(name)
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        return try #require(LogSet(paths: [path], options: LogOptions()).files.first)
    }

    private static func moment(_ day: Int, _ hours: Int) -> Int64 {
        Int64(Calendar.daysFromCivil(year: 2026, month: 10, day: day)) * 24 * hour + Int64(hours) * hour
    }

    @Test("every line of an interval is in the part that is read")
    func holds() throws {
        let newestFirst = TimeSearchTests.lines(26...31) + TimeSearchTests.lines(20...25)
        for (name, lines) in [("place", TimeSearchTests.lines(20...31)), ("newest-first", newestFirst)] {
            let log = try TimeSearchTests.log(lines, name)
            for (day, hours, length) in [
                (19, 0, 1), (20, 0, 1), (22, 13, 1), (25, 1, 1), (25, 2, 2), (28, 0, 24), (31, 23, 1),
                (32, 5, 2),
            ] {
                let start = TimeSearchTests.moment(day, hours)
                let times = start..<start + Int64(length) * TimeSearchTests.hour
                let part = TimeSearch(times).part(of: log)
                var place = 0
                var lost: [String] = []
                for line in lines {
                    let text = Array(line.utf8)
                    let inside = text.withUnsafeBufferPointer { buffer in
                        Stamp.parse(Bytes(buffer.baseAddress!, count: buffer.count)).map {
                            times.contains(log.years.time(of: $0).wallClock)
                        }
                    }
                    if inside == true, !part.contains(place) { lost.append(line) }
                    place += text.count + 1
                }
                #expect(lost.isEmpty, "\(name), day \(day), hour \(hours)")
            }
        }
    }

    @Test("of compressed logs, only what is a rotation by its name surely begins with its oldest line")
    func compressed() throws {
        let text = (TimeSearchTests.lines(26...31) + TimeSearchTests.lines(20...25)).joined(separator: "\n")
        for (name, isLeftOut) in [("all-of-it.gz", false), ("maillog-20261101.gz", true), ("log.2.gz", true)]
        {
            let path = ChunkReaderTests.directory.path(name)
            try Data(ChunkReaderTests.gzip(Array(text.utf8))).write(to: URL(fileURLWithPath: path))
            let log = try #require(LogSet(paths: [path], options: LogOptions()).files.first)
            let start = TimeSearchTests.moment(22, 0)
            #expect(
                TimeSearch(start..<start + TimeSearchTests.hour).part(of: log).isEmpty == isLeftOut, "\(name)"
            )
        }
    }

    @Test("most of a log is left out for an hour, and all of it for another time")
    func skips() throws {
        let log = try TimeSearchTests.log(TimeSearchTests.lines(1...31), "month")
        let start = TimeSearchTests.moment(20, 13)
        let part = { (times: Range<Int64>) in TimeSearch(times).part(of: log) }
        #expect(part(start..<start + TimeSearchTests.hour).count <= 3 * ChunkReader.blockSize)
        #expect(part(0..<TimeSearchTests.hour).isEmpty)
        #expect(part(TimeSearchTests.moment(40, 0)..<Int64.max).isEmpty)
        #expect(part(Int64.min..<Int64.max) == 0..<log.size)
        #expect(log.part(holding: nil) == 0..<log.size)
    }
}
