import QueryEngine
import QuerySyntax

/// Commands about the last query and its answer.
extension ShellCommands {
    static let lines: Form<ShellCommand> = Form(
        command: "lines", summary: "the log lines of row N of the last answer", Parameter<Int>.count
    ) { (shell, number) throws(UsageError) in
        let text = try shell.lines(of: number)
        shell.announce(text)
        try shell.look(at: text)
    }

    static let drill: Form<ShellCommand> = Form(
        command: "drill",
        summary: "narrow the last query to row N, and run `describe` or `| STAGES` over it",
        Parameter<Int>.count, Parameter<String?>.stages
    ) { (shell, number, stages) throws(UsageError) in
        let text = try shell.narrowed(to: number)
        let query = [text, stages ?? "describe"].filter { !$0.isEmpty }.joined(separator: " | ")
        shell.announce(query)
        try shell.ask(query)
        // The next statement continues from the narrowed rows, not from their description.
        if stages == nil { shell.setLast(text.isEmpty ? "filter true" : text) }
    }

    static let allRows: Form<ShellCommand> = Form(command: "all", summary: "all rows of the last answer") {
        (shell) throws(UsageError) in try shell.showAll()
    }

    static let last: Form<ShellCommand> = Form(
        command: "last", summary: "the last answer again, in a format: table tsv csv json jsonl md",
        Parameter<String>.word("FORMAT", .word(OutputFormats.all.map(\.name))).after("as")
    ) { (shell, format) throws(UsageError) in try shell.showLast(as: format) }

    static let explain: Form<ShellCommand> = Form(command: "explain", summary: "the plan of the last query") {
        (shell) throws(UsageError) in try shell.look(at: "explain \(try shell.lastQuery())")
    }

    static let analyze: Form<ShellCommand> = Form(
        command: "analyze", summary: "run the last query again: rows of each step, bytes, time"
    ) { (shell) throws(UsageError) in try shell.analyze(try shell.lastQuery()) }
}
