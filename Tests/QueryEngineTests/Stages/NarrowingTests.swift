import MailLog
import QuerySyntax
import Testing

@testable import QueryEngine

/// The way from a row of an answer to what stands behind it.
@Suite("Narrowing to a row")
struct NarrowingTests {
    private static let log = TestLog(existing: ["Tests/Data/postfix-3.7.11.maillog"])

    private func kept(_ text: String, _ log: TestLog = log) throws -> QueryEngine.Answer {
        try #require(log.kept(text), "\(text)")
    }

    private func count(_ text: String, _ log: TestLog = log) -> String {
        log.rows(text.isEmpty ? "count" : "\(text) | count").last ?? ""
    }

    static let texts: [(query: String, behind: String)] = [
        ("filter process=smtp | count by status", "filter process=smtp | filter status=deferred"),
        ("count", ""),
        ("count if status=sent by process", "filter (status=sent) process=smtp"),
        (
            "groupby process, status | count | filter process=local status=bounced",
            "filter process=local status=bounced"
        ),
        ("count by lower(process) as p | head 1", "filter (lower(process))=qmgr"),
        ("count by process | rename process as p | head 1", "filter process=qmgr"),
        ("count per 1h", "filter time >= 2026-11-23T16:00:00 time < 2026-11-23T17:00:00"),
        ("count by day, process | pivot process", "filter day=2026-11-23"),
        ("count by day, process | pivot process | select smtp, day", "filter day=2026-11-23"),
        ("count by process | pivot process", ""),
        (
            "filter process=smtp | facets | filter field=status value=sent",
            "filter process=smtp | filter status=sent"
        ),
        ("describe | filter field=status", "filter not missing(status)"),
        ("messages | count by outcome | filter outcome=bounced", "messages | filter outcome=bounced"),
        (
            "count by process | stats sum(count) by count | filter count=1",
            "count by process | filter count=1"
        ),
        ("count per 1d", "filter time in 2026-11-23"),
        ("count by bin(time, 1h) as h", "filter (bin(time, 1h))=2026-11-23T16:00"),
    ]

    @Test("the query behind a row", arguments: texts)
    func text(query: String, behind: String) throws {
        #expect(try kept(query).narrowed(to: 0) == behind)
    }

    @Test(
        "where no query leads behind a row, that is said",
        arguments: [
            ("count by process | union (count by status)", "the input of a row"),
            ("count by day, process | select process, count", "has no column 'day'"),
            ("filter event=connect | select queue_id, text", "row 1 has no 'queue_id'"),
            ("filter status=sent | select to | head 1", "has no column 'queue_id'"),
            ("filter process=nosuch | count by status", "has no rows"),
        ])
    func refusal(query: String, message: String) throws {
        let answer = try kept(query)
        #expect(throws: RunFailure.self) { try answer.narrowed(to: 0) }
        do { _ = try answer.narrowed(to: 0) } catch { #expect(error.message.contains(message)) }
    }

    @Test("the query behind a group has as many rows as the group counts", arguments: Fields.all.map(\.name))
    func groups(field: String) throws {
        let answer = try kept("count by \(QueryText.name(field)) | head 4")
        for row in 0..<answer.rows.count {
            let text = try answer.narrowed(to: row)
            #expect(count(text) == "\(answer.rows[row, 1].integer)", "\(text)")
        }
    }

    @Test("the lines behind a message and a session are as many as it has")
    func mail() throws {
        let incident = TestLog(existing: ["Examples/maillog/maillog-20121230"])
        for query in [
            "messages | select time, host, queue_id, last, lines | head 40",
            "sessions | filter duration > 0 | dedup pid | select time, host, pid, last, lines | head 5",
        ] {
            let answer = try kept(query, incident)
            let lines = try #require(answer.rows.column("lines"))
            #expect(answer.rows.count >= 5)
            for row in 0..<answer.rows.count {
                let text = try answer.lines(of: row)
                #expect(count(text, incident) == "\(answer.rows[row, lines].integer)", "\(text)")
            }
        }
    }

    @Test("the lines behind a group of messages are those of the messages")
    func messages() throws {
        let text = try kept("messages | count by outcome | filter outcome=bounced").lines(of: 0)
        #expect(
            text
                == "let mail1 = messages | filter outcome=bounced | select queue_id; filter queue_id in mail1"
        )
        let ids = NarrowingTests.log.rows("messages | filter outcome=bounced | sum lines")
        #expect(count(text) == ids.last)
    }

    @Test("the lines behind a row of 'compare' are those of both ranges")
    func compare() throws {
        let log = TestLog(existing: ["Examples/maillog/maillog-20121230"])
        let answer = try kept(
            "compare 12-24 with 12-26 by process if severity=info | filter process=cleanup", log)
        #expect(
            try answer.narrowed(to: 0)
                == "filter (time in 12-24 or time in 12-26) (severity=info) process=cleanup")
        for row in 0..<answer.rows.count {
            let both = answer.rows[row, 1].integer + answer.rows[row, 2].integer
            let text = try answer.narrowed(to: row)
            #expect(count(text, log) == "\(both)", "\(text)")
        }
    }

    @Test("a change leads to the lines of its bin and its series")
    func changes() throws {
        let log = TestLog(existing: [
            "Examples/maillog/maillog-20121216.gz", "Examples/maillog/maillog-20121230",
            "Examples/maillog/maillog-20130106",
        ])
        let answer = try kept("count by day, process | changes | filter process=qmgr", log)
        let text = try answer.narrowed(to: 0)
        #expect(text.hasPrefix("filter day=") && text.hasSuffix(" process=qmgr"))
    }

    @Test(
        "the texts of a pattern match what stands for it in a query", arguments: ["text", "reason", "detail"])
    func patterns(field: String) throws {
        let answer = try kept("patterns \(field)")
        #expect(answer.rows.count > 5)
        for row in 0..<answer.rows.count {
            let text = try answer.narrowed(to: row)
            #expect(Int(count(text)) ?? 0 >= answer.rows[row, 0].integer, "\(text)")
        }
    }
}
