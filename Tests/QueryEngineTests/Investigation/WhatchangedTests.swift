import MailLog
import Testing

@testable import QueryEngine

@Suite("whatchanged")
struct WhatchangedTests {
    /// What was planted, and a condition that the first cause must have.
    static let causes: [(cause: PlantedLog.Cause, condition: String)] = [
        (.compromisedAccount, "sasl_username=user3"), (.deadRelay, "to_domain=big.example"),
        (.blockingRule, "blocked using"), (.retriedMessage, "queue_id=3BADF00D1"),
    ]

    private func rows(_ log: PlantedLog, _ query: String, threads: Int = 1) -> TestLog.Answer {
        var test = TestLog([("maillog", log.lines())])
        defer { test.remove() }
        test.threads = threads
        return test.answer(query)
    }

    @Test(
        "names what was planted first, and when it began", arguments: causes.indices, [1, 2, 3] as [UInt64])
    func namesCause(_ place: Int, _ seed: UInt64) throws {
        let (cause, condition) = WhatchangedTests.causes[place]
        let log = PlantedLog(seed: seed, cause: cause)
        let answer = rows(log, "whatchanged | filter what in (moment, cause, within)")
        let lines = answer.rows.dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        try #require(lines.count >= 2, "\(answer.rows) \(answer.notes)")
        // The moment is found to within some hours; the planted start is 11 November, 10:37.
        let moment = String(lines[0][5])
        #expect(moment >= "2026-11-11T08:00" && moment <= "2026-11-11T19:00", "\(moment)")
        let first = lines[1...].prefix { line in line[0] == "cause" || line[0] == "within" }
        let chain = first.prefix(1) + first.dropFirst().prefix { $0[0] == "within" }
        #expect(chain.contains { $0[1].contains(condition) }, "\(answer.rows.joined(separator: "\n"))")
    }

    @Test("says that nothing stands out where nothing was planted", arguments: 1...20 as ClosedRange<UInt64>)
    func isQuiet(_ seed: UInt64) {
        let answer = rows(PlantedLog(seed: seed), "whatchanged")
        #expect(answer.rows.count == 1, "\(answer.rows.joined(separator: "\n"))")
        #expect(answer.notes.contains { $0.hasPrefix("nothing stands out") })
    }

    @Test("between two quiet weeks, nothing stands out either", arguments: 1...5 as ClosedRange<UInt64>)
    func quietWeeks(_ seed: UInt64) {
        let answer = rows(
            PlantedLog(seed: seed), "whatchanged 2026-11-02..2026-11-08 with 2026-11-09..2026-11-15")
        #expect(answer.rows.count == 1, "\(answer.rows.joined(separator: "\n"))")
    }

    @Test("gives the same for one thread and for several, and all that it gives can be asked")
    func isSound() throws {
        var test = TestLog([("maillog", PlantedLog(seed: 7, cause: .deadRelay).lines())])
        defer { test.remove() }
        let rows = test.rows("whatchanged at 2026-11-12")
        test.threads = 5
        #expect(test.rows("whatchanged at 2026-11-12") == rows)
        for row in rows.dropFirst(2) {
            let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let query = cells[6].replacing("\\\\", with: "\\")
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
