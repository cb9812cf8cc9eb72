import Foundation
import Testing

/// The memory of a query is what `--memory` allows, and some megabytes that every query takes.
@Suite struct MemoryTests {
    /// So many lines with as many recipients and queue ids.
    private static func log(_ count: Int) throws -> Scratch {
        let scratch = try Scratch()
        let lines = (1...count).map { number in
            "Dec 26 10:\(10 + number / 10_000):10 mx\(number % 3) postfix/smtp[\(number % 30_000)]: \(100_000_000 + number): "
                + "to=<u\(number)@d\(number).example>, relay=none, delay=\(number).\(number % 10), "
                + "delays=0/0/1/0, dsn=4.4.1, status=deferred (a reason with w\(number)x)"
        }
        try scratch.write(lines.joined(separator: "\n") + "\n", to: "maillog")
        return scratch
    }

    /// Megabytes. A query that keeps nothing takes about half of them.
    private static let most = 40

    @Test("rows and values that are kept do not outgrow --memory")
    func isBounded() throws {
        let log = try Self.log(100_000)
        for query in [
            #"trace "@""#, "stats values(to)", "stats list(to)", "stats values(to) by dsn", "stats list(raw)",
            "stats values(to) | explode values_to", "describe", "facets", "whatchanged",
            "select queue_id, dsn, delay | pivot dsn", "select minute, to, delay | changes",
        ] {
            let outcome = try run(query, log, memory: "4MB")
            #expect(try peak(outcome) < Self.most, "\(query): \(outcome.error)")
            #expect(
                outcome.status == 0 || outcome.error.contains("than fit into 4.0 MB; raise --memory, or "))
        }
    }

    @Test("what can go to temporary files has an answer all the same")
    func spills() throws {
        let log = try Self.log(15_000)
        for query in [
            "count by raw | count", "dcount to by to | count", "stats values(to) by to | count",
            "sort to | count", "dedup to | count", "dedup | count", "top 20000 to | count",
            "stats first(to) by to | count",
        ] {
            let outcome = try run(query, log, memory: "1MB")
            #expect(outcome.output == "15000\n", "\(query): \(outcome.error)")
            #expect(try peak(outcome) < Self.most, "\(query): \(outcome.error)")
        }
    }

    @Test("a chart and a table do not outgrow --memory", arguments: ["table", "md", "html", "svg"])
    func writers(format: String) throws {
        let log = try Self.log(40_000)
        for query in ["count by to | chart", "count by to, queue_id | chart heat", "select to, text"] {
            let outcome = try run(query, log, memory: "4MB", format: format)
            #expect(try peak(outcome) < Self.most, "\(query): \(outcome.error)")
            let isWhole = query.hasPrefix("select") && format != "svg"
            #expect(outcome.status == (isWhole ? 0 : 2), "\(query)")
            if !isWhole {
                #expect(outcome.error.contains("than fit into 4.0 MB; raise --memory, or draw fewer"))
            }
        }
    }

    @Test("sessions that never end do not outgrow --memory")
    func openSessions() throws {
        let scratch = try Scratch()
        let lines = (1...60_000).map { number in
            "Dec 26 10:\(10 + number / 2000):10 mx1 postfix/smtpd[\(number)]: "
                + (number % 2 == 0
                    ? "connect from client\(number).example[192.0.2.7]"
                    : "NOQUEUE: reject: RCPT from client\(number).example[192.0.2.7]: 450 4.7.1 Greylisted; "
                        + "from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<client\(number).example>")
        }
        try scratch.write(lines.joined(separator: "\n") + "\n", to: "maillog")
        let outcome = try run("sessions | stats n=count() by end", scratch, memory: "4MB")
        #expect(outcome.output == "open\t60000\n", "\(outcome.error)")
        #expect(
            outcome.error.contains(
                "sessions were dropped before their end: the open sessions need more than 2.0 MB"))
        #expect(try peak(outcome) < Self.most, "\(outcome.error)")
    }

    private func run(_ query: String, _ log: Scratch, memory: String, format: String = "tsv") throws
        -> Program.Outcome
    {
        try Program.run([
            "--memory", memory, "--threads", "2", "--stats", "-o", format, "--no-header", "-e", query,
            log.path("maillog"),
        ])
    }

    /// The most memory that the program had, in megabytes.
    private func peak(_ outcome: Program.Outcome) throws -> Int {
        let text = try #require(outcome.error.split(separator: "peak ").last?.prefix { $0.isNumber })
        return try #require(Int(text))
    }
}
