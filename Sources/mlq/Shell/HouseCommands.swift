import MailLog
import QueryEngine
import QuerySyntax

/// `:help [WORD]`
struct HelpCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "help", aliases: ["h"], summary: "help, or help on a stage, a function, a field, a topic",
        Parameter<[String]>.words("NAME", .helpTopic)
    ) { (_, words) throws(Diagnostic) in HelpCommand(words: words) }

    let words: [String]

    func run(_ shell: Shell) throws(UsageError) {
        guard !words.isEmpty else {
            shell.page(
                """
                A query is a pipeline: filter process=smtp | groupby day | count
                A line that starts with | goes on from the last answer; _ is the last answer.
                `:help NAME` tells more about a stage, a function, a field, a topic; Tab completes.
                \(Help.index)
                Commands
                \(ShellCommands.summary)

                """)
            return
        }
        let name = String(words[0].drop { $0 == ":" })
        var pages: [String] = []
        if words.count == 1, let form = ShellCommands.all[name] {
            pages = ["\(form.name) (command): \(form.summary)\n\n  usage: :\(form.usage)"]
        }
        if pages.isEmpty || Help.page(words) != nil { pages.append(try Command.helpPage(words)) }
        shell.page(pages.joined(separator: "\n\n") + "\n")
    }
}

/// `:fields [PART]`
struct FieldsCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "fields", summary: "the fields of a line: type, where from, on how many lines of the logs",
        Parameter<[String]>.words("PART")
    ) { (_, words) throws(Diagnostic) in FieldsCommand(words: words) }

    let words: [String]

    func run(_ shell: Shell) throws(UsageError) { try shell.showFields(words.first ?? "") }
}

/// `:files`
struct FilesCommand: ShellCommand {
    static let form = Form<any ShellCommand>("files", aliases: ["ls"], summary: "the logs that are open") {
        (_) throws(Diagnostic) in FilesCommand()
    }

    func run(_ shell: Shell) throws(UsageError) {
        try shell.look(at: "files | select file, lines, bytes, first, last, unrecognised")
    }
}

/// `:open FILE …`
struct OpenCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "open", summary: "read other logs", Parameter<[String]>.paths
    ) { (_, paths) throws(Diagnostic) in OpenCommand(paths: paths) }

    let paths: [String]

    func run(_ shell: Shell) throws(UsageError) {
        var expanded: [String] = []
        for path in paths { expanded += Files.matching(path) }
        guard expanded.contains(where: Terminal.exists) else {
            throw UsageError("there is no file '\(expanded[0])'; what was open stays open")
        }
        shell.openLogs(expanded)
    }
}

/// `:set [NAME [VALUE]]`
struct SetCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "set", summary: "what can be set, one setting, or change it: `:set output csv`, `:set no-pager on`",
        Parameter<[String]>.setting
    ) { (_, words) throws(Diagnostic) in SetCommand(words: words) }

    let words: [String]

    func run(_ shell: Shell) throws(UsageError) {
        let setting = try words.first.map { (name) throws(UsageError) in try Setting.named(name) }
        let value = words.dropFirst().filter { $0 != "=" }.joined(separator: " ")
        guard let setting, !value.isEmpty else {
            return shell.page(
                Setting.table(setting.map { [$0] } ?? Setting.all, shell.session.settings.options))
        }
        let isOff = ["off", "no", "false"].contains(value)
        let isOn = ["on", "yes", "true"].contains(value)
        try shell.set(setting, to: isOff ? nil : isOn && setting.isFlag ? "" : value)
    }
}

/// `:timing [on|off]`
struct TimingCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "timing", summary: "say after each answer how long it took: on or off",
        Parameter<[String]>.words("on|off", .word(["on", "off"]))
    ) { (_, words) throws(Diagnostic) in TimingCommand(word: words.first) }

    let word: String?

    func run(_ shell: Shell) throws(UsageError) {
        guard word == nil || word == "on" || word == "off" else {
            throw UsageError("`:timing on` or `:timing off`, not '\(word ?? "")'")
        }
        let value = word ?? (shell.session.settings.options.stats ? "off" : "on")
        try SetCommand(words: ["stats", value]).run(shell)
        Terminal.say("mlq: timing is \(value)")
    }
}

/// `:quit`
struct QuitCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "quit", aliases: ["q", "exit"], summary: "leave; so does Ctrl-D"
    ) {
        (_) throws(Diagnostic) in QuitCommand()
    }

    func run(_ shell: Shell) throws(UsageError) { shell.leave() }
}
