import Foundation
import Testing

/// What a shell owes to its terminal, to the keys and to signals.
@Suite("The shell and its terminal", .serialized)
struct ShellTerminalTests {
    @Test("a terminal may change its size; rows that are too wide turn")
    func resize() throws {
        let shell = try PseudoTerminal.shell(try Scratch())
        shell.resize(columns: 40, rows: 20)
        shell.enter(
            "filter status=sent | select time, from_domain, to, relay, delay, dsn, status, detail | head 1")
        try shell.expect("row 1")
        try shell.expect("dsn")
        shell.resize(columns: 200, rows: 20)
        shell.enter("_ | select dsn")
        try shell.expect("2.0.0")
        shell.enter(":quit")
        #expect(try shell.end() == 0)
    }

    @Test(":files is a table on a terminal of 120 columns")
    func files() throws {
        let shell = try PseudoTerminal.shell(try Scratch(), ["Examples/maillog"], columns: 120)
        shell.enter(":files")
        #expect(try !shell.expect("2013-01-06 03:21:53").contains("row 1"))
        shell.enter(":quit")
        #expect(try shell.end() == 0)
    }

    @Test(
        "a line of several rows is drawn again from its first row when the size changes",
        arguments: ["", "1"])
    func resizeWhileTyping(noColor: String) throws {
        let shell = try PseudoTerminal.shell(try Scratch(), environment: ["NO_COLOR": noColor])
        shell.type("filter process=smtp and status=sent and to=nobody@a.example.org and delay > 1 | count")
        try shell.expect("count")
        Thread.sleep(forTimeInterval: 0.2)
        shell.resize(columns: 60, rows: 20)
        let drawn = try shell.expect("mlq> filter")
        // Up, over the rows before the last.
        #expect(drawn.contains("\u{1b}[A"))
    }

    @Test(
        "no terminal is too narrow, whatever it can do",
        arguments: ["dumb", "unknown", "xterm"], [0, 1, 3])
    func narrow(term: String, columns: UInt16) throws {
        let home = try Scratch()
        let shell = try PseudoTerminal(
            ["--no-config", ShellTests.log],
            environment: ["HOME": home.directory, "TERM": term, "NO_COLOR": ""], columns: columns)
        try shell.expect("leaves.")
        Thread.sleep(forTimeInterval: 0.05)
        shell.type("filter text~日本 and process=\t\u{1}\u{5}\u{10}")
        for columns: UInt16 in [columns, 1, 80, 2, 3, 0] {
            shell.resize(columns: columns, rows: 5)
            shell.type("abc 日本\u{2}\u{2}\u{17}\u{10}")
            Thread.sleep(forTimeInterval: 0.01)
        }
        shell.type("\u{1}\u{b}:quit\r")
        #expect(try shell.end() == 0)
    }

