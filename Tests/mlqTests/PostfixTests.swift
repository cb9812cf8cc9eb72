import Foundation
import Testing

/// Mail through a real Postfix on 127.0.0.1, which `Tests/Postfix/traffic.sh` starts and stops: what it logged,
/// what its queue held afterwards, and what was sent.
private struct Traffic {
    let log: String
    /// The queue ids of `postqueue -j`.
    let queue: Set<String>
    /// How many messages each sender has sent with smtp-source.
    let sent: [String: Int]
    /// The queue ids on which an administrator acted, by what was done.
    let acted: [String: String]

    static let isPossible =
        getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/sbin/postfix")
        && FileManager.default.isExecutableFile(atPath: "/usr/sbin/smtp-source")

    /// All tests look at one run of it.
    static let shared = Result { try Traffic() }

    private init() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("mlq-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // Eight ports below those that the system hands out.
        let port = 20_000 + Int(getpid()) % 1200 * 10
        let run = try Program.shell(
            "exec timeout -k 5 90 Tests/Postfix/traffic.sh '\(directory.path)' \(port)")
        guard run.status == 0 else { throw Failure(description: run.error) }

        func text(_ name: String) throws -> String {
            try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
        }
        log = try text("maillog")
        struct Entry: Decodable {
            let queueID: String
            enum CodingKeys: String, CodingKey { case queueID = "queue_id" }
        }
        queue = Set(
            try text("queue.json").split(separator: "\n").map {
                try JSONDecoder().decode(Entry.self, from: Data($0.utf8)).queueID
            })
        var sent: [String: Int] = [:]
        for line in try text("sent").split(separator: "\n") {
            let words = line.split(separator: " ")
            sent[String(words[1]), default: 0] += Int(words[0]) ?? 0
        }
        self.sent = sent
        var acted: [String: String] = [:]
        for name in ["expired", "requeued", "released", "deleted"] {
            acted[name] = try text("id.\(name)").trimmingCharacters(in: .newlines)
        }
        self.acted = acted
    }

    /// The cells of an answer's rows, without its header.
    func rows(_ query: String) throws -> [[String]] {
        let answer = try Program.run(["-o", "tsv", "-e", query], input: log)
        #expect(answer.status == 0, "\(answer.error)")
        return answer.output.split(separator: "\n").dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// What became of the messages of a round from a sender, as `outcome origin`, in order.
    func outcomes(_ sender: String) throws -> [String] {
        try rows("messages | filter from='\(sender)' | select outcome, origin").map {
            $0.joined(separator: " ")
        }
        .sorted()
    }

    struct Failure: Error, CustomStringConvertible { let description: String }
}

@Suite(
    "A real Postfix",
    .enabled(if: Traffic.isPossible, "wants root, and the package postfix with smtp-source"))
struct PostfixTests {
    private func traffic() throws -> Traffic { try Traffic.shared.get() }

    @Test("no line is not understood", .timeLimit(.minutes(2)))
    func understood() throws {
        let traffic = try traffic()
        #expect(traffic.log.split(separator: "\n").count > 600)
        #expect(try traffic.rows("filter event=other | select raw") == [])
        #expect(try traffic.rows("filter event=warning | select raw") == [])
        let instances = try traffic.rows("count by instance, service").map { $0[..<2].joined(separator: "/") }
        #expect(
            Set(instances) == [
                "postfix/", "postfix/submission", "postfix/filter", "postfix/reinjected", "mx1-out/",
            ])
    }

    /// All but the one that tells the story of certain days.
    static let investigations = ExamplesTests.scripts.filter { $0 != "Examples/incident.mlq" }

    @Test("each investigation runs over it", .timeLimit(.minutes(2)), arguments: investigations)
    func investigation(_ path: String) throws {
        let outcome = try Program.run(["-o", "table", path], input: Traffic.shared.get().log)
        #expect(outcome.status == 0 && !outcome.error.contains("error:"), "\(outcome.error)")
        #expect(!outcome.output.isEmpty)
    }

    @Test("what is still in the queue is what postqueue lists", .timeLimit(.minutes(2)))
    func queue() throws {
        let traffic = try traffic()
        let rows = try traffic.rows(
            "messages | filter outcome in (held, deferred, open) | select queue_id, outcome")
        #expect(Set(rows.map { $0[0] }) == traffic.queue)
        #expect(rows.count == traffic.queue.count)
        // Short ids and long ones.
        #expect(traffic.queue.contains { $0.contains("z") })
        #expect(traffic.queue.contains { !$0.contains("z") })
        let held = try traffic.rows("messages | filter outcome=held | select queue_id")
        #expect(held.count == 4)
    }

