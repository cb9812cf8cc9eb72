import QueryEngine
import QuerySyntax

/// `:lines N`: the log lines behind a row.
struct LinesCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "lines", summary: "the log lines behind row N of the last answer", Parameter<Int>.count
    ) { (_, number) throws(Diagnostic) in LinesCommand(number: number) }

    let number: Int

    func run(_ shell: Shell) throws(UsageError) {
        let text = try shell.lines(of: number)
        shell.announce(text)
        try shell.look(at: text)
    }
}

/// `:drill N`: the last query narrowed to a row.
struct DrillCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "drill",
        summary: "narrow the last query to row N: what its lines have in common, or `| STAGES` of them",
        Parameter<Int>.count, Parameter<String?>.stages
    ) { (_, number, stages) throws(Diagnostic) in DrillCommand(number: number, stages: stages) }

    let number: Int
    let stages: String?

    func run(_ shell: Shell) throws(UsageError) {
        let text = try shell.narrowed(to: number)
        let whole = [text, stages ?? "describe"].filter { !$0.isEmpty }.joined(separator: " | ")
        shell.announce(whole)
        try shell.ask(whole)
        // What is typed next goes on from the narrowed rows, not from their description.
        if stages == nil { shell.stand(on: text.isEmpty ? "filter true" : text) }
    }
}

/// `:all`: the last answer whole.
struct AllCommand: ShellCommand {
    static let form = Form<any ShellCommand>("all", summary: "all rows of the last answer") {
        (_) throws(Diagnostic) in AllCommand()
    }

    func run(_ shell: Shell) throws(UsageError) { try shell.showAll() }
}

/// `:last as csv`: the last answer in another format.
struct LastCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "last", summary: "the last answer again, in a format: table tsv csv json jsonl md",
        Parameter<String>.word("FORMAT", .word(OutputFormats.all.map(\.name))).after("as")
    ) { (_, format) throws(Diagnostic) in LastCommand(format: format) }

    let format: String?

    func run(_ shell: Shell) throws(UsageError) {
        _ = try shell.lastQuery()
        try shell.with(format: format) { (shell) throws(UsageError) in try shell.ask("_") }
    }
}

/// `:explain`: how the last query runs.
struct ExplainCommand: ShellCommand {
    static let form = Form<any ShellCommand>("explain", summary: "how the last query runs") {
        (_) throws(Diagnostic) in ExplainCommand()
    }

    func run(_ shell: Shell) throws(UsageError) {
        try shell.look(at: "explain \(try shell.lastQuery())")
    }
}

/// `:analyze`: the last query run again, with what each step of it let through.
struct AnalyzeCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "analyze", summary: "run the last query again: rows of each step, bytes, time"
    ) {
        (_) throws(Diagnostic) in AnalyzeCommand()
    }

    func run(_ shell: Shell) throws(UsageError) {
        try shell.analyze(try shell.lastQuery())
    }
}
