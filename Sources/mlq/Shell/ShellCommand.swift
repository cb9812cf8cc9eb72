import QueryEngine
import QuerySyntax

/// A command of the shell, parsed. To add one, declare a form and add it to `ShellCommands.all`.
struct ShellCommand: Sendable {
    let run: @Sendable (Shell) throws(UsageError) -> Void
}

extension Form<ShellCommand> {
    init<each P: Sendable>(
        command name: String, aliases: [String] = [], summary: String, _ parameter: repeat Parameter<each P>,
        run: @escaping @Sendable (Shell, repeat each P) throws(UsageError) -> Void
    ) {
        self.init(name, aliases: aliases, summary: summary, repeat each parameter) {
            (_, value: repeat each P) throws(Diagnostic) in
            let values = (repeat each value)
            return ShellCommand { (shell) throws(UsageError) in try run(shell, repeat each values) }
        }
    }
}

enum ShellCommands {
    static let all: Vocabulary<ShellCommand> = Vocabulary(
        "command",
        [
            help, fields, files, open, lines, drill, allRows, last, explain, analyze, save, run, edit, set,
            timing,
        ]
            + [history, follow, quit])

    /// The list of commands for `:help`.
    static var summary: String {
        TextTable.text(all.forms.map { ["  :\($0.usage)", $0.summary] })
    }

    static let help: Form<ShellCommand> = Form(
        command: "help", aliases: ["h"], summary: "help, or help on a stage, a function, a field, a topic",
        Parameter<[String]>.words("NAME", .helpTopic)
    ) { (shell, words) throws(UsageError) in
        guard !words.isEmpty else {
            return shell.page(
                """
                A query is a pipeline: filter process=smtp | groupby day | count
                A line that starts with | continues from the last answer; _ is the last answer.
                `:help NAME` explains a stage, a function, a field or a topic; Tab completes.
                \(Help.index)
                Commands
                \(ShellCommands.summary)

                """)
        }
        let name = String(words[0].drop { $0 == ":" })
        var pages: [String] = []
        if words.count == 1, let form = all[name] {
            pages = ["\(form.name) (command): \(form.summary)\n\n  usage: :\(form.usage)"]
        }
        if pages.isEmpty || Help.page(words) != nil { pages.append(try HelpPage.text(words)) }
        shell.page(pages.joined(separator: "\n\n") + "\n")
    }

    static let set: Form<ShellCommand> = Form(
        command: "set",
        summary: "show all settings or one, or change one: `:set output csv`, `:set no-pager on`",
        Parameter<[String]>.setting
    ) { (shell, words) throws(UsageError) in
        let setting = try words.first.map { (name) throws(UsageError) in try Setting.named(name) }
        let value = words.dropFirst().filter { $0 != "=" }.joined(separator: " ")
        guard let setting, !value.isEmpty else {
            return shell.page(
                Setting.table(setting.map { [$0] } ?? Setting.all, shell.interpreter.settings.options))
        }
        let isOff = ["off", "no", "false"].contains(value)
        let isOn = ["on", "yes", "true"].contains(value)
        try shell.set(setting, to: isOff ? nil : isOn && setting.isFlag ? "" : value)
    }

    static let timing: Form<ShellCommand> = Form(
        command: "timing", summary: "print the elapsed time after each answer: on or off",
        Parameter<[String]>.words("on|off", .word(["on", "off"]))
    ) { (shell, words) throws(UsageError) in
        let value = words.first ?? (shell.interpreter.settings.options.stats ? "off" : "on")
        guard value == "on" || value == "off" else {
            throw UsageError("`:timing on` or `:timing off`, not '\(value)'")
        }
        try shell.set(try Setting.named("stats"), to: value == "on" ? "" : nil)
        Terminal.say("mlq: timing is \(value)")
    }

    static let history: Form<ShellCommand> = Form(
        command: "history", summary: "the last N statements (20)", Parameter<Int>.count.optional
    ) { (shell, count) throws(UsageError) in
        for entry in (shell.history?.entries ?? []).suffix(count ?? 20) {
            let lines = shell.interpreter.redacted(query: entry).split(separator: "\n")
            let shown = lines.map { Terminal.shown(String($0)).text }
            Terminal.print(shown.joined(separator: "\n      ") + "\n")
        }
    }

    static let quit: Form<ShellCommand> = Form(
        command: "quit", aliases: ["q", "exit"], summary: "leave, as Ctrl-D does"
    ) {
        (shell) throws(UsageError) in shell.leave()
    }
}