    @Test(
        "every message is seen from its birth, and every one that was sent is there", .timeLimit(.minutes(2)))
    func accounted() throws {
        let traffic = try traffic()
        #expect(
            try traffic.rows(
                "messages | filter birth_seen=false or origin=unknown or missing(outcome) | select queue_id"
            ) == [])
        let ended = "messages | filter end_seen=false | filter outcome not in (held, deferred, open)"
        #expect(try traffic.rows("\(ended) | select queue_id") == [])
        var seen: [String: Int] = [:]
        for row in try traffic.rows("messages | filter origin=smtp | count by from") {
            seen[row[0]] = Int(row[1])
        }
        for (sender, count) in traffic.sent { #expect(seen[sender] == count, "\(sender)") }
    }

    @Test(
        "mail comes out as what became of it", .timeLimit(.minutes(2)),
        arguments: [
            ("sent@taken.example", Array(repeating: "delivered smtp", count: 5)),
            ("bounced@taken.example", Array(repeating: "bounced smtp", count: 3)),
            ("wrong@taken.example", ["bounced local"]),
            (
                "forwarded@taken.example",
                ["delivered forward", "delivered forward"]
                    + ["delivered smtp", "delivered smtp"]
            ),
            ("aliased@taken.example", ["bounced smtp"]),
            ("discarded@taken.example", ["discarded smtp", "discarded smtp"]),
            ("piped@taken.example", ["delivered smtp", "delivered smtp"]),
            ("many@taken.example", ["delivered smtp"]),
            (
                "filtered@taken.example",
                Array(repeating: "delivered re-injection", count: 3)
                    + Array(repeating: "passed smtp", count: 3)
            ),
            ("filtered-bounced@taken.example", ["bounced re-injection", "passed smtp"]),
            ("submission@taken.example", ["delivered smtp", "delivered smtp"]),
            ("warned@taken.example", ["delivered smtp"]),
            ("thrown@taken.example", ["discarded smtp"]),
            ("local@taken.example", ["delivered local"]),
            ("probe@taken.example", ["bounced probe"]),
            ("subject@x.example", ["rejected smtp"]),
        ])
    func outcomes(_ sender: String, _ outcomes: [String]) throws {
        for round in ["short", "long"] {
            #expect(try traffic().outcomes("\(round)-\(sender)") == outcomes, "\(round)")
        }
    }

    @Test("what waits is deferred, and what waited too long has expired", .timeLimit(.minutes(2)))
    func expiry() throws {
        let traffic = try traffic()
        #expect(try traffic.outcomes("long-refused@taken.example") == ["deferred smtp", "deferred smtp"])
        #expect(try traffic.outcomes("short-refused@taken.example") == ["expired smtp", "expired smtp"])
        #expect(try traffic.outcomes("long-both@taken.example") == ["deferred forward", "delivered smtp"])
        #expect(try traffic.outcomes("short-both@taken.example") == ["delivered smtp", "expired forward"])
    }

    @Test("what an administrator did to a message is told", .timeLimit(.minutes(2)))
    func administration() throws {
        let traffic = try traffic()
        func outcome(_ name: String) throws -> [[String]] {
            let id = try #require(traffic.acted[name])
            return try traffic.rows("messages | filter queue_id=\(id) | select outcome")
        }
        #expect(try outcome("expired") == [["expired"]])
        #expect(try outcome("released") == [["delivered"]])
        #expect(try outcome("deleted") == [["deleted"]])
        #expect(try outcome("requeued") == [["passed"]])
        let requeued = try #require(traffic.acted["requeued"])
        #expect(
            try traffic.rows("messages | filter parent_kind=requeue | select parent_queue_id, outcome")
                == [[requeued, "expired"]])
    }

    @Test("each child names its parent", .timeLimit(.minutes(2)))
    func kin() throws {
        let traffic = try traffic()
        let links: [(kind: String, lines: String)] = [
            (
                "notification",
                "event=notification and not missing(new_queue_id) | select new_queue_id, queue_id"
            ),
            ("forward", "event=delivery and link=forward | select new_queue_id, queue_id"),
            ("filter", "event=client and not missing(orig_queue_id) | select queue_id, orig_queue_id"),
        ]
        for (kind, lines) in links {
            let told = try traffic.rows("filter \(lines)")
            #expect(!told.isEmpty, "\(kind)")
            let found = try traffic.rows(
                "messages | filter parent_kind=\(kind) | select queue_id, parent_queue_id")
            #expect(Set(found) == Set(told), "\(kind)")
        }
    }
}
