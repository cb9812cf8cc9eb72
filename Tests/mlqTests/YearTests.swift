import Foundation
import Testing

/// The year of stamps without one depends on the bytes of a log and on options.
@Suite("Years of stamps")
struct YearTests {
    static let minute = (0..<60).map { "Dec 26 10:00:\($0 < 10 ? "0" : "")\($0) mx1 postfix/smtp[1]: x\n" }
        .joined()
    static let month = (0..<1_500).map { _ in
        "Dec 26 10:01:00 mx1 postfix/smtp[1]: a line that fills the first 64 KB\n"
    }
    .joined()
    static let birth =
        "Dec 26 10:02:00 mx1 postfix/cleanup[9]: B42F5F8A2E2: message-id=<20111226100200.B42F5F8A2E2@mx1.example>\n"

    /// A log, options, and its lines by day.
    static let logs: [(name: String, log: String, options: String, answer: String)] = [
        (
            "a long line comes first", String(repeating: "x", count: 66_000) + "\n" + minute, "--year 2012",
            "2012-12-26\t60"
        ),
        (
            "a dump comes first", String(repeating: "a dump\n", count: 12_000) + minute, "--year 2012",
            "2012-12-26\t60"
        ),
        (
            "a hole comes first", String(repeating: "\0", count: 70_000) + minute, "--year 2012",
            "2012-12-26\t60"
        ),
        (
            "later stamps have a year",
            minute + "2011-12-26T11:00:00+00:00 mx1 postfix/smtp[1]: x\n", "", "2011-12-26\t61"
        ),
        (
            "later stamps have a year, and New Year lies before them",
            minute + "2012-01-02T11:00:00+00:00 mx1 postfix/smtp[1]: x\n", "", "2011-12-26\t60\n2012-01-02\t1"
        ),
        (
            "stamps with a year come after the first 64 KB",
            month + "2011-12-27T11:00:00+00:00 mx1 postfix/smtp[1]: x\n", "--year 2005",
            "2005-12-26\t1500\n2011-12-27\t1"
        ),
        ("a message id comes after the first 64 KB", month + birth, "", "2011-12-26\t1501"),
    ]

    @Test("are the same in a file, compressed and in a pipe", arguments: logs.indices)
    func waysIn(_ index: Int) throws {
        let (name, log, options, answer) = Self.logs[index]
        let scratch = try Scratch()
        try scratch.write(log, to: "log")
        let mlq = "mlq \(options) --no-header -o tsv -e 'filter not missing(time) | count by day | nofill'"
        let half = log.utf8.count / 2
        for way in [
            "\(mlq) log", "gzip < log > z; \(mlq) z",
            "(head -n 1 log | gzip; tail -n +2 log | gzip) > z; \(mlq) z",
            "cat log | \(mlq)", "xz < log | \(mlq)", "(head -c 5 log; sleep 0.05; tail -c +6 log) | \(mlq)",
            "(head -c \(half) log; sleep 0.05; tail -c +\(half + 1) log) | \(mlq)",
            "(head -n 1 log; sleep 0.05; tail -n +2 log | gzip > z; zcat z) | \(mlq)",
        ] {
            let outcome = try Program.shell("cd \(scratch.directory); \(way)")
            #expect(outcome.output == answer + "\n", "\(name): \(way): \(outcome.error)")
        }
    }

    @Test("are the same in a pipe that is followed, however slow it is")
    func followed() throws {
        let year = Foundation.Calendar.current.component(.year, from: Date())
        let lines = ["Mar  1 10:00:00", "Dec 30 10:00:00"].map { "echo '\($0) mx1 postfix/smtp[1]: x'" }
        for pause in [":", "sleep 0.3"] {
            let outcome = try Program.shell(
                "(\(lines[0]); \(pause); \(lines[1])) | mlq -F --year \(year) --no-header -o tsv -e 'select day'"
            )
            #expect(outcome.output == "\(year)-03-01\n\(year)-12-30\n", "\(pause): \(outcome.error)")
        }
    }

    @Test("need no stamp of a pipe that has none, and wait for no end of it")
    func stampless() throws {
        let line = String(repeating: "y", count: 400)
        let outcome = try Program.shell("yes \(line) | mlq --no-header -e 'head 2'")
        #expect(outcome.output == "\(line)\n\(line)\n")
    }

    @Test("of lines after a hole of NULs are read")
    func hole() throws {
        let line = "Dec 26 10:00:00 mx1 postfix/smtp[1]: x\n"
        let outcome = try Program.run(
            ["--year", "2012", "--no-header", "-o", "tsv", "-e", "select time, host, process"],
            input: line + "\0\0\0" + line)
        #expect(outcome.output == String(repeating: "2012-12-26T10:00:00\tmx1\tsmtp\n", count: 2))
    }
}
