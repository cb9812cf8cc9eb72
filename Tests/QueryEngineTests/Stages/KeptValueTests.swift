import Testing

@testable import QueryEngine

/// Aggregates that keep a text or a list of each group, when the parts of several threads are merged.
@Suite struct KeptValueTests {
    /// 2 MB of lines, several chunks, with as many queue ids.
    private static let lines = (0..<12_000).map { number in
        let id = String(0xF00000 + number * 7919 % 0xFFFFF, radix: 16, uppercase: true)
        return "Nov 23 16:39:34 mx1 postfix/smtp[1]: \(id): to=<user\(number * 31 % 997)@example.com>, "
            + "relay=none, delay=\(number % 911), delays=0/0/1/0, dsn=4.4.1, status=deferred (timed out)"
    }

    @Test(
        "the answer of four threads is the answer of one",
        arguments: [
            "stats min(queue_id), max(queue_id), max(to)",
            "stats argmax(queue_id, to), argmax(to, delay)",
            "stats first(queue_id), last(queue_id), values(to)",
            "count by to, queue_id | stats max(queue_id), argmax(to, queue_id) by count",
            "extend parts=split(to, \"@\") | stats max(parts), argmax(queue_id, parts)",
            "extend parts=split(to, \"@\") | count by parts | pivot parts | count",
        ])
    func threads(query: String) {
        var log = TestLog([("maillog", Self.lines)])
        defer { log.remove() }
        let expected = log.rows(query)
        #expect(expected.count > 1)
        log.threads = 4
        for _ in 0..<3 { #expect(log.rows(query) == expected) }
    }
}
