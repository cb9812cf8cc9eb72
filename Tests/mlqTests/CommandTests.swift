import Foundation
import Testing

@Suite("The command")
struct CommandTests {
    static let log = "Tests/Data/postfix-3.7.11.maillog"

    @Test("a one-liner over a file, standard input and a gzipped pipe gives one answer")
    func waysIn() throws {
        let query = "filter process=smtp | groupby day | count"
        let answer = "day\tcount\n2026-11-23\t104\n"
        #expect(try Program.run(["-e", query, CommandTests.log]).output == answer)
        let text = try String(
            contentsOf: Program.root.appendingPathComponent(CommandTests.log), encoding: .utf8)
        #expect(try Program.run(["--year", "2026", "-e", query], input: text).output == answer)
        #expect(
            try Program.shell("gzip -c \(CommandTests.log) | mlq --year 2026 -e '\(query)'").output == answer)
    }

    @Test("processes are told apart however many there are", arguments: ["1", "4"])
    func manyProcesses(threads: String) throws {
        let lines = (0..<6000).map { "Nov 23 16:39:34 mx1 p\($0 % 3000)[1]: said \($0)\n" }.joined()
        let run = { (query: String) in
            try Program.run(["--year", "2026", "--threads", threads, "-e", query], input: lines).output
        }
        #expect(try run("count by process | filter count=2 | count") == "count\n3000\n")
        // The last of those are not among the tags that a decoder keeps.
        #expect(
            try run("filter process in (p7, p1023, p1024, p2999) | count by process")
                == "process\tcount\np1023\t2\np1024\t2\np2999\t2\np7\t2\n")
        #expect(try run("filter process!=p2999 and process!=p7 | count") == "count\n5996\n")
    }

    @Test("lines that a filter keeps come out as they are")
    func lines() throws {
        let mine = try Program.run(["-e", "filter status=deferred", CommandTests.log])
        let grep = try Program.shell("grep status=deferred \(CommandTests.log)")
        #expect(mine.output == grep.output)
        #expect(!mine.output.isEmpty)
    }

    /// Arguments, exit status, and what the message must say.
    static let statuses: [(arguments: [String], status: Int32, message: String)] = [
        (["-e", "count", log], 0, ""),
        (["-e", "filter statsu=deferred", log], 2, "did you mean 'status'?"),
        (["-e", "count", "/nonexistent/maillog"], 3, "No such file"),
        (["-e", "count", "/nonexistent/maillog", log], 3, "No such file"),
        (["--exit-empty", "-e", "filter process=nosuch", log], 1, ""),
        (["--exit-empty", "-e", "count", log], 0, ""),
        (["--strict", "-e", "count", "Package.swift"], 3, "no time stamp"),
        (["--nonsense"], 2, "nonsense"),
        (["-o", "xml", "-e", "count", log], 2, "no output format 'xml'"),
        (["--threads", "0", "-e", "count", log], 2, "between 1 and 256"),
        (["--year", "0", "-e", "count", log], 2, "between 1970 and 9999"),
        (["--year", "99999", "-e", "count", log], 2, "between 1970 and 9999"),
        (["filter process=smtp", log], 2, "-e"),
        (["chekc", log], 2, "check"),
        (["check", "Examples/step5-retries.mlq"], 0, ""),
        (["check", "Tests/Data/postfix-3.7.11.maillog"], 2, "error"),
        (["-e", "filter day=2020-01-01 | count", log], 0, "the logs go from 2026-11-23T16:39:01"),
        (["help", "top"], 0, ""), (["help", "nonsuch"], 2, "no help"), (["--version"], 0, ""),
        (["--help"], 0, ""), (["help", "--since"], 0, ""), (["help", "since"], 0, ""),
        (["help", "-F"], 0, ""),
        (["-otsv", "-ecount", log], 0, ""), (["-oxml", "-e", "count", log], 2, "no output format 'xml'"),
        (["fmt", "--check", "Examples/step3-days.mlq"], 0, ""),
        (["-e", "filter \u{1b}[31mx=1", log], 2, "found '\\x1b'"),
        (["-o", "x\u{7}", "-e", "count", log], 2, "no output format 'x\\x07'"),
    ]

    @Test(arguments: statuses.indices)
    func exitStatus(_ index: Int) throws {
        let (arguments, status, message) = CommandTests.statuses[index]
        let outcome = try Program.run(arguments)
        #expect(outcome.status == status, "\(arguments): \(outcome.error)")
        #expect(message.isEmpty ? outcome.error.isEmpty : outcome.error.contains(message), "\(outcome.error)")
    }

    @Test(
        "a silence that is long for the log is said, one that comes every night is not",
        arguments: [
            ([14: 7 * 3600], "nothing was logged for 7h 00m from 2012-12-26T00:23:19 on ("),
            ([14: 7 * 3600, 12: 3600], nil), ([10: 9 * 3600, 12: 9 * 3600, 13: 10 * 3600], nil),
            ([3: 59 * 60], nil),
        ] as [([Int: Int], String?)])
    func silence(after hundreds: [Int: Int], said: String?) throws {
        var log = ""
        var time = 0
        for number in 1...2000 {
            let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
            let clock = "\(two(time / 3600 % 24)):\(two(time / 60 % 60)):\(two(time % 60))"
            log += "Dec \(26 + time / 86_400) \(clock) mx1 postfix/qmgr[1]: line \(number)\n"
            time += 1 + (number % 100 == 0 ? hundreds[number / 100] ?? 0 : 0)
        }
        let scratch = try Scratch()
        let path = try scratch.write(log, to: "maillog")
        for threads in ["1", "4"] {
            let options = ["--year", "2012", "--threads", threads]
            let outcome = try Program.run(options + ["-e", "count by hour", path])
            #expect(outcome.error == (said.map { "mlq: \($0)\(path):1401)\n" } ?? ""))
            // Where lines are passed over, and where times do not matter, nothing is said of them.
            for query in ["filter \"99\" | count by day", "count by process", "head 1"] {
                #expect(try Program.run(options + ["-e", query, path]).error == "")
            }
        }
    }

    @Test("on a terminal the answer is a table, and no log text reaches it raw")
    func terminal() throws {
        let scratch = try Scratch()
        let line = "2026-03-29T03:00:01Z mx1 postfix/smtpd[1]: helo \u{1b}]0;owned\u{7}\u{9b}2J\u{202e}x\r\n"
        let log = try scratch.write(line, to: "maillog")
        for query in ["filter process=smtpd", "select process, text", "values text"] {
            for format in ["", "-o raw", "-o tsv", "-o csv", "-o md", "-o json", "-o jsonl", "-o table"] {
                let outcome = try Program.shell(
                    "script -qec \"mlq \(format) --color never -e '\(query)' \(log)\" /dev/null"
                )
                #expect(outcome.output.contains("owned"), "\(query) \(format): \(outcome.output)")
                let raw = outcome.output.unicodeScalars.filter { scalar in
                    scalar.value < 32 && scalar != "\n" && scalar != "\r" && scalar != "\t"
                        || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x202E
                }
                #expect(raw.isEmpty, "\(query) \(format): \(outcome.output.debugDescription)")
            }
        }
        let table = try Program.shell(
            "script -qec \"mlq -e 'count by process' \(CommandTests.log)\" /dev/null")
        #expect(table.output.contains("process") && table.output.contains("qmgr              172"))
    }

    @Test("the bytes of all lines are those of the log, whatever ends them")
    func bytes() throws {
        let scratch = try Scratch()
        let line = "Dec 26 10:00:00 h p[1]: x"
        for text in [
            "\(line)\n\(line)\n", "\(line)\n\(line)", "\(line)\r\n\(line)\r\n", "\(line)\n\n\r\n\(line)\r",
        ] {
            let log = try scratch.write(text, to: "maillog")
            let copy = try scratch.write(text.replacingOccurrences(of: " x", with: " y"), to: "other")
            let sum = { (query: String, input: String) in
                try Program.shell(
                    "\(input.isEmpty ? "" : input + " | ")mlq --year 2012 --no-header -e '\(query)' \(input.isEmpty ? "\(log) \(copy)" : "-")"
                ).output
            }
            let expected = "\(text.utf8.count)\n"
            for query in ["stats sum(bytes)", "filter true | stats sum(bytes)"] {
                #expect(try sum(query, "cat \(log)") == expected, "\(text.debugDescription)")
                #expect(try sum(query, "gzip -c \(log)") == expected, "\(text.debugDescription)")
                #expect(
                    try sum(query, "") == "\(text.utf8.count * 2)\n", "\(text.debugDescription)")
            }
        }
    }

    @Test("scripts import what stands beside them, and -D sets their parameters")
    func scripts() throws {
        let scratch = try Scratch()
        try scratch.write("param p = smtp\nlet mine = filter process={p}\n", to: "common.mlq")
        let main = try scratch.write(
            "import \"common.mlq\"\ntitle \"Lines of {p}\"\nmine | count\n", to: "main.mlq")
        #expect(try Program.run([main, CommandTests.log]).output == "# Lines of smtp\ncount\n104\n")
        #expect(
            try Program.run(["-D", "p=qmgr", main, CommandTests.log]).output
                == "# Lines of qmgr\ncount\n172\n")
        #expect(try Program.run(["-D", "q=1", main, CommandTests.log]).status == 2)
    }

    @Test(
        "a log whose program to unpack it is missing is said, and left out",
        arguments: ["xz", "bzip2", "zstd"])
    func missingProgram(name: String) throws {
        let magic: [String: [UInt8]] = [
            "xz": [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4], "bzip2": Array("BZh91AY&SY".utf8),
            "zstd": [0x28, 0xB5, 0x2F, 0xFD, 4, 0, 1, 0],
        ]
        let path = NSTemporaryDirectory() + "mlq-missing-\(ProcessInfo.processInfo.processIdentifier).\(name)"
        try Data(magic[name] ?? []).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let outcome = try Program.run(
            ["-e", "count", path, CommandTests.log], environment: ["PATH": "/nonexistent"])
        #expect(
            outcome.error
                == "mlq: \(path) is compressed with \(name), and the program '\(name)' is not here\n")
        #expect(
            outcome.output
                == "count\n\(try Program.run(["-e", "count", "--no-header", CommandTests.log]).output)")
        #expect(outcome.status == 3)
    }

    @Test(
        "a log that is cut off is said, once, and the rest is answered",
        arguments: ["count", "trace /status=sent/ | count", "union (count) | count", "messages | count"])
    func cutOff(_ query: String) throws {
        let scratch = try Scratch()
        let path = scratch.path("maillog.gz")
        _ = try Program.shell("gzip -c \(CommandTests.log) | head -c 6000 > \(path)")
        let outcome = try Program.run(["--year", "2026", "-e", query, path])
        #expect(outcome.error == "mlq: \(path) is cut off: its compressed data ends too early\n")
        #expect(outcome.output.split(separator: "\n").count == 2)
        #expect(outcome.status == 3)
    }

    @Test("more logs are open at once than a process may have at first")
    func manyLogs() throws {
        let outcome = try Program.shell(
            "d=$(mktemp -d); trap 'rm -r $d' EXIT; ulimit -S -n 40; i=0; "
                + "while [ $i -lt 100 ]; do i=$((i+1)); "
                + "echo \"Nov 23 16:39:34 mx1 postfix/smtp[1]: line $i\" > $d/maillog.$i; done; "
                + "mlq --no-header -e count $d/maillog.*")
        #expect(outcome.output == "100\n")
        #expect(outcome.error == "" && outcome.status == 0)
    }

    @Test("`| head` ends it quietly")
    func brokenPipe() throws {
        let outcome = try Program.shell(
            "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat \(CommandTests.log); done | "
                + "{ mlq -e 'filter process!=nosuch'; echo $? >&2; } | head -1")
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(outcome.error == "0\n")
    }

    @Test("an interrupt ends it with status 130 and what was seen so far")
    func interrupt() throws {
        let process = Process()
        process.executableURL = Program.directory.appendingPathComponent("mlq")
        process.arguments = ["--year", "2026", "-e", "filter process=smtp | count"]
        let input = Pipe()
        let output = Pipe()
        let error = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let text = try Data(contentsOf: Program.root.appendingPathComponent(CommandTests.log))
        try input.fileHandleForWriting.write(contentsOf: text)
        // Long enough for the lines to be read; the pipe stays open, so that the query cannot end by itself.
        Thread.sleep(forTimeInterval: 1)
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(process.terminationReason == .exit)
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "count\n104\n")
        #expect(
            String(decoding: error.fileHandleForReading.availableData, as: UTF8.self).contains("interrupted"))
    }
}