    @Test("nothing of a script, a name or a setting acts on the terminal")
    func rawText() throws {
        let home = try Scratch()
        let evil = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}"
        let script = try home.write(
            "# \(evil)\ntitle \"\(evil)\"\nexplain filter \"\(evil)\"\nfilter \"\(evil)\" | count\n",
            to: "s.mlq")
        let wrong = try home.write("filter statsu=\"\(evil)\" | \(evil)\n", to: "\(evil).mlq")
        let log = try home.write("Dec 26 10:00:00 h p[1]: \(evil)\n", to: "\(evil).log")
        let calls = [
            ["fmt", script], ["fmt", wrong], ["fmt", "--check", wrong], ["check", wrong], ["check", evil],
            [script, log], [wrong, log], ["-o", "md", "-f", script, log], ["-o", "html", "-f", script, log],
            ["--\(evil)"], ["-o", evil], ["--tz", evil], ["--now", evil, "-e", "count", log],
            ["-D", evil, "-e", "count", log],
            ["help", evil], [evil], ["test", evil], ["--since", evil, "-e", "count", log],
            ["-e", "count", evil],
            ["-e", "write \"\(home.path(evil)).csv\"", log], ["-e", "files", log],
        ]
        for arguments in calls {
            let terminal = try PseudoTerminal(
                arguments, environment: ["HOME": home.directory, "NO_COLOR": "1"])
            _ = try terminal.end()
            expectHarmless(terminal.output, "\(arguments)")
        }
        let shell = try PseudoTerminal(
            ["--no-config", log], environment: ["HOME": home.directory, "TERM": "dumb", "NO_COLOR": "1"])
        shell.enter(":set since '2012")
        for line in [
            ":set", ":ls", ":fields", ":run \(script)", ":explain", ":save \(home.path("x"))", ":history",
        ] {
            shell.enter(line)
        }
        shell.enter(":quit")
        _ = try shell.end()
        expectHarmless(shell.output, "shell")
        // A file has its bytes.
        let text = try String(contentsOfFile: script, encoding: .utf8)
        #expect(try Program.run(["fmt", script]).output == text)
        let latin = home.path("latin.mlq")
        let bytes = Data([0x23, 0x20, 0xE9, 0x0A]) + Data("count\n".utf8)
        try bytes.write(to: URL(fileURLWithPath: latin))
        #expect(
            try Program.shell("mlq fmt \(latin) | cmp - \(latin) && mlq fmt --check \(latin)").status == 0)
    }

    private func expectHarmless(_ output: String, _ what: String) {
        let raw = output.unicodeScalars.filter { scalar in
            scalar.value < 32 && !["\n", "\r", "\t"].contains(scalar) || (0x7F...0x9F).contains(scalar.value)
                || scalar.value == 0x202E
        }
        #expect(raw.isEmpty, "\(what): \(output.debugDescription)")
    }

    @Test("after Ctrl-Z and fg the line is shown again and keys are keys")
    func stopped() throws {
        let shell = try PseudoTerminal.shell(try Scratch())
        shell.type("ount by proc")
        try shell.expect("ount by proc")
        shell.signal(SIGSTOP)
        Thread.sleep(forTimeInterval: 0.1)
        shell.cook()
        shell.signal(SIGCONT)
        try shell.expect("ount by proc")
        // To the beginning of the line, and to its end.
        shell.type("\u{1}c\u{5}ess\r")
        try shell.expect("qmgr")
    }

    @Test("Ctrl-R searches the history back and Ctrl-S forth, in statements of several lines too")
    func search() throws {
        let shell = try PseudoTerminal.shell(try Scratch())
        for statement in ["count by process |", "head 1", "count by day"] { shell.enter(statement) }
        try shell.expect("563")
        try shell.expect("mlq> ")
        // The first turns round, and finds the same.
        shell.type("\u{12}count\u{12}\u{13}\u{13}\r")
        try shell.expect("563")
        try shell.expect("mlq> ")
        shell.type("\u{12}count\u{12}\r")
        try shell.expect("qmgr")
    }

    @Test("what was entered of a statement is left with Ctrl-C or Ctrl-D, and can be brought back")
    func leaveStatement() throws {
        let shell = try PseudoTerminal.shell(try Scratch())
        for key in ["\u{3}", "\u{4}"] {
            shell.enter("filter (process=smtp")
            try shell.expect("...> ")
            shell.type(key)
            try shell.expect("mlq> ")
            shell.type("\u{10}) | count\r")
            try shell.expect("104")
            try shell.expect("mlq> ")
        }
        shell.type("\u{4}")
        #expect(try shell.end() == 0)
    }

    @Test(
        "asked to end, it leaves the terminal in order and says by which signal",
        arguments: [SIGHUP, SIGTERM, SIGQUIT])
    func signals(_ signal: Int32) throws {
        let home = try Scratch()
        for unfinished in ["count by proc", "filter status=sent |\r"] {
            let shell = try PseudoTerminal.shell(home)
            shell.enter("count")
            try shell.expect("563")
            try shell.expect("mlq> ")
            shell.type(unfinished)
            try shell.expect(unfinished.hasSuffix("\r") ? "...> " : unfinished)
            shell.signal(signal)
            #expect(try shell.end() == 128 + signal)
        }
        let history = try String(contentsOfFile: home.path(".local/state/mlq/history"), encoding: .utf8)
        #expect(history.contains("\ncount\n") && history.contains("\nfilter status=sent |\n"))
    }

    @Test("a statement of several lines has its colours when it is pasted or brought back")
    func coloursOfSeveralLines() throws {
        let shell = try PseudoTerminal.shell(try Scratch(), environment: ["NO_COLOR": ""])
        shell.type("\u{1b}[200~filter status=sent\n  | count\u{1b}[201~\r")
        try shell.expect("\u{1B}[32msent\u{1B}[0m")
        try shell.expect("| \u{1B}[1mcount\u{1B}[0m")
        try shell.expect("mlq> ")
        shell.type("\u{10}")
        try shell.expect("| \u{1B}[1mcount\u{1B}[0m")
    }

    @Test("asked to end while the pager has the terminal, it takes the pager with it")
    func signalInPager() throws {
        let home = try Scratch()
        let pager = try home.write("#!/bin/sh\necho $$ > \(home.path("id"))\nexec less\n", to: "pager")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: pager)
        let shell = try PseudoTerminal.shell(home, rows: 12, environment: ["PAGER": pager])
        shell.enter("filter process=qmgr")
        try shell.expect("postfix/qmgr")
        let text = try String(contentsOfFile: home.path("id"), encoding: .utf8)
        let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(process, 0) == 0)
        shell.signal(SIGTERM)
        #expect(try shell.end() == 128 + SIGTERM)
        #expect(kill(process, 0) != 0)
    }

    @Test("colours are seen by those too who have settings of their own for less")
    func less() throws {
        let environment = ["PAGER": "less", "LESS": "-N", "NO_COLOR": ""]
        let shell = try PseudoTerminal.shell(try Scratch(), rows: 12, environment: environment)
        shell.enter("count by text")
        try shell.expect("8")
        shell.type("q")
        try shell.expect("mlq> ")
        #expect(!shell.output.contains("ESC"))
    }

    @Test("a pager may have a setting of its own before it")
    func pagerWithSetting() throws {
        let shell = try PseudoTerminal.shell(try Scratch(), rows: 12, environment: ["PAGER": "LESS=-N less"])
        shell.enter("filter process=qmgr")
        try shell.expect("      1")
        shell.type("q")
        try shell.expect("mlq> ")
    }
}
