import Testing

@testable import QueryEngine

/// Stages that keep some rows: tail, sample, dedup.
@Suite struct KeepingStageTests {
    /// Lines that differ in their pid, of which 40 are there, and in their number.
    private static let many = (0..<5000).map { number in
        "Nov 23 16:\(10 + number / 100):\(10 + number % 50) mx1 postfix/smtp[\(number % 40)]: line number \(number)"
    }

    @Test(
        arguments: [
            ("tail 2", Array(TestLog.lines.suffix(2))),
            ("tail 0", []),
            ("tail 100", TestLog.lines),
            ("filter event=delivery | tail 1", [TestLog.lines[8]]),
            ("tail 3 | head 1", [TestLog.lines[7]]),
            (
                "filter event=delivery | sort -delay | head 9000000000000000000 | select delay",
                ["delay", "21", "2.9", "0.02"]
            ),
            // Behind a sort, the last are the last of the sorted rows; a second sort keeps the order of the first.
            ("filter event=delivery | sort -delay | tail 1 | select delay", ["delay", "0.02"]),
            (
                "filter event=delivery | sort -delay | sort host | select delay",
                ["delay", "21", "2.9", "0.02"]
            ),
            // Bins that were filled have their place among the others.
            (
                "filter event=delivery | count per 10s | tail 2",
                ["time\tcount", "2026-11-23T16:39:40\t0", "2026-11-23T16:39:50\t1"]
            ),
            ("dedup process | select process", ["process", "smtpd", "cleanup", "qmgr", "local", "smtp"]),
            (
                "dedup process keep last | select process, queue_id",
                [
                    "process\tqueue_id", "smtpd\t", "cleanup\tAC76BF8A0C2", "local\tAC76BF8A0C2",
                    "smtp\tB0A9DF8A113", "qmgr\tB0A9DF8A113",
                ]
            ),
            // Addresses are equal whatever their case; what is missing is equal too.
            (
                "filter event=delivery | dedup to, host | select to",
                ["to", "alice@example.org", "x@drop.example"]
            ),
            ("uniq status | select status", ["status", "", "bounced", "deferred", "sent"]),
            ("count by process | sort process | dedup count | select count", ["count", "1", "3", "2"]),
            // Without columns: whole rows.
            ("select host | distinct", ["host", "mx1"]),
            ("dedup | count", ["count", "10"]),
        ] as [(String, [String])])
    func rows(query: String, expected: [String]) {
        let log = TestLog()
        defer { log.remove() }
        #expect(log.rows(query) == expected, "\(query)")
    }

    @Test func sampleIsTheSameEveryTimeAndInOrder() {
        var log = TestLog([("maillog", Self.many)])
        defer { log.remove() }
        let first = log.rows("sample 50")
        #expect(first.count == 50)
        let places = first.compactMap { line in Self.many.firstIndex(of: line) }
        #expect(places.count == 50 && places == places.sorted() && Set(places).count == 50)
        // Neither the first nor the last, but from everywhere.
        #expect((10...40).contains(places.count { $0 < 2500 }))
        #expect(log.rows("sample 50 seed 1") != first)
        log.threads = 4
        #expect(log.rows("sample 50") == first)
        #expect(log.rows("sample 5000") == Self.many)
    }

    /// With little memory rows go to temporary files, and the answer is the same.
    @Test(arguments: [
        "dedup text | select text", "dedup pid | select pid, text", "dedup pid keep last | select pid, text",
        "tail 4000 | select text", "sample 4000 seed 3 | select text", "dedup pid keep last | count",
    ])
    func threadsAndMemoryChangeNothing(query: String) {
        var log = TestLog([("maillog.1", Self.many), ("maillog", Self.many)])
        defer { log.remove() }
        let expected = log.rows(query)
        #expect(expected.count > 1)
        log.threads = 4
        #expect(log.rows(query) == expected)
        log.memory = 200_000
        let answer = log.answer(query)
        #expect(answer.rows == expected)
        #expect(answer.failure == nil)
        if !query.contains("pid") { #expect(answer.hasSpilled) }
    }

    /// The first of a sort are those of the whole sort, also where keys are equal.
    @Test(arguments: ["pid", "-pid", "pid, -text", "-time, pid", "severity"])
    func theFirstOfASort(keys: String) {
        var log = TestLog([("maillog", Array(Self.many.prefix(2000)))])
        defer { log.remove() }
        let whole = log.rows("sort \(keys) | select line, text")
        #expect(whole.count == 2001)
        for threads in [1, 4] {
            log.threads = threads
            for count in [1, 10, 300] {
                let first = log.rows("sort \(keys) | head \(count) | select line, text")
                #expect(first == Array(whole.prefix(count + 1)), "\(count) with \(threads) threads")
            }
        }
    }

    @Test func lastRowsThatDoNotFitAreAnError() {
        var log = TestLog([("maillog", Self.many)])
        defer { log.remove() }
        log.memory = 200_000
        let failure = log.answer("dedup text keep last").failure
        #expect(failure?.contains("fit into 200.0 kB; raise --memory") == true)
    }
}
