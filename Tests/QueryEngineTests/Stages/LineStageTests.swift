import Glibc
@testable import QueryEngine
import Testing

/// context, assert, write and files.
@Suite struct LineStageTests {
    @Test(
        arguments: [
            ("filter status=bounced | context 1", [4, 5, 6]),
            ("filter status=bounced | context 0", [5]),
            ("filter event=delivery | context 1", [4, 5, 6, 7, 8, 9]),
            ("filter process=qmgr | context 1", [3, 4, 5, 6, 7, 8, 9]),
            ("filter event=connect | context", [0, 1, 2, 3]),
            ("filter event=delivery | head 1 | context 2", [3, 4, 5, 6, 7]),
            ("filter event=removed | around 100", Array(0..<10)),
            ("filter status=expired | context 5", []),
            ("filter event=delivery | dedup queue_id | context 1 | filter process=qmgr", [4, 6]),
        ] as [(String, [Int])])
    func context(query: String, expected: [Int]) {
        var log = TestLog()
        defer { log.remove() }
        #expect(log.rows(query) == expected.map { TestLog.lines[$0] }, "\(query)")
        log.threads = 4
        #expect(log.rows(query) == expected.map { TestLog.lines[$0] }, "\(query)")
    }

    @Test func contextMarksMatches() {
        let log = TestLog()
        defer { log.remove() }
        #expect(
            log.rows("filter status=bounced | context 1 | select matched, process") == [
                "matched\tprocess", "false\tqmgr", "true\tlocal", "false\tqmgr",
            ])
        #expect(
            log.answer("count | context 1").diagnostics == [
                "'context' needs log lines in the order of the log"
            ])
    }

    @Test(
        arguments: [
            ("count | assert count = 10 else \"lost\"", []),
            ("count | assert count > 10 else \"lost\"", ["assertion failed: lost (count=10)"]),
            (
                "count by process | assert count < 3",
                ["assertion failed: not all rows have count < 3 (2 of 5 rows, first process=qmgr, count=3)"]
            ),
            (
                "filter event=delivery | assert delay < 1s else \"slow\" | count",
                ["assertion failed: slow (2 of 3 rows, first delay=2.9)"]
            ),
            ("filter status=expired | assert delay < 1s else \"slow\"", []),
        ] as [(String, [String])])
    func assert(query: String, expected: [String]) {
        let log = TestLog()
        defer { log.remove() }
        let answer = log.answer(query)
        #expect(answer.diagnostics == [])
        #expect(answer.assertions == expected, "\(query)")
    }

    @Test(arguments: [
        ("a.csv", "process,count\nsmtp,2\n"),
        ("a.tsv", "process\tcount\nsmtp\t2\n"),
        ("a.jsonl", "{\"process\":\"smtp\",\"count\":2}\n"),
    ])
    func writesByEnding(name: String, expected: String) {
        var log = TestLog()
        defer { log.remove() }
        let query = "filter process=smtp | count by process | write \"\(log.path(name))\""
        let answer = log.answer(query)
        #expect(answer.failure == nil)
        #expect(answer.rows == [])
        #expect(answer.notes == ["wrote 1 row to \(log.path(name))"])
        #expect(log.text(of: name) == expected)
        // A second time the file is in the way, and stays as it is.
        let again = log.answer("count | write \"\(log.path(name))\"")
        #expect(again.failure?.contains("exists; choose another name, or give --force") == true)
        #expect(log.text(of: name) == expected)
        log.force = true
        #expect(log.answer(query + " | extend more = 1 | select more").rows == ["more", "1"])
        #expect(log.text(of: name) == expected)
    }

    @Test func splitsByFields() {
        var log = TestLog()
        defer { log.remove() }
        log.threads = 4
        let answer = log.answer("write \"\(log.path("{day}-{process}.log"))\"")
        #expect(answer.notes == ["wrote 10 rows to 5 files"])
        for (name, lines) in [
            ("smtpd", [0, 1, 2]), ("cleanup", [3]), ("qmgr", [4, 6, 9]), ("local", [5]), ("smtp", [7, 8]),
        ] {
            let expected = lines.map { TestLog.lines[$0] + "\n" }.joined()
            #expect(log.text(of: "2026-11-23-\(name).log") == expected)
        }
    }

    @Test func manyFilesAtOnce() {
        let log = TestLog([
            ("maillog", (0..<600).map { "Nov 23 16:39:34 mx1 postfix/smtp[\($0 % 300)]: line \($0)" })
        ])
        defer { log.remove() }
        #expect(log.answer("write \"\(log.path("p{pid}.log"))\"").notes == ["wrote 600 rows to 300 files"])
        for pid in 0..<300 {
            #expect(log.text(of: "p\(pid).log")?.split(separator: "\n").count == 2)
        }
    }

    @Test func aLogIsNotReplaced() {
        var log = TestLog()
        defer { log.remove() }
        log.force = true
        link(log.paths[0], log.path("again.log"))
        let own = log.answer("head 1 | write \"\(log.path("again.log"))\"")
        #expect(own.failure?.contains("is a log that is being read") == true)
        #expect(log.text(of: "maillog")?.split(separator: "\n").count == 10)
    }

    @Test("a file is written where a dangling symbolic link points")
    func danglingLink() {
        let log = TestLog()
        defer { log.remove() }
        symlink("target.txt", log.path("link.txt"))
        TestLog.write("a", to: log.path("link.txt"))
        #expect(log.text(of: "target.txt") == "a" && log.text(of: "link.txt") == "a")
    }

    @Test func halfAnAnswerIsNotLeftBehind() {
        let long = String(repeating: "a", count: 64)
        let log = TestLog([("maillog", TestLog.lines + ["Nov 23 16:40:00 mx1 postfix/smtp[1]: \(long)!"])])
        defer { log.remove() }
        let answer = log.answer("filter text !~ /^(a+)+$/ | write \"\(log.path("half.log"))\"")
        #expect(answer.failure?.contains("takes too long") == true)
        #expect(log.text(of: "half.log") == nil)
    }

    @Test(arguments: [
        ("count | write \"x\"", "the name of the file has no suffix for its format"),
        ("count | write \"x.foo\"", "unknown format '.foo'"),
        ("count | write \"x.log\"", "a .log file contains log lines, and a row of 'count' is not a log line"),
        ("count | write \"{proces}.csv\"", "unknown field 'proces'"),
        ("count | write \"{count.csv\"", "'{' in the file's name is not closed"),
        ("count | files", "'files' starts a pipeline"),
    ])
    func mistakes(query: String, message: String) {
        let log = TestLog()
        defer { log.remove() }
        #expect(log.answer(query).diagnostics == [message], "\(query)")
    }

    @Test func files() {
        var log = TestLog([
            ("maillog", TestLog.lines),
            (
                "maillog.1",
                ["not a log line"] + TestLog.lines.prefix(2).map { $0.replacing("Nov 23", with: "Nov 22") }
                    + [""]
            ),
            ("empty", []),
        ])
        defer { log.remove() }
        let expected = [
            "file\tlines\tbytes\tfirst\tlast\tyear\tyear_source\tutc_offset\tunrecognised\t"
                + "unrecognised_at\treordered\treordered_at\tgap\tgap_at\tmerged_with",
            "maillog\t10\t1427\t2026-11-23T16:39:34\t2026-11-23T16:39:56\t2026\t--year\t\t0\t\t0\t\t"
                + "18\t2026-11-23T16:39:37\t",
        ]
        let rows = log.rows("files").map { $0.replacing(log.directory + "/", with: "") }
        let bytes = TestLog.lines.reduce(0) { $0 + $1.utf8.count + 1 }
        #expect(rows[0] == expected[0])
        #expect(rows[1].hasPrefix("maillog.1\t4\t") && rows[1].contains("\t2026\t--year\t\t1\t1\t0\t"))
        #expect(rows[2] == expected[1].replacing("1427", with: "\(bytes)"))
        #expect(rows[3].hasPrefix("empty\t1\t1\t\t\t\t\t\t0"))
        log.threads = 4
        #expect(log.rows("files").map { $0.replacing(log.directory + "/", with: "") } == rows)
        #expect(log.rows("filter event=delivery | files | sum lines") == ["sum_lines", "3"])
    }
}
