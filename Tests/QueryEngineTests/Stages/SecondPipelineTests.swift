import Testing

@testable import QueryEngine

/// What takes rows from elsewhere: join, lookup, union, `in NAME`.
@Suite struct SecondPipelineTests {
    @Test(
        arguments: [
            // Each match is a row; a row without one stays.
            (
                "filter event=active | select queue_id, size | join (filter event=delivery | select queue_id, status) "
                    + "on queue_id",
                [
                    "queue_id\tsize\tstatus", "AC76BF8A0C2\t301\tbounced", "B0A9DF8A113\t325\tdeferred",
                    "B0A9DF8A113\t325\tsent",
                ]
            ),
            (
                "count by process | sort process | join (filter event=delivery | count by process | "
                    + "rename count as n) on process",
                ["process\tcount\tn", "cleanup\t1\t", "local\t1\t1", "qmgr\t3\t", "smtp\t2\t2", "smtpd\t3\t"]
            ),
            // Two keys, of which one ignores case; what is missing equals nothing.
            (
                "filter event=delivery | select queue_id, to | join (filter status=sent | "
                    + "select to, queue_id, dsn) on queue_id, to",
                [
                    "queue_id\tto\tdsn", "AC76BF8A0C2\talice@example.org\t",
                    "B0A9DF8A113\tx@drop.example\t2.0.0",
                    "B0A9DF8A113\tX@drop.example\t2.0.0",
                ]
            ),
            (
                "filter event=connect | select status, host | join (filter event=connect | select status, pid) on status",
                ["status\thost\tpid", "\tmx1\t"]
            ),
            // A number with a fraction of nothing is the whole number.
            (
                "filter event=delivery | count | extend f = count / 1 | join (count by process | "
                    + "filter count=3 process=qmgr | rename count as f) on f | select process",
                ["process", "qmgr"]
            ),
            (
                "let sent = filter status=sent | select queue_id, dsn\n"
                    + "filter event=active | select queue_id | join (sent) on queue_id",
                ["queue_id\tdsn", "AC76BF8A0C2\t", "B0A9DF8A113\t2.0.0"]
            ),
            // union: behind the others, columns by name.
            (
                "filter event=active | select queue_id, size | union (filter status=sent | select dsn, queue_id)",
                ["queue_id\tsize\tdsn", "AC76BF8A0C2\t301\t", "B0A9DF8A113\t325\t", "B0A9DF8A113\t\t2.0.0"]
            ),
            ("filter status=sent | union (filter status=bounced)", [TestLog.lines[8], TestLog.lines[5]]),
            ("count | union (count) | union (count) | sum count", ["sum_count", "30"]),
            ("count by process | sort -count | union (count by process) | tail 5 | count", ["count", "5"]),
            ("head 1 | union (filter event=connect) | count", ["count", "2"]),
            // in NAME: the first column, and of lines the field of the same name.
            (
                "let bad = filter status=bounced | select queue_id, to\nfilter queue_id in bad | count",
                ["count", "4"]
            ),
            (
                "let bad = filter status=bounced\nfilter event=active queue_id not in bad | select size",
                ["size", "325"]
            ),
            (
                "let bad = filter status=bounced\nlet rest = filter queue_id not in bad\nfilter queue_id in rest | count",
                ["count", "4"]
            ),
            (
                "let none = filter status=expired | select queue_id\nfilter queue_id in none | count",
                ["count", "0"]
            ),
        ] as [(String, [String])])
    func rows(query: String, expected: [String]) {
        var log = TestLog()
        defer { log.remove() }
        #expect(log.rows(query) == expected, "\(query)")
        log.threads = 4
        #expect(log.rows(query) == expected, "\(query)")
    }

