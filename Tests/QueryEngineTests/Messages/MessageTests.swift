import Foundation
import Testing

@testable import QueryEngine

/// Following mail, on the log of a real Postfix 3.7.11.
@Suite struct MessageTests {
    static let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Data")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: data.appendingPathComponent(name), encoding: .utf8)
    }

    static func lines() throws -> [String] {
        try text("postfix-3.7.11.maillog").split(separator: "\n").map(String.init)
    }

    /// The same log day after day, so that it fills several blocks and every queue id comes back.
    static func manyDays() throws -> [String] {
        let lines = try lines()
        return (1...16).flatMap { day in
            let date = day < 10 ? " \(day)" : "\(day)"
            return lines.map { "Nov \(date)" + $0.dropFirst(6) }
        }
    }

    static let queries = [
        "messages", "deliveries", "recipients", "sessions", "messages | count by outcome, origin",
        "deliveries | select file, line, raw, from, attempt | drop file, line",
    ]

    /// The queue id that a line is about.
    static func queueID(_ line: some StringProtocol) -> String? {
        let words = line.split(separator: " ", maxSplits: 6)
        guard words.count > 5, words[5].hasSuffix(":"), words[4].hasSuffix(":") else { return nil }
        let id = words[5].dropLast()
        return id.count >= 6 && id != "NOQUEUE" && id.allSatisfy { $0.isLetter || $0.isNumber }
            && id.contains(where: \.isNumber) ? String(id) : nil
    }

    // MARK: What Postfix's own collate.pl says

    /// The lines of each message: those with its id, and those of its sessions and connections.
    static func transactions(_ blocks: [[String]]) -> [String: Set<String>] {
        var transactions: [String: Set<String>] = [:]
        for block in blocks {
            // A child's block in collate.pl begins with its parent's line.
            guard let id = block.compactMap({ queueID($0) }).last else { continue }
            transactions[id, default: []].formUnion(
                block.filter { queueID($0) == nil || queueID($0) == id })
        }
        return transactions
    }

    @Test("trace gives each message the lines that collate.pl gives it")
    func agreesWithCollate() throws {
        let log = TestLog([("maillog", try MessageTests.lines())])
        defer { log.remove() }
        let answer = log.rows("trace /./").split(separator: "").map(Array.init)
        let ours = MessageTests.transactions(answer)
        let blocks = try MessageTests.text("postfix-3.7.11.collated").split(separator: "\n\n").map {
            $0.split(separator: "\n").map(String.init)
        }
        #expect(blocks.count == 61)
        let theirs = MessageTests.transactions(blocks)
        #expect(theirs.count == 53)
        #expect(ours.count == 59)
        for (id, lines) in theirs {
            let mine = try #require(ours[id], "\(id)").subtracting(["+++ not finished +++"])
            #expect(lines.subtracting(mine) == [], "\(id)")
            // Two things collate.pl leaves out: what `virtual` warns of, and tags of another syslog_name.
            let more = mine.subtracting(lines).filter {
                !$0.contains("postfix/virtual[") && !$0.contains(" mx1-out/")
            }
            #expect(more == [], "\(id)")
        }
    }

    // MARK: What must not matter

    @Test("any cut of a log into files gives the same rows", arguments: 0..<6)
    func cuts(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let lines = try MessageTests.lines()
        let whole = TestLog([("maillog", lines)])
        defer { whole.remove() }
        let cuts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            Int.random(in: 1..<lines.count, using: &random)
        }
        let edges = [0] + Set(cuts).sorted() + [lines.count]
        var parts: [(name: String, lines: [String])] = []
        for (place, edge) in edges.dropLast().enumerated() {
            // The oldest rotation has the greatest number.
            parts.append(("maillog.\(edges.count - place)", Array(lines[edge..<edges[place + 1]])))
        }
        let cut = TestLog(parts)
        defer { cut.remove() }
        for query in MessageTests.queries { #expect(cut.rows(query) == whole.rows(query), "\(query)") }
    }

    @Test("blocks and threads do not matter", arguments: queries)
    func threads(_ query: String) throws {
        var log = TestLog([("maillog", try MessageTests.manyDays())])
        defer { log.remove() }
        let rows = log.rows(query)
        #expect(rows.count > 4)
        log.threads = 4
        #expect(log.rows(query) == rows)
    }

    @Test("a queue id that comes back is another message each time")
    func generations() throws {
        let once = TestLog([("maillog", try MessageTests.lines())])
        let often = TestLog([("maillog", try MessageTests.manyDays())])
        defer {
            once.remove()
            often.remove()
        }
        let query = "messages | filter end_seen=true | count by outcome, origin | sort outcome, origin"
        let expected = once.rows(query).map { row -> String in
            guard let count = Int(row.split(separator: "\t").last ?? "") else { return row }
            return row.split(separator: "\t").dropLast().joined(separator: "\t") + "\t\(count * 16)"
        }
        #expect(often.rows(query) == expected)
    }

    @Test("interleaving two hosts changes nothing", arguments: 0..<4)
    func interleaving(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let first = try MessageTests.lines()
        let second = first.map { $0.replacing(" mx1 ", with: " mx2 ") }
        var mixed: [String] = []
        var (a, b) = (0, 0)
        while a < first.count || b < second.count {
            // Two logs that were written side by side.
            if b == second.count || a < first.count && a - b < 20 && Bool.random(using: &random)
                || b - a >= 20
            {
                mixed.append(first[a])
                a += 1
            } else {
                mixed.append(second[b])
                b += 1
            }
        }
        let apart = TestLog([("maillog-1", first), ("maillog-2", second)])
        let together = TestLog([("maillog", mixed)])
        defer {
            apart.remove()
            together.remove()
        }
        for query in ["messages", "deliveries", "recipients", "sessions"] {
            #expect(together.rows(query).sorted() == apart.rows(query).sorted(), "\(query)")
        }
    }

    @Test("without the first half of the log, births that it held are not seen", arguments: [100, 281, 500])
    func truncation(_ start: Int) throws {
        let lines = Array(try MessageTests.lines()[start...])
        let log = TestLog([("maillog", lines)])
        defer { log.remove() }
        let rows = log.rows("messages | select queue_id, birth_seen").dropFirst()
        #expect(!rows.isEmpty)
        for row in rows {
            let cells = row.split(separator: "\t").map(String.init)
            let births = [
                ": \(cells[0]): client=", ": \(cells[0]): uid=", "\(cells[0])@mx1", "as \(cells[0])",
            ]
            let isBorn = lines.contains { line in births.contains { line.contains($0) } }
            #expect(cells[1] == "\(isBorn)", "\(cells[0])")
        }
    }

    // MARK: What is asked for

    @Test(
        "a filter on queue id or host behind the rows is tested on the lines, and changes nothing",
        arguments: ["messages", "deliveries", "recipients"])
    func pushedFilters(_ stage: String) throws {
        let log = TestLog([("maillog", try MessageTests.lines())])
        defer { log.remove() }
        let ids = Set(try MessageTests.lines().compactMap { MessageTests.queueID($0) }).sorted()
        #expect(ids.count == 59)
        let columns =
            stage == "messages"
            ? " | drop children, parent_queue_id, parent_kind, message_id" : " | drop message_id"
        for id in ids {
            // A condition that is no comparison stays behind the rows.
            let kept = log.rows("\(stage) | filter queue_id ~ /^\(id)$/\(columns)")
            #expect(log.rows("\(stage) | filter queue_id=\(id)\(columns)") == kept, "\(id)")
        }
        #expect(log.rows("\(stage) | filter host=mx1") == log.rows(stage))
        #expect(log.rows("\(stage) | filter host=mx2").count == 1)
    }

    @Test("what does not fit into memory comes out unfinished, and that is said")
    func memory() throws {
        var log = TestLog([("maillog", try MessageTests.lines())])
        defer { log.remove() }
        let ids = log.rows("messages | filter lines > 0 | select queue_id").count
        log.memory = 20_000
        let answer = log.answer("messages | select queue_id, end_seen")
        #expect(answer.rows.count >= ids)
        #expect(answer.notes.contains { $0.contains("were dropped before their end") })
        log.threads = 4
        #expect(log.answer("messages | select queue_id, end_seen").rows == answer.rows)
    }

    @Test(
        "what no table can follow does no harm",
        arguments: [
            "\u{0}\u{1}", "Nov 23 16:39:34 mx1 postfix/qmgr[1]: ABCDEF: removed",
            "Nov 23 16:39:34 mx1 postfix/bounce[1]: ABCDEF: sender non-delivery notification: ABCDEF",
            "Nov 23 16:39:34 mx1 postfix/bounce[1]: ABCDEF: sender non-delivery notification: ",
            "Nov 23 16:39:34 mx1 postfix/pickup[1]: ABCDEF: uid=0 from=<> orig_id=ABCDEF",
            "Nov 23 16:39:34 mx1 postfix/smtpd[1]: ABCDEF: client=x[1.2.3.4], orig_queue_id=ABCDEF",
            "Nov 23 16:39:34 mx1 postfix/smtp[1]: ABCDEF: to=<>, relay=none, delay=1, delays=1/0/0/0, dsn=2.0.0, "
                + "status=sent (250 2.0.0 Ok: queued as ABCDEF)",
            "Nov 23 16:39:34 mx1 postfix/smtp[1]: ABCDEF: to=<>, relay=none, delay=1, status= ()",
            "Nov 23 16:39:34 mx1 postfix/smtpd[99999999999999999999]: connect from x[1.2.3.4]",
            "Nov 23 16:39:34 mx1 postfix/smtpd: disconnect from x[1.2.3.4]",
        ])
    func hostile(_ line: String) throws {
        let log = TestLog([("maillog", [line] + TestLog.lines + [line, line])])
        defer { log.remove() }
        for query in ["messages", "deliveries", "recipients", "sessions", "trace ABCDEF"] {
            let answer = log.answer(query)
            #expect(answer.failure == nil)
            #expect(answer.diagnostics == [])
        }
        #expect(
            log.rows("messages | filter queue_id=B0A9DF8A113 | select outcome") == ["outcome", "delivered"])
    }
}
