import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// `:save F.mlq`: the last query as a script.
struct SaveCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "save", summary: "save the last query as a script", Parameter<String>.path
    ) { (_, path) throws(Diagnostic) in SaveCommand(path: path) }

    let path: String

    func run(_ shell: Shell) throws(UsageError) {
        let text = try shell.lastQuery()
        let path = path.hasSuffix(".mlq") ? path : path + ".mlq"
        let mayReplace = shell.session.settings.options.force
        guard mayReplace || !Terminal.exists(path) else {
            throw UsageError("\(path) is there already; name another file, or `:set force on` first")
        }
        let statements = shell.session.environment.definitions(for: text) + [text]
        let source = Source(
            name: path, text: "#!/usr/bin/env mlq\n\(statements.joined(separator: "\n"))\n")
        var script = SystemText.string(source.bytes)
        if case .success(let formatted) = Formatter(Stages.all).format(source) { script = formatted }
        if case .failure(let failure) = FileText.write(
            SystemText.bytes(script), to: path, mayReplace: mayReplace)
        {
            throw UsageError(failure.message)
        }
        Terminal.say("mlq: saved; run it with `mlq \(path) LOGS`, or here with `:run \(path)`")
    }
}

/// `:run F.mlq`: the statements of a script, or of an investigation that comes with mlq.
struct RunCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "run", summary: "run a script or an investigation over the logs that are open",
        Parameter<String>.script
    ) { (_, path) throws(Diagnostic) in RunCommand(path: path) }

    let path: String

    func run(_ shell: Shell) throws(UsageError) {
        let script = try Command.source(path)
        try shell.ask(SystemText.string(script.bytes), name: path)
    }
}

/// `:edit`: the last query in an editor, and then run.
struct EditCommand: ShellCommand {
    static let form = Form<any ShellCommand>("edit", summary: "edit the last query in $EDITOR and run it") {
        (_) throws(Diagnostic) in EditCommand()
    }

    func run(_ shell: Shell) throws(UsageError) {
        guard Terminal.isInput, Terminal.isOutput else { throw UsageError("an editor needs a terminal") }
        let editor = Terminal.environment("VISUAL") ?? Terminal.environment("EDITOR") ?? "vi"
        var name = SystemText.path("\(TemporaryFile.directory)/mlq-XXXXXX.mlq")
        let descriptor = mkstemps(&name, 4)
        let path = name.withUnsafeBufferPointer { SystemText.string($0.baseAddress!) }
        guard descriptor >= 0 else {
            throw UsageError("cannot make a file to edit in \(TemporaryFile.directory)")
        }
        close(descriptor)
        defer { unlink(SystemText.path(path)) }
        if case .failure(let failure) = FileText.write(
            SystemText.bytes((shell.lastText ?? "") + "\n"), to: path)
        {
            throw UsageError(failure.message)
        }
        guard let process = Child.start(["/bin/sh", "-c", "exec env \(editor) \"$1\"", "sh", path]) else {
            throw UsageError("cannot start the editor '\(editor)'")
        }
        guard Child.wait(process) == 0 else {
            throw UsageError("the editor '\(editor)' failed; nothing was run")
        }
        guard case .success(let bytes) = FileText.read(path) else { return }
        var text = SystemText.string(bytes)
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { return }
        shell.announce(text)
        shell.handle(text)
    }
}

/// `:history`: what was entered.
struct HistoryCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "history", summary: "the last N statements (20)", Parameter<Int>.count.optional
    ) { (_, count) throws(Diagnostic) in HistoryCommand(count: count ?? 20) }

    let count: Int

    func run(_ shell: Shell) throws(UsageError) {
        for entry in (shell.history?.entries ?? []).suffix(count) {
            Terminal.print(
                shell.session.redacted(query: entry).split(separator: "\n").map {
                    Terminal.shown(String($0)).text
                }.joined(
                    separator: "\n      ")
                    + "\n")
        }
    }
}
