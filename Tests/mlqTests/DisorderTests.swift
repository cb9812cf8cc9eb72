import Foundation
import Testing

/// A filter on time finds lines that are days out of order, or the account reports what was skipped.
@Suite("Lines that are out of order")
struct DisorderTests {
    /// Four days of lines, and on the last one those of a message that was logged while the clock was two days behind.
    static func lines(padding: Int = 0) -> [String] {
        let text = String(repeating: "x", count: padding)
        var lines = (0..<14_400).map { index in
            let second = index % 3_600 * 24
            let clock = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            return "Dec \(23 + index / 3_600) \(clock.joined(separator: ":")) mx1 postfix/smtpd[1]: "
                + "connect from unknown[10.0.0.1]\(text)"
        }
        lines.insert(
            contentsOf: [
                "Dec 24 08:00:00 mx1 postfix/smtpd[7]: connect from unknown[10.0.0.7]",
                "Dec 24 08:00:00 mx1 postfix/smtpd[7]: 3F1A2B4C5D: client=unknown[10.0.0.7]",
                "Dec 24 08:00:01 mx1 postfix/qmgr[2]: 3F1A2B4C5D: from=<a@a.example>, size=1, nrcpt=1 (queue active)",
                "Dec 24 08:00:02 mx1 postfix/smtp[8]: 3F1A2B4C5D: to=<b@b.example>, relay=none, delay=1, "
                    + "delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)",
                "Dec 24 08:00:02 mx1 postfix/qmgr[2]: 3F1A2B4C5D: removed",
                "Dec 24 08:00:03 mx1 postfix/smtpd[7]: disconnect from unknown[10.0.0.7]",
            ], at: 12_000)
        return lines
    }

    static let questions: [(arguments: [String], answer: String)] = [
        (["-e", "filter day=12-24 | count"], "3606\n"),
        (["-e", "filter time < 12-25 | count"], "7206\n"),
        (["-e", "filter time in 2012-12-24T08..2012-12-24T09 and process=smtp | count"], "1\n"),
        (["--until", "2012-12-24", "-e", "count"], "7206\n"),
        (["--since", "12-24", "--until", "12-24", "-e", "messages | count by outcome"], "delivered\t1\n"),
        (["-e", "filter day=12-24 | trace 3F1A2B4C5D | count"], "6\n"),
        (["-e", "compare 12-24 with 12-26 by process | filter process=qmgr | select before"], "2\n"),
        (["-e", "filter day=12-24 and process=smtp | select line"], "12004\n"),
    ]

    @Test("are found in a plain log, a compressed one and a pipe", arguments: ["1", "4"])
    func found(threads: String) throws {
        let scratch = try Scratch()
        try scratch.write(Self.lines().joined(separator: "\n") + "\n", to: "maillog.1")
        _ = try Program.shell("gzip -k \(scratch.path("maillog.1"))")
        for (arguments, answer) in Self.questions {
            let words = arguments.map { "'\($0)'" }.joined(separator: " ")
            let mlq = "mlq --year 2012 --no-header --threads \(threads) \(words)"
            for way in ["\(mlq) maillog.1", "\(mlq) maillog.1.gz", "cat maillog.1 | \(mlq)"] {
                let outcome = try Program.shell("cd \(scratch.directory); \(way)")
                #expect(outcome.output == answer, "\(way): \(outcome.error)")
            }
        }
    }

    @Test("of a large log are reported as skipped, and a full scan finds them")
    func skipped() throws {
        let scratch = try Scratch()
        let path = try scratch.write(Self.lines(padding: 2_900).joined(separator: "\n") + "\n", to: "maillog")
        let query = ["--year", "2012", "--no-header", "-e", "filter day=12-24 | count", path]
        let fast = try Program.run(query)
        #expect(fast.output == "3600\n")
        #expect(fast.error.contains("of \(path) are skipped, because sampled stamps are of another time"))
        let full = try Program.run(["--full-scan"] + query)
        #expect(full.output == "3606\n")
        #expect(!full.error.contains("skipped"))
    }

    @Test("of a large rotation are reported as skipped")
    func skippedRotation() throws {
        let outcome = try Program.shell(
            """
            cd $(mktemp -d) && trap 'rm -r "$PWD"' EXIT
            head -c 3000000 /dev/urandom | base64 -w 2000 | sed 's/^/Dec 26 08:00:00 mx1 postfix\\/smtp[1]: /' \
            | gzip -1 > maillog.1.gz
            mlq --year 2012 --no-header -e 'filter day=12-24 | count' maillog.1.gz
            """)
        #expect(outcome.output == "0\n")
        #expect(outcome.error.contains("of maillog.1.gz are skipped"))
    }
}
