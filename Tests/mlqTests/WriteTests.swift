import Foundation
import Testing

/// What the command's `write` owes to options, signals and the disk.
@Suite("Writing files", .serialized)
struct WriteTests {
    static let log = "Tests/Data/postfix-3.7.11.maillog"

    /// The names in a directory.
    private func names(_ scratch: Scratch) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.directory).sorted()
    }

    @Test(
        "an option of output holds for a file as it does for the answer",
        arguments: [
            [], ["--safe-csv"], ["--no-header"], ["--redact-key", "k"], ["--tz", "+02:00"], ["--types"],
            ["--redact-key", "k", "--no-header", "--safe-csv"],
        ])
    func options(_ options: [String]) throws {
        let scratch = try Scratch()
        let log = try scratch.write(
            ["=1+1@a.example", "b@a.example"].map {
                "Dec 26 10:00:00 h postfix/smtp[1]: 90442C9CB29: to=<\($0)>, relay=none, delay=1, "
                    + "delays=0/0/1/0, dsn=4.4.1, status=deferred (x)\n"
            }.joined(), to: "maillog")
        let query = "select time, to, relay"
        for format in ["csv", "tsv", "json", "jsonl", "md", "html"] {
            let call = ["--year", "2012"] + options
            let file = scratch.path("x.\(format)")
            // A page has a head and a foot besides.
            let shown = try Program.run(call + ["-o", format, "-e", query, log]).output
            let outcome = try Program.run(call + ["-e", "\(query) | write \"\(file)\"", log])
            let isRedacted = options.contains("--redact-key")
            #expect(outcome.error.hasPrefix("mlq: wrote 2 rows to " + (isRedacted ? "/tmp/" : "\(file)\n")))
            let written = try String(contentsOfFile: file, encoding: .utf8)
            #expect(shown.contains(written) && written.contains("a"), "\(format)")
            #expect(["md", "html"].contains(format) || shown == written, "\(format)")
        }
    }

    @Test("the shell's settings hold for files")
    func settings() throws {
        let scratch = try Scratch()
        let line = "Dec 26 10:00:00 h postfix/smtp[1]: =1\n"
        let log = try scratch.write(line, to: "maillog")
        let statements = """
            :set safe-csv on
            count by text | write "\(scratch.path("x.csv"))"
            :set no-header on
            count by text | write "\(scratch.path("y.csv"))"
            """
        let outcome = try Program.run(["--year", "2012", log], input: statements)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try String(contentsOfFile: scratch.path("x.csv"), encoding: .utf8) == "text,count\n'=1,1\n")
        #expect(try String(contentsOfFile: scratch.path("y.csv"), encoding: .utf8) == "'=1,1\n")
    }

    @Test("a signal leaves no file and nothing else", arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func signals(_ signal: Int32) throws {
        let scratch = try Scratch()
        try scratch.write("old", to: "old.csv")
        let process = Process()
        process.executableURL = Program.directory.appendingPathComponent("mlq")
        let query = "write \"\(scratch.path("{process}.csv"))\""
        process.arguments = ["--year", "2012", "--force", "-e", query, "-"]
        let input = Pipe()
        process.standardInput = input
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let lines = String(repeating: "2012-12-26T10:00:00Z h old[1]: x\n", count: 50_000)
        try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
        // It has begun when its directory is there.
        let deadline = Date().addingTimeInterval(20)
        while try names(scratch).count < 2, Date() < deadline { usleep(2000) }
        #expect(try names(scratch).count == 2)
        kill(process.processIdentifier, signal)
        if signal == SIGINT { try input.fileHandleForWriting.close() }
        process.waitUntilExit()
        #expect(process.terminationStatus == (signal == SIGINT ? 130 : signal))
        #expect(try names(scratch) == ["old.csv"])
        #expect(try String(contentsOfFile: scratch.path("old.csv"), encoding: .utf8) == "old")
    }

    @Test("a full disk and few descriptors: all files or none")
    func limits() throws {
        let scratch = try Scratch()
        let log = try scratch.write(
            (0..<9000).map { "Dec 26 10:00:00 h p[\($0 % 300)]: \($0)\n" }.joined(), to: "log/maillog")
        let write = { (limit: String, name: String) in
            try Program.shell(
                "ulimit \(limit); mlq --year 2012 -e 'write \"\(scratch.path(name))\"' \(log)")
        }
        let full = try write("-f 16", "x.csv")
        #expect(full.status == 3 && full.error.contains("x.csv: File too large"), "\(full.error)")
        #expect(try names(scratch) == ["log"])
        let few = try write("-n 24", "{pid}.csv")
        #expect(few.error == "mlq: wrote 9000 rows to 300 files\n")
        #expect(try names(scratch).count == 301)
    }

    @Test("with --follow, rows are added to a file as they come")
    func follow() throws {
        let scratch = try Scratch()
        let log = try scratch.write("Dec 26 10:00:00 h p[1]: 1\n", to: "maillog")
        let file = scratch.path("x.csv")
        let process = Process()
        process.executableURL = Program.directory.appendingPathComponent("mlq")
        process.arguments = [
            "--year", "2012", "-F", "-e", "select text | write \"\(file)\"", log,
        ]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let wait = { (text: String) in
            let deadline = Date().addingTimeInterval(20)
            let now = { try? String(contentsOfFile: file, encoding: .utf8) }
            while now() != text, Date() < deadline { usleep(2000) }
            #expect(now() == text)
        }
        wait("text\n1\n")
        let handle = try #require(FileHandle(forWritingAtPath: log))
        handle.seekToEndOfFile()
        try handle.write(contentsOf: Data("Dec 26 10:00:01 h p[1]: 2\n".utf8))
        wait("text\n1\n2\n")
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try names(scratch) == ["maillog", "x.csv"])
        wait("text\n1\n2\n")
    }

    @Test("looking at a query writes nothing: Tab, :analyze")
    func looking() throws {
        let home = try Scratch()
        let shell = try PseudoTerminal.shell(home)
        shell.type("write \"\(home.path("x.csv"))\" | filter status=\t")
        try shell.expect("sent  ")
        #expect(access(home.path("x.csv"), F_OK) != 0)
        shell.type("\u{15}")
        shell.enter("write \"\(home.path("y.csv"))\" | count")
        try shell.expect("563")
        try shell.expect("mlq> ")
        shell.enter(":analyze")
        try shell.expect("lines looked at")
    }
}