    @Test func lookup() {
        let log = TestLog()
        defer { log.remove() }
        TestLog.write(
            "\u{FEFF}process,owner,limit,code\r\nsmtp,\"Ann, \"\"B\"\"\",1.5,007\r\nqmgr,Bob,2,12\r\n",
            to: log.path("o.csv"))
        TestLog.write("to\tnote\nALICE@example.org\tleft\n", to: log.path("o.tsv"))
        TestLog.write("pid,what\n9738,delivers\n", to: log.path("pid.csv"))
        TestLog.write("day,what\n2026-11-23,Monday\n", to: log.path("day.csv"))
        #expect(
            log.rows("count by process | sort process | lookup \"o.csv\" on process | tail 4") == [
                "process\tcount\towner\tlimit\tcode", "local\t1\t\t\t", "qmgr\t3\tBob\t2\t12",
                "smtp\t2\tAnn, \"B\"\t1.5\t007", "smtpd\t3\t\t\t",
            ])
        #expect(
            log.rows("count by process | enrich 'o.csv' on process | filter limit > 1.7 | select owner") == [
                "owner", "Bob",
            ])
        #expect(log.rows("filter status=bounced | lookup 'o.tsv' on to | select note") == ["note", "left"])
        #expect(
            log.rows("filter event=delivery | lookup 'pid.csv' on pid | count by what | sort what") == [
                "what\tcount", "delivers\t1", "\t2",
            ])
        #expect(
            log.rows("groupby day | count | lookup 'day.csv' on day | select what") == ["what", "Monday"])
    }

    @Test(arguments: [
        ("", "o.csv: the file is empty"),
        ("process,\na,b\n", "o.csv: column 2 has no name"),
        ("process,x,x\na,b,c\n", "o.csv: two columns are called 'x'"),
        ("process,x\nsmtp,1\nqmgr\n", "o.csv: line 3 has 1 cells, and the first line names 2 columns"),
        ("process,x\n\"a\nb\",1\n\"c,2\n", "o.csv: the quote on line 4 is not closed"),
        ("process,x\nsmtp,1\n\nsmtp,2\n", "o.csv has 'smtp' on line 2 and on line 4"),
        ("program,x\nsmtp,1\n", "o.csv has no column 'process'"),
        ("process,count\nsmtp,1\n", "both sides have a column 'count'"),
    ])
    func brokenFiles(text: String, message: String) {
        let log = TestLog()
        defer { log.remove() }
        TestLog.write(text, to: log.path("o.csv"))
        #expect(log.answer("count by process | lookup \"o.csv\" on process").diagnostics == [message])
    }

    @Test(arguments: [
        ("count by process | join (count by process) on process", "both sides have a column 'count'"),
        (
            "count by process | join (count by pid) on process",
            "the pipeline in parentheses has no column 'process'"
        ),
        (
            "count by process | join (count by pid | rename pid as process, count as n) on process",
            "'process' is a text here and a whole number in the pipeline in parentheses"
        ),
        ("count | join (count by procss) on count", "unknown field 'procss'"),
        ("count | join (count", "this bracket is not closed"),
        (
            "count by process | union (count by pid | rename pid as process)",
            "'process' is a text before 'union' and a whole number in it"
        ),
        (
            "let a = count by process\nfilter pid in a",
            "the first column of 'a', 'process', is a text, and this is a whole number"
        ),
        (
            "let a = filter status=sent\nlet b = a | head\nlet a = b | head",
            "'a' is used in its own definition"
        ),
    ])
    func mistakes(query: String, message: String) {
        let log = TestLog()
        defer { log.remove() }
        #expect(log.answer(query).diagnostics == [message], "\(query)")
    }

    @Test func rightSideMustFit() {
        var log = TestLog([("maillog", Array(repeatElement(TestLog.lines[5], count: 5000)))])
        defer { log.remove() }
        log.memory = 500_000
        let answer = log.answer("head 1 | select queue_id | join (select queue_id, raw) on queue_id | count")
        #expect(answer.failure?.contains("raise --memory") == true)
    }
}
