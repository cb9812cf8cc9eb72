import Foundation
import Testing

/// The shell on a terminal of its own.
@Suite("The shell", .serialized)
struct ShellTests {
    static let log = "Tests/Data/postfix-3.7.11.maillog"

    @Test("an investigation: count, go on from the answer, look at the lines of a row, narrow to it")
    func investigation() throws {
        let home = try Scratch()
        let shell = try PseudoTerminal.shell(home)
        shell.enter("filter process=smtp | count by status")
        try shell.expect("sent")
        try shell.expect("mlq> ")
        shell.enter("| sort status | head 1")
        try shell.expect("bounced")
        try shell.expect("mlq> ")
        shell.enter(":lines 1")
        try shell.expect("filter process=smtp | filter status=bounced")
        #expect(try shell.expect("mlq> ").contains("status=bounced ("))
        shell.enter(":drill 1 | count")
        try shell.expect("| count")
        let count = try Program.run(["-e", "filter process=smtp status=bounced | count", ShellTests.log])
        try shell.expect(" \(count.output.split(separator: "\n")[1])")
        try shell.expect("mlq> ")
        shell.enter(":lines 7")
        try shell.expect("rows 1 to 1")
        shell.enter(":last as csv")
        try shell.expect("count\r\n")
        shell.enter(":last as md")
        try shell.expect("\r\n| count |")
        shell.enter(":quit")
        #expect(try shell.end() == 0)
    }

    @Test("Tab completes: stages, fields of that point, values of the data with their counts")
    func completion() throws {
        let shell = try PseudoTerminal.shell(try Scratch())
        shell.type("filt\tstatu\t")
        try shell.expect("filter status")
        shell.type("=\t")
        try shell.expect("sent  ")
        try shell.expect("filter status=")
        shell.type("se\t| count by status | sort \t")
        try shell.expect("whole number")
        shell.type("sta\t\r")
        try shell.expect("sent")
        try shell.expect("mlq> ")
        shell.type(":run why-d\t")
        try shell.expect("why-deferred")
        shell.type("\u{15}")
        shell.enter(":ti\t off")
        try shell.expect("timing is off")
    }

    @Test("what is typed has colours, an unknown word shows before Enter; not where colours are not wanted")
    func colours() throws {
        let shell = try PseudoTerminal.shell(try Scratch(), environment: ["NO_COLOR": ""])
        shell.type("filter statsu")
        try shell.expect("\u{1B}[1mfilter\u{1B}[0m")
        shell.type("=sent")
        shell.type(" ")
        try shell.expect("\u{1B}[4;31mstatsu\u{1B}[0m=\u{1B}[32msent\u{1B}[0m ")
        let plain = try PseudoTerminal.shell(try Scratch())
        plain.enter("count by statsu")
        try plain.expect("did you mean 'status'?")
        #expect(!plain.output.contains("\u{1B}7") && !plain.output.contains("statsu\u{1B}"))
    }

    @Test("a statement goes on while it is unfinished, and Ctrl-C leaves it")
    func continuation() throws {
        let shell = try PseudoTerminal.shell(try Scratch())
        shell.enter("filter process=smtp |")
        try shell.expect("...> ")
        shell.enter("count")
        try shell.expect("104")
        try shell.expect("mlq> ")
        shell.enter("filter (process=smtp")
        try shell.expect("...> ")
        shell.type("\u{3}")
        try shell.expect("^C")
        try shell.expect("mlq> ")
        shell.type("nonsense\u{3}")
        try shell.expect("^C")
        try shell.expect("mlq> ")
        shell.enter("count")
        try shell.expect("563")
        try shell.expect("mlq> ")
        shell.type("\u{4}")
        #expect(try shell.end() == 0)
        #expect(!shell.output.contains("unknown stage"))
    }

    @Test("statements of several lines can be pasted, and are one entry of the history")
    func paste() throws {
        let home = try Scratch()
        let first = try PseudoTerminal.shell(home)
        first.type("\u{1b}[200~filter process=qmgr\n  | count by event\n  | head 1\u{1b}[201~\r")
        try first.expect("active")
        try first.expect("mlq> ")
        first.enter(":quit")
        #expect(try first.end() == 0)
        let history = home.path(".local/state/mlq/history")
        let mode = try FileManager.default.attributesOfItem(atPath: history)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let second = try PseudoTerminal.shell(home)
        second.enter(":history")
        try second.expect("filter process=qmgr\r\n")
        try second.expect("| count by event\r\n")
        // Up twice: the command before, then the pasted statement, whole.
        second.type("\u{10}\u{10}\u{10}\r")
        try second.expect("active")
        second.enter(":quit")
        #expect(try second.end() == 0)
    }

