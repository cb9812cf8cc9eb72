import Foundation
import Testing

@Suite("Very many logs")
struct ManyLogsTests {
    static func line(_ number: Int) -> String {
        let time = [number / 3600, number / 60 % 60, number % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "Dec 01 \(time.joined(separator: ":")) mx1 postfix/smtp[1]: said \(number)\n"
    }

    static func logs(_ scratch: Scratch, _ count: Int, _ lines: (Int) -> [Int]) throws {
        for log in 0..<count {
            try scratch.write(lines(log).map(line).joined(), to: "mail-\(log)x.log")
        }
    }

    @Test("are read with few descriptors, in the order of time")
    func order() throws {
        let scratch = try Scratch()
        try ManyLogsTests.logs(scratch, 200) { [$0, 200 + $0, 5000 + 7 * $0] }
        let sorted = (0..<200).map { [$0, 200 + $0, 5000 + 7 * $0] }.flatMap(\.self).sorted()
        let lines = try Program.shell(
            "ulimit -n 24; mlq --year 2025 -e 'filter process=smtp' \(scratch.directory)")
        #expect(lines.output == sorted.map(ManyLogsTests.line).joined())
        #expect(!lines.error.contains("cannot"), "\(lines.error)")
    }

    @Test("that share lines count each once", arguments: [(100, 10), (70, 40), (5, 40)])
    func shared(logs: Int, step: Int) throws {
        let scratch = try Scratch()
        try ManyLogsTests.logs(scratch, logs) { Array($0 * step..<$0 * step + 2 * step) }
        let outcome = try Program.run(["--year", "2025", "--no-header", "-e", "count", scratch.directory])
        #expect(outcome.output == "\((logs + 1) * step)\n", "\(outcome.error)")
    }

    @Test("that hold the same are read once, and one message says so")
    func copies() throws {
        let scratch = try Scratch()
        // Each holds the lines of those before it.
        try ManyLogsTests.logs(scratch, 50) { Array(0...$0 / 2) }
        let outcome = try Program.run(["--year", "2025", "--no-header", "-e", "count", scratch.directory])
        #expect(outcome.output == "25\n")
        #expect(outcome.error.split(separator: "\n").count == 1)
        #expect(outcome.error.contains("(the same is true of 48 more: "), "\(outcome.error)")
    }

    @Test(
        "that have one fault get one message",
        arguments: [
            (
                "for i in $(seq 40); do printf '\\001\\000' > $i.log; done; mlq -e count .",
                "39 more: ./10.log"
            ),
            ("mlq -e count $(seq 4000)", "3999 more: 2, 3, 4, …"),
            (
                "for i in $(seq 40); do echo x | gzip | head -c 20 > $i.log.gz; done; mlq -e count .",
                "39 more: "
            ),
            ("echo x > a; mlq -e count a $(yes a | head -40)", "a was given twice"),
        ])
    func messages(command: String, message: String) throws {
        let scratch = try Scratch()
        let outcome = try Program.shell("cd \(scratch.directory); touch 1; rm 1; \(command)")
        let messages = outcome.error.split(separator: "\n").filter { !$0.contains("no time stamp") }
        #expect(messages.count == 1 && messages[0].contains(message), "\(outcome.error)")
    }
}
