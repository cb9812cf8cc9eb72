import Foundation
import Testing

/// FIFOs, sockets, devices and links where files are expected: nothing hangs, and whatever waits can be ended.
@Suite("Special files")
struct SpecialFileTests {
    private static let line = "Nov 23 16:39:34 mx1 postfix/smtp[1]: A00001: host said 1\n"

    /// A directory `logs` with one log, `mail.info`, among what is none.
    private static func scratch() throws -> Scratch {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.path("logs/mail.d"), withIntermediateDirectories: true)
        _ = try scratch.write(line, to: "logs/mail.info")
        for name in ["logs/mail.log", "script.mlq", "case.mlqt", "config/mlq/config", "state/mlq/history"] {
            let directory = (scratch.path(name) as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            #expect(mkfifo(scratch.path(name), 0o600) == 0)
        }
        symlink("/dev/zero", scratch.path("logs/mail.zero"))
        symlink("/dev/null", scratch.path("logs/mail.null"))
        return scratch
    }

    /// A command line in the scratch directory; it is killed after 20 s.
    private static func run(_ command: String, in scratch: Scratch) throws -> Program.Outcome {
        try Program.shell("cd \(scratch.directory) && timeout -s KILL 20 sh -c '\(command)'")
    }

    @Test("a directory is read without them, with a message", arguments: ["logs", "\"logs/mail*\""])
    func directory(_ name: String) throws {
        let outcome = try SpecialFileTests.run("mlq -e count \(name)", in: SpecialFileTests.scratch())
        #expect(outcome.output == "count\n1\n")
        #expect(outcome.status == 0)
        #expect(
            outcome.error.split(separator: "\n").sorted() == [
                "mlq: logs/mail.log is skipped: it is a FIFO, not a file",
                "mlq: logs/mail.zero is skipped: it is a device, not a file",
            ])
    }

    @Test(
        "a FIFO that is named is read when its writer comes",
        arguments: [
            ("mlq -e count logs/mail.log", "logs/mail.log", line),
            (
                #"mlq -F -e "filter process=smtp | extend count=1 | select count" logs/mail.log"#,
                "logs/mail.log", line
            ),
            ("mlq script.mlq logs/mail.info", "script.mlq", "count\n"),
            ("mlq -f script.mlq logs/mail.info", "script.mlq", "count\n"),
            (
                #"mlq -e "filter process in @\"logs/mail.log\" | count" logs/mail.info"#, "logs/mail.log",
                "smtp\n"
            ),
        ])
    func writer(_ command: String, _ fifo: String, _ text: String) throws {
        let scratch = try SpecialFileTests.scratch()
        _ = try scratch.write(text, to: "text")
        let outcome = try SpecialFileTests.run("(sleep 0.2; cat text > \(fifo)) & \(command)", in: scratch)
        #expect(outcome.output == "count\n1\n")
        #expect(outcome.error == "" && outcome.status == 0)
    }

    @Test(
        "a long wait for the writer of a FIFO is reported once",
        arguments: ["mlq -e count logs/mail.log", "mlq -e describe logs/mail.log"])
    func announcement(_ command: String) throws {
        let scratch = try SpecialFileTests.scratch()
        let outcome = try SpecialFileTests.run("timeout -s INT 2.5 \(command)", in: scratch)
        #expect(
            outcome.error.components(separatedBy: "mlq: waiting for a writer of logs/mail.log\n").count == 2)
    }

    @Test("each kind of line end ends the header of a lookup table", arguments: ["\r", "\n", "\r\n"])
    func lineEnds(_ end: String) throws {
        let scratch = try SpecialFileTests.scratch()
        _ = try scratch.write("process,team\(end)smtp,out\nqmgr,queue\n", to: "teams.csv")
        let outcome = try SpecialFileTests.run(
            #"mlq -e "lookup \"teams.csv\" on process | count by team" logs/mail.info"#, in: scratch)
        #expect(outcome.output == "team\tcount\nout\t1\n")
    }

    @Test(
        "whatever waits for the writer of a FIFO is ended by a signal",
        arguments: [
            "mlq -e count logs/mail.log", "mlq -F -e count logs/mail.log", "mlq -e files logs/mail.log",
            "mlq script.mlq logs/mail.info", "mlq check script.mlq", "mlq fmt script.mlq",
            "mlq test case.mlqt",
            #"mlq -e "lookup \"logs/mail.log\" on process" logs/mail.info"#,
            #"mlq -e "import \"logs/mail.log\"" logs/mail.info"#,
            #"mlq -e "filter process in @\"logs/mail.log\"" logs/mail.info"#,
            #"mlq --redact-key @script.mlq -e count logs/mail.info"#,
        ], ["INT", "TERM"])
    func signals(_ command: String, _ signal: String) throws {
        let outcome = try SpecialFileTests.run(
            "timeout -s \(signal) 0.3 \(command)", in: SpecialFileTests.scratch())
        #expect(outcome.status == 124)
    }

    @Test(
        "what would never end is refused",
        arguments: [
            ("mlq -e count /dev/zero", "/dev/zero cannot be opened: it is a device"),
            ("mlq -e files - < /dev/zero", "standard input cannot be opened: it is a device"),
            (#"mlq -e "lookup \"/dev/zero\" on process" logs/mail.info"#, "it is a device, not a file"),
            ("mlq fmt /dev/random", "it is a device, not a file"),
        ])
    func endless(_ command: String, _ reason: String) throws {
        let outcome = try SpecialFileTests.run(command, in: SpecialFileTests.scratch())
        #expect([2, 3].contains(outcome.status))
        #expect(outcome.error.contains(reason), "\(outcome.error)")
    }

    // MARK: The shell

    private static func shell(_ scratch: Scratch, config: String = "none") throws -> PseudoTerminal {
        try PseudoTerminal.shell(
            scratch, [scratch.path("logs/mail.info")],
            environment: ["XDG_STATE_HOME": scratch.path("state"), "XDG_CONFIG_HOME": scratch.path(config)])
    }

    @Test("in the shell Ctrl-C ends what waits and gives the prompt back")
    func interrupt() throws {
        let scratch = try SpecialFileTests.scratch()
        let shell = try SpecialFileTests.shell(scratch)
        let fifo = scratch.path("logs/mail.log")
        shell.enter(":open \(scratch.path("logs"))")
        try shell.expect("mail.log is skipped")
        try shell.expect("mlq> ")
        for command in [":open \(fifo)", "lookup \"\(fifo)\" on process", ":run \(fifo)"] {
            shell.enter(command)
            usleep(200_000)
            shell.type("\u{3}")
            try shell.expect("mlq> ", seconds: 5)
            // The logs of before stay open.
            shell.enter("files | select lines")
            try shell.expect("lines")
            try shell.expect("mlq> ")
        }
        shell.enter(":quit")
        #expect(try shell.end() == 0)
    }

    @Test("Ctrl-C ends a query that waits for the FIFO with which the shell was started")
    func interruptAtStart() throws {
        let scratch = try SpecialFileTests.scratch()
        let shell = try PseudoTerminal(["--no-config", scratch.path("logs/mail.log")])
        for command in ["", "count"] {
            shell.enter(command)
            usleep(200_000)
            shell.type("\u{3}")
            try shell.expect("mlq> ", seconds: 5)
        }
        shell.enter(":quit")
        #expect(try shell.end() == 0)
    }

    @Test("SIGTERM and SIGHUP end a shell that waits", arguments: [SIGTERM, SIGHUP])
    func terminate(_ signal: Int32) throws {
        let scratch = try SpecialFileTests.scratch()
        let shell = try SpecialFileTests.shell(scratch)
        shell.enter(":open \(scratch.path("logs/mail.log"))")
        usleep(200_000)
        shell.signal(signal)
        #expect(try shell.end(seconds: 10) == 128 + signal)
    }

    @Test("Tab waits for no FIFO")
    func completion() throws {
        let scratch = try SpecialFileTests.scratch()
        let shell = try SpecialFileTests.shell(scratch)
        shell.type("lookup \"\(scratch.path("logs/mail.log"))\" on process | filter proc\t")
        try shell.expect("process", seconds: 5)
        shell.type("\u{3}")
        try shell.expect("mlq> ", seconds: 5)
    }

    @Test("a FIFO is read once, and all queries of the shell have its lines")
    func queries() throws {
        let scratch = try SpecialFileTests.scratch()
        let shell = try SpecialFileTests.shell(scratch)
        let fifo = scratch.path("logs/mail.log")
        let writer = Thread { try? Data(SpecialFileTests.line.utf8).write(to: URL(fileURLWithPath: fifo)) }
        writer.start()
        shell.enter(":open \(fifo)")
        for _ in 0..<2 {
            try shell.expect("mlq> ")
            shell.enter("count by process")
            try shell.expect("smtp")
        }
    }

    @Test("a settings file that is a FIFO is an error")
    func settings() throws {
        let scratch = try SpecialFileTests.scratch()
        let shell = try PseudoTerminal([], environment: ["XDG_CONFIG_HOME": scratch.path("config")])
        try shell.expect("it is a FIFO", seconds: 5)
        #expect(try shell.end() == 2)
    }

    // MARK: A reader that takes nothing

    @Test(
        "a signal ends a run whose output nobody reads",
        arguments: [
            ["-e", "filter process=smtp"], ["-F", "-e", "filter process=smtp"],
            ["-o", "csv", "-e", "sort pid"],
        ],
        [SIGINT, SIGTERM])
    func blocked(_ arguments: [String], _ signal: Int32) throws {
        let scratch = try Scratch()
        let lines = String(repeating: SpecialFileTests.line, count: 3000)
        let process = Process()
        process.executableURL = Program.directory.appendingPathComponent("mlq")
        process.arguments = arguments + [try scratch.write(lines, to: "maillog")]
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        // The pipe is full when mlq is at rest.
        usleep(700_000)
        kill(process.processIdentifier, signal)
        let deadline = Date().addingTimeInterval(10)
        while process.isRunning, Date() < deadline { usleep(10_000) }
        #expect(!process.isRunning)
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        withExtendedLifetime(output) {}
    }
}
