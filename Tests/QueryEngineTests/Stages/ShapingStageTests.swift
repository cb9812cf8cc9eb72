import Testing

@testable import QueryEngine

/// Stages that change columns: extend, select, drop, rename, extract, explode.
@Suite struct ShapingStageTests {
    @Test(
        arguments: [
            // extend
            (
                "filter event=delivery | extend rest = delay - delay_a, slow = (rest > 10s) | select rest, slow",
                ["rest\tslow", "0.02\tfalse", "0.1\tfalse", "0\tfalse"]
            ),
            ("count | eval count = count + 1, more = count + 1", ["count\tmore", "11\t12"]),
            ("count by process | extend process = 7 | filter process=7 | count", ["count", "5"]),
            // select
            (
                "filter event=delivery | select status, to as rcpt, delay * 2 as twice | head 1",
                ["status\trcpt\ttwice", "bounced\talice@example.org\t0.04"]
            ),
            ("count | select count, count as again", ["count\tagain", "10\t10"]),
            ("filter event=active | fields qid, size | sum size", ["sum_size", "626"]),
            // drop
            (
                "stats n=count(), s=sum(size) by process | drop s, n | sort process | head 2",
                ["process", "cleanup", "local"]
            ),
            // rename
            ("count | rename count as n | extend m = n * 2", ["n\tm", "10\t20"]),
            ("stats a=count(), b=sum(size) | rename a as b, b as a", ["b\ta", "10\t626"]),
        ] as [(String, [String])])
    func columns(query: String, expected: [String]) {
        let log = TestLog()
        defer { log.remove() }
        #expect(log.rows(query) == expected, "\(query)")
    }

    @Test(
        arguments: [
            // A literal, a gap up to the next literal, and the rest.
            (
                "filter event=reject | extract \"reject: <verb> from <name>[<ip>]: <code> \" | select verb, name, ip, code",
                ["RCPT\tlocalhost\t127.0.0.1\t550"]
            ),
            (
                "filter event=delivery | extract \"(<why>\" on text | select why",
                [
                    "unknown user: \"alice\")",
                    "lost connection with 127.0.0.1[127.0.0.1] while receiving the initial "
                        + "server greeting)", "250 ok)",
                ]
            ),
            // A bracket that is no gap; a gap that is left out; the first words.
            (
                "filter status=sent | extract \"to=<<user>@<_>>, relay=<host>[\" on text | select user, host",
                ["X\t127.0.0.1"]
            ),
            ("filter status=bounced | extract \"<month> <day> \" on raw | select month, day", ["Nov\t23"]),
            // A row without a match stays, and so does one without the field.
            (
                "filter event=delivery | extract \"unknown <what>:\" on reason | select status, what",
                ["bounced\tuser", "deferred\t", "sent\t"]
            ),
            (
                // An empty gap is a match.
                "filter event=delivery | extract \"n<x>n\" on reason | extend found = (x ~ /^/) | select x, found",
                ["k\ttrue", "\ttrue", "\tfalse"]
            ),
            // Regexes: groups by their names, one that takes no part, case.
            (
                "filter event=delivery | extract /(?<a>\\d+) ok|(?<b>LOST)/i on text | select a, b",
                ["\t", "\tlost", "250\t"]
            ),
        ] as [(String, [String])])
    func extract(query: String, expected: [String]) {
        let log = TestLog()
        defer { log.remove() }
        #expect(Array(log.rows(query).dropFirst()) == expected, "\(query)")
    }

    @Test func explode() {
        let log = TestLog()
        defer { log.remove() }
        #expect(
            log.rows(
                "filter event=delivery | stats s=values(status) by queue_id | explode s | sort s, queue_id")
                == [
                    "queue_id\ts", "AC76BF8A0C2\tbounced", "B0A9DF8A113\tdeferred", "B0A9DF8A113\tsent",
                ])
        // A group without values stays one row.
        #expect(
            log.rows("stats s=values(status) by process | explode s | sort process, s | select process, s")
                == [
                    "process\ts", "cleanup\t", "local\tbounced", "qmgr\t", "smtp\tdeferred", "smtp\tsent",
                    "smtpd\t",
                ])
    }

    @Test(arguments: [
        ("select time | count by host", "field 'host' was removed by 'select'"),
        ("select time, tim", "unknown field 'tim'"),
        ("select host process", "a comma is missing between columns"),
        ("select host, process as host", "two columns are called 'host'"),
        ("drop nothing", "unknown field 'nothing'"),
        ("count | drop count", "'drop' removes all columns"),
        ("count by process | rename count as process", "a column 'process' already exists"),
        ("count by process | rename count as a, count as b", "'count' is renamed twice"),
        ("extend x 5", "expected '=' after 'x', found '5'"),
        ("explode host", "'host' is a host, not a list"),
        ("extract \"<a><b>\"", "no text separates <a> and <b>"),
        ("extract \"<a> <a>\"", "two columns are called 'a'"),
        ("extract \"from\"", "the template has no <name>"),
        ("extract /from (.*)/", "the regex has no named group"),
        ("extract /(?<a>/", "bad regex: missing closing parenthesis"),
        ("extract \"<a>\" on delay", "'delay' is a duration, not a text"),
        ("count | extract \"<a>\"", "a row of 'count' has no 'text' to extract from"),
    ])
    func mistakes(query: String, message: String) {
        let log = TestLog()
        defer { log.remove() }
        #expect(log.answer(query).diagnostics == [message], "\(query)")
    }
}
