import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// Commands about scripts and the editor.
extension ShellCommands {
    static let save: Form<ShellCommand> = Form(
        command: "save", summary: "save the last query as a script", Parameter<String>.path
    ) { (shell, path) throws(UsageError) in
        let text = try shell.lastQuery()
        let path = path.hasSuffix(".mlq") ? path : path + ".mlq"
        let mayReplace = shell.interpreter.settings.options.force
        guard mayReplace || !Terminal.exists(path) else {
            throw UsageError("\(path) exists; name another file, or `:set force on` first")
        }
        let statements = shell.interpreter.environment.definitions(for: text) + [text]
        let source = Source(
            name: path, text: "#!/usr/bin/env mlq\n\(statements.joined(separator: "\n"))\n")
        var script = source.bytes
        if case .success(let text) = Formatter(Stages.all).format(source) { script = SystemText.bytes(text) }
        try FileText.write(script, to: path, mayReplace: mayReplace).orUsageError()
        Terminal.say("mlq: saved; run it with `mlq \(path) LOGS`, or here with `:run \(path)`")
    }

    static let run: Form<ShellCommand> = Form(
        command: "run", summary: "run a script or an investigation over the open logs",
        Parameter<String>.script
    ) { (shell, path) throws(UsageError) in
        try shell.ask(SystemText.string(try Scripts.source(path).bytes), name: path)
    }

    static let edit: Form<ShellCommand> = Form(
        command: "edit", summary: "edit the last query in $EDITOR and run it"
    ) {
        (shell) throws(UsageError) in
        guard Terminal.isInput, Terminal.isOutput else { throw UsageError("an editor needs a terminal") }
        let editor = Terminal.environment("VISUAL") ?? Terminal.environment("EDITOR") ?? "vi"
        var name = SystemText.path("\(TemporaryFile.directory)/mlq-XXXXXX.mlq")
        let descriptor = mkstemps(&name, 4)
        guard descriptor >= 0 else {
            throw UsageError("cannot make a file to edit in \(TemporaryFile.directory)")
        }
        Glibc.close(descriptor)
        let path = name.withUnsafeBufferPointer { SystemText.string($0.baseAddress!) }
        defer { unlink(SystemText.path(path)) }
        try FileText.write(SystemText.bytes((shell.lastText ?? "") + "\n"), to: path).orUsageError()
        guard let process = Child.start(["/bin/sh", "-c", "exec env \(editor) \"$1\"", "sh", path]) else {
            throw UsageError("cannot start the editor '\(editor)'")
        }
        guard Child.wait(process) == 0 else {
            throw UsageError("the editor '\(editor)' failed; nothing was run")
        }
        var text = SystemText.string(try FileText.read(path).orUsageError())
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { return }
        shell.announce(text)
        shell.handle(text)
    }
}