    @Test("Ctrl-C ends a query and shows what was seen so far; the shell goes on")
    func interrupt() throws {
        let home = try Scratch()
        let text = try Data(contentsOf: Program.root.appendingPathComponent(ShellTests.log))
        let big = home.path("maillog")
        try Data().write(to: URL(fileURLWithPath: big))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: big))
        var many = Data()
        for _ in 0..<64 { many.append(text) }
        for _ in 0..<40 { try file.write(contentsOf: many) }
        try file.close()
        let shell = try PseudoTerminal.shell(home, ["--year", "2026", "--threads", "2", big])
        shell.enter("filter text ~ /(a|b)+c.*(x|y)+z$/ or status=sent | count by queue_id, text")
        Thread.sleep(forTimeInterval: 0.2)
        shell.type("\u{3}")
        try shell.expect("interrupted")
        try shell.expect("mlq> ")
        shell.enter("filter status=sent | head 1 | count")
        try shell.expect("count")
        try shell.expect("1")
        shell.enter(":quit")
        #expect(try shell.end() == 0)
    }

    @Test("a long answer goes through the pager, and leaving it ends the query")
    func pager() throws {
        let shell = try PseudoTerminal.shell(try Scratch(), rows: 12, environment: ["PAGER": "less"])
        shell.enter("filter process=qmgr")
        try shell.expect("postfix/qmgr")
        shell.type("q")
        try shell.expect("mlq> ")
        shell.enter("count")
        try shell.expect("count")
        shell.type("q\u{8}")
        shell.enter(":set no-pager on")
        shell.enter("count by text")
        try shell.expect("more rows")
        shell.enter(":quit")
        #expect(try shell.end() == 0)
    }

    @Test("nothing of a log or of what is typed reaches the terminal raw")
    func hostile() throws {
        let home = try Scratch()
        let line = "2026-03-29T03:00:01Z mx1 postfix/smtpd[1]: warning: \u{1b}]0;owned\u{7}\u{202e}x\n"
        let sender =
            "2026-03-29T03:00:02Z mx1 postfix/qmgr[1]: 4ABC12345: from=<\u{202e}x@a>, size=1, nrcpt=1 (queue active)\n"
        let shell = try PseudoTerminal.shell(home, [try home.write(line + sender, to: "maillog")])
        shell.enter("filter process=smtpd")
        try shell.expect("owned")
        shell.enter("values text")
        try shell.expect("owned")
        try shell.expect("mlq> ")
        shell.type("filter tag=\t")
        shell.type("\u{15}filter from=\t| count\r")
        try shell.expect("| count")
        #expect(try shell.expect("mlq> ").contains(" 1\r\n"))
        shell.enter("count by text")
        try shell.expect("owned")
        shell.enter(":lines 1")
        try shell.expect("owned")
        shell.enter(":quit")
        _ = try shell.end()
        #expect(!shell.output.contains("\u{1b}]0;") && !shell.output.contains("\u{202e}"))
    }

    @Test("statements from a pipe run without a prompt")
    func pipe() throws {
        let outcome = try Program.run(
            [ShellTests.log], input: "filter process=smtp |\n  count\n| extend twice = count * 2\n:bad\n")
        #expect(outcome.output == "count\n104\ncount\ttwice\n104\t208\n")
        #expect(outcome.error.contains("unknown command 'bad'"))
    }

    @Test("settings come from a file, unless the call says otherwise")
    func config() throws {
        let home = try Scratch()
        try home.write("# mine\noutput = csv\nno-header\n", to: ".config/mlq/config")
        let input = "count by process | head 1\n"
        let environment = ["HOME": home.directory]
        #expect(
            try Program.run([ShellTests.log], input: input, environment: environment).output == "qmgr,172\n")
        #expect(
            try Program.run(["-o", "tsv", ShellTests.log], input: input, environment: environment).output
                == "qmgr\t172\n")
        #expect(
            try Program.run(["--no-config", ShellTests.log], input: input, environment: environment).output
                == "process\tcount\nqmgr\t172\n")
        try home.write("outptu = csv\n", to: ".config/mlq/config")
        let wrong = try Program.run([ShellTests.log], input: input, environment: environment)
        #expect(wrong.status == 2 && wrong.error.contains("config, line 1: "))
        #expect(wrong.error.contains("outptu"))
    }

    @Test("what was found can be saved, and runs as a script")
    func save() throws {
        let home = try Scratch()
        let script = home.path("storm")
        let outcome = try Program.run(
            [ShellTests.log],
            input: "let mine = filter process=smtp\nmine | count by status\n| head 1\n:save \(script)\n")
        #expect(outcome.error.contains("saved"))
        #expect(
            try String(contentsOfFile: script + ".mlq", encoding: .utf8)
                == "#!/usr/bin/env mlq\nfilter process=smtp | count by status | head 1\n")
        let answer = try Program.run([script + ".mlq", ShellTests.log]).output
        #expect(outcome.output.hasSuffix(answer))
    }

    /// What statements from a pipe give, as tables.
    private func answers(_ input: String, _ arguments: [String] = [log]) throws -> Program.Outcome {
        try Program.run(["--no-config"] + arguments, input: input)
    }

    @Test("all settings are shown with what they are and what they are for, or one of them")
    func shownSettings() throws {
        let all = try Program.run(["-o", "csv", "--no-config", ShellTests.log], input: ":set\n").output
        let help = try Program.run(["--help"]).output
        for line in all.split(separator: "\n") {
            let name = line.prefix { $0 != " " }
            #expect(help.contains("--\(name) ") || help.contains("--\(name)\n"), "\(name)")
        }
        let words = all.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(words.contains { $0.starts(with: ["output", "csv", "format", "Format"]) })
        #expect(words.contains { $0.starts(with: ["no-pager", "off", "on|off", "In"]) })
        let one = try answers(":set color never\n:set color\n:set colour\n:set stats on\n:set stats\n")
        #expect(
            one.output == "color  never  when  Colours: auto, always or never.\n"
                + "stats  on  on|off  Print the elapsed time and how much was read.\n")
        #expect(one.error == "mlq: there is no setting 'colour'; did you mean 'color'?\n")
    }

    @Test("what is wrong with a command is told with its usage or a near name, and changes nothing")
    func wrongCommands() throws {
        #expect(try answers("count\n:lines\n").error.contains("usage: :lines N"))
        #expect(try answers(":quit now\n").error.contains("usage: :quit"))
        #expect(try answers(":run retry-strom\n").error.contains("did you mean 'retry-storm'?"))
        let outcome = try answers(":open /nonexistent/maillog\ncount\n")
        #expect(
            outcome.error
                == "mlq: there is no file '/nonexistent/maillog'; the logs that were open stay open\n")
        #expect(outcome.output == "count\n563\n" && outcome.status == 2)
    }

    @Test("the last query can be followed, though its answer is kept")
    func followLast() throws {
        let home = try Scratch()
        let text = try String(contentsOfFile: ShellTests.log, encoding: .utf8)
        let log = try home.write(text, to: "maillog")
        let shell = try PseudoTerminal.shell(home, [log])
        shell.enter("count by process | head 1")
        try shell.expect("qmgr")
        try shell.expect("mlq> ")
        shell.enter(":follow")
        try shell.expect("172")
        let last = try #require(text.split(separator: "\n").last { $0.contains("postfix/qmgr") })
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try file.seekToEnd()
        try file.write(contentsOf: Data((last + "\n").utf8))
        try shell.expect("173")
        shell.type("\u{3}")
        try shell.expect("mlq> ")
    }

    @Test("a name can be bound again, also where a value is spelt like it")
    func bindAgain() throws {
        let outcome = try answers(
            "let smtp = filter process=smtp\nsmtp | count\nlet smtp = filter process=smtp\nsmtp | count\n")
        #expect(outcome.output == "count\n104\ncount\n104\n" && outcome.error == "")
    }

    @Test("a history that cannot be saved is reported once")
    func unkeptHistory() throws {
        let shell = try PseudoTerminal.shell(try Scratch(), environment: ["XDG_STATE_HOME": "/dev/null"])
        shell.enter("count")
        try shell.expect("cannot save the history in /dev/null/mlq/history: Not a directory")
        try shell.expect("mlq> ")
        shell.enter("count by day")
        #expect(try !shell.expect("mlq> ").contains("cannot save"))
        shell.type("\u{10}\u{10}\r")
        try shell.expect("563")
    }

    @Test("what whatchanged found is narrowed to, gone on from, saved and run again")
    func drillIntoCause() throws {
        let home = try Scratch()
        let script = home.path("cause")
        let outcome = try answers(
            "whatchanged\n:lines 6\n:drill 6\n| count by day\n:drill 2 count\n:drill 1\n_ | count\n:save \(script)\n",
            ["Examples/maillog"])
        #expect(outcome.output.contains("day\tcount\n2012-12-25\t14\n2012-12-26\t261\n"))
        #expect(outcome.output.hasSuffix("\ncount\n261\n"))
        #expect(!outcome.error.contains("error:") && outcome.output.contains(" status=deferred (connect to "))
        let saved = try Program.run([script + ".mlq", "Examples/maillog"])
        #expect(saved.output == "count\n261\n" && saved.status == 0)
    }

    @Test("a script that is saved has the names that its query uses")
    func saveNames() throws {
        let home = try Scratch()
        let script = home.path("names")
        let outcome = try answers(
            """
            param least = 2
            let mine = filter process=smtp
            let ids = mine | count by queue_id
            filter queue_id in ids and nrcpt >= {least} | count
            :save \(script)

            """)
        let saved = try Program.run([script + ".mlq", ShellTests.log])
        #expect(saved.output == outcome.output && saved.status == 0 && outcome.output.hasPrefix("count\n"))
    }

    @Test("the last answer inside a query stays what it was")
    func lastInside() throws {
        let outcome = try answers(
            """
            filter status=deferred | count by queue_id
            let late = _
            filter queue_id in _ event=active | count
            | extend more = count + 1
            late | count
            late
            filter status=deferred | dedup queue_id | select queue_id | join (_) on queue_id | dcount count

            """)
        let count = try answers("filter status=deferred | dcount queue_id\n").output.split(separator: "\n")[1]
        #expect(outcome.output.contains("\ncount\n\(count)\n"))
        #expect(outcome.status == 0 && outcome.error == "")
    }

    @Test("what other shells understand is understood: quit, \\q, .help, ? NAME, a command without its colon")
    func habits() throws {
        let outcome = try answers("help sort\n?sort;\n\\timing on\n.ls\ntiming off\nq\ncount\n")
        #expect(outcome.output.components(separatedBy: "sort (stage)").count == 3)
        #expect(outcome.output.contains(ShellTests.log) && !outcome.output.contains("count\n563"))
        #expect(outcome.error.contains("timing is on") && outcome.error.contains("timing is off"))
        let queries = try answers("files | select lines\nexplain count\nlast process\nnonsense\n")
        #expect(
            queries.output.hasPrefix("lines\n563\n") && queries.error.contains("unknown stage 'nonsense'"))
    }

    @Test("on a narrow screen messages end their lines at words, and the prompt leaves room")
    func narrowScreen() throws {
        let shell = try PseudoTerminal.shell(try Scratch(), columns: 60)
        shell.enter("filter process=smtp and status=deferred | count by reasn, reason_class, relay_name, dsn")
        try shell.expect("unknown field 'reasn'")
        let text = try shell.expect("(mlq help fields)")
        for line in text.split(separator: "\r\n") {
            #expect(line.count <= 60, "\(line)")
            #expect(!line.contains("reasn") || line.hasPrefix("  1 | …"), "\(line)")
        }
        shell.enter(":help drill")
        let page = try shell.expect("usage: :drill N [| STAGES]").split(separator: "\r\n")
        for line in page {
            // The line after what was typed begins with an answer to the terminal.
            #expect(line.split(separator: "\r").last?.count ?? 0 <= 60, "\(line)")
        }
        try shell.expect("mlq> ")
        shell.type("filter reason=\t")
        for line in try shell.expect("more)").split(separator: "\r\n").dropFirst() {
            #expect(line.count <= 60, "\(line)")
        }
    }

    @Test(
        "a setting can be taken back, wherever it was made; what is wrong in a pipe is told by the exit status"
    )
    func settings() throws {
        let home = try Scratch()
        try home.write("output = csv\n", to: ".config/mlq/config")
        let outcome = try Program.run(
            ["--since", "2026-11-24", ShellTests.log],
            input:
                "count\n:set since off\ncount\n:set output off\ncount by process | head 1\n:set no-header on\n"
                + "count\n:set no-header off\ncount\n",
            environment: ["HOME": home.directory])
        #expect(outcome.output == "count\n0\ncount\n563\nprocess\tcount\nqmgr\t172\n563\ncount\n563\n")
        #expect(outcome.status == 0)
        for wrong in ["nonsense", "count by statsu", ":bad", ":drill 1", ":timing maybe", ":all", ":edit"] {
            #expect(try answers("\(wrong)\ncount\n").status == 2, "\(wrong)")
        }
    }
}
