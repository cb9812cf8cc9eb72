import MailLog
import Testing

@testable import QueryEngine

@Suite("whatchanged")
struct WhatchangedTests {
    /// What was planted, and a condition that the first row must have.
    static let causes: [(cause: PlantedLog.Cause, conditions: [String])] = [
        (.compromisedAccount, ["sasl_username=user3"]), (.deadRelay, ["to_domain=big.example"]),
        (.blockingRule, ["blocked using"]), (.retriedMessage, ["queue_id=3BADF00D1"]),
        (.spamWave, ["client_net=203.0.113.0/24"]),
        (
            .listLoop,
            [
                "team-owner@home.example", "crew-bounces@alpha.example", "team@home.example",
                "crew@alpha.example",
            ]
        ),
        (.slowDisk, ["delay_b>="]),
    ]

    private func rows(_ log: PlantedLog, _ query: String, threads: Int = 1) -> TestLog.Answer {
        var test = TestLog([("maillog", log.lines())])
        defer { test.remove() }
        test.threads = threads
        return test.answer(query)
    }

    @Test(
        "names what was planted in the first row, and when it began", arguments: causes.indices,
        1...5 as ClosedRange<UInt64>)
    func namesCause(_ place: Int, _ seed: UInt64) throws {
        let (cause, conditions) = WhatchangedTests.causes[place]
        // On 10 to 12 November, at any hour; the last day is half there.
        let hour = Int(seed) * 7 % 24
        let day = 8 + Int(seed) % 3
        var log = PlantedLog(seed: seed, cause: cause)
        (log.start, log.end) = (day * 1440 + hour * 60 + 37, 14 * 1440 - 700)
        let answer = rows(log, "whatchanged | filter what in (moment, cause, within)")
        let lines = answer.rows.dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        try #require(lines.count >= 2, "\(answer.rows) \(answer.notes)")
        // When little is logged, the moment is found to within some hours only.
        let moment = lines[0][5]
        let found = try #require(
            Int(moment.dropFirst(8).prefix(2)).flatMap { day in
                Int(moment.dropFirst(11).prefix(2)).map { (day - 2) * 24 + $0 }
            })
        #expect((-8...16).contains(found - day * 24 - hour), "\(moment), planted on day \(day) at \(hour)")
        #expect(
            lines[1][0] == "cause" && conditions.contains { lines[1][1].contains($0) },
            "\(answer.rows.joined(separator: "\n"))")
    }

    @Test("names the login first, though its clients have more lines: connects and disconnects know no login")
    func namesLoginFirst() {
        let rows = rows(
            PlantedLog(seed: 5, cause: .compromisedAccount),
            "whatchanged | filter what in (cause, within) | select what, condition"
        ).rows
        #expect(
            rows.dropFirst().prefix(2) == [
                "cause\tsasl_username=user3", "within\tclient_net=203.0.113.0/24",
            ])
        #expect(rows.contains("cause\tclient_net=203.0.113.0/24"), "what no message has is told too")
    }

    @Test("says that nothing stands out where nothing was planted", arguments: 1...20 as ClosedRange<UInt64>)
    func isQuiet(_ seed: UInt64) {
        // Whole days, or a last day of which a part is there.
        let log = PlantedLog(seed: seed, end: 14 * 1440 - (seed % 2 == 0 ? 0 : Int(seed) * 67 % 1440))
        let answer = rows(log, "whatchanged")
        #expect(answer.rows.count == 1, "\(answer.rows.joined(separator: "\n"))")
        #expect(answer.notes.contains { $0.hasPrefix("nothing stands out") })
    }

    @Test("over deliveries too, names what was planted", arguments: causes.indices)
    func namesCauseOfDeliveries(_ place: Int) throws {
        let (cause, conditions) = WhatchangedTests.causes[place]
        // What a rule rejects is never delivered.
        if cause == .blockingRule { return }
        let answer = rows(PlantedLog(seed: 11, cause: cause), "deliveries | whatchanged")
        #expect(
            answer.rows.contains { row in conditions.contains { row.contains($0) } },
            "\(answer.rows.joined(separator: "\n"))")
        #expect(answer.rows.dropFirst().allSatisfy { $0.contains("\tdeliveries | filter ") })
    }

    @Test(
        "over the deliveries of a log without an incident, nothing stands out",
        arguments: 1...5 as ClosedRange<UInt64>)
    func isQuietInDeliveries(_ seed: UInt64) {
        let answer = rows(PlantedLog(seed: seed), "deliveries | whatchanged")
        #expect(answer.rows.count == 1, "\(answer.rows.joined(separator: "\n"))")
    }

    @Test("between two quiet weeks, nothing stands out either", arguments: 1...5 as ClosedRange<UInt64>)
    func quietWeeks(_ seed: UInt64) {
        let answer = rows(
            PlantedLog(seed: seed), "whatchanged 2026-11-02..2026-11-08 with 2026-11-09..2026-11-15")
        #expect(answer.rows.count == 1, "\(answer.rows.joined(separator: "\n"))")
    }

    @Test(
        "gives the same for one thread and for several, and all that it gives can be asked",
        arguments: [
            "", "filter process in (smtp, qmgr) | ", "filter host=mx1 | deliveries | filter delay_b >= 0 | ",
        ])
    func isSound(_ beginning: String) throws {
        var test = TestLog([("maillog", PlantedLog(seed: 7, cause: .deadRelay).lines())])
        defer { test.remove() }
        let rows = test.rows("\(beginning)whatchanged at 2026-11-12")
        test.threads = 5
        #expect(test.rows("\(beginning)whatchanged at 2026-11-12") == rows)
        #expect(rows.count > 3)
        for row in rows.dropFirst(2) {
            let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let query = cells[6].replacing("\\\\", with: "\\")
            #expect(beginning.isEmpty || query.contains(beginning))
            let after = try #require(Double(cells[3]))
            let shown = test.rows("\(query) | filter time >= 2026-11-12 | count")
            let count = try #require(shown.last.flatMap(Double.init))
            // 12 to 15 November.
            #expect((after * 4 - count).magnitude <= max(20, 0.05 * count), "\(query): \(after) and \(count)")
        }
    }

    @Test("a sample depends on the lines, not on how they were dealt out")
    func sampleIsDeterministic() {
        let schema = Dimension.all.indices.map { $0 }
        let run = RunState(memory: 1 << 20, threads: 1)
        let worker = Worker(run: run)
        let buffer = RowBuffer(width: Dimension.all.count + 1)
        func samples(_ parts: Int) -> LineSample {
            let samples = (0..<parts).map { _ in LineSample(schema, time: Dimension.all.count, limit: 300) }
            for line in 0..<20_000 {
                worker.arena.reset()
                buffer.clear()
                buffer.slots[Dimension.all.count] = .time(Int64(line) * 1_000_000)
                buffer.slots[Dimension.place("from")] = worker.arena.text("a\(line % 97)@b.example")
                if line % 3 > 0 {
                    buffer.slots[Dimension.place("queue_id")] = worker.arena.text("4C\(line / 7)")
                }
                samples[line % parts].add(buffer.row(order: UInt64(line), worker: worker))
            }
            for other in samples.dropFirst() { samples[0].merge(other) }
            samples[0].complete()
            return samples[0]
        }
        let whole = samples(1)
        #expect(whole.count <= 300 && whole.count > 100 && whole.level > 4)
        for parts in [2, 3, 8] {
            let dealt = samples(parts)
            #expect(dealt.level == whole.level)
            #expect(dealt.times == whole.times)
        }
    }
}
