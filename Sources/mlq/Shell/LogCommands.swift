import QueryEngine
import QuerySyntax

/// Commands about the open logs.
extension ShellCommands {
    static let fields: Form<ShellCommand> = Form(
        command: "fields", summary: "the fields of a line: type, share of the lines that have it, origin",
        Parameter<[String]>.words("PART")
    ) { (shell, words) throws(UsageError) in try shell.showFields(words.first ?? "") }

    static let files: Form<ShellCommand> = Form(
        command: "files", aliases: ["ls"], summary: "the open logs; the stage `files` has all columns"
    ) { (shell) throws(UsageError) in
        try shell.look(at: "files | select file, lines, bytes, first, last, unrecognised")
    }

    static let open: Form<ShellCommand> = Form(
        command: "open", summary: "read other logs", Parameter<[String]>.paths
    ) { (shell, paths) throws(UsageError) in
        let expanded = paths.flatMap(Files.matching)
        guard expanded.contains(where: Terminal.exists) else {
            throw UsageError("there is no file '\(expanded[0])'; the logs that were open stay open")
        }
        shell.openLogs(expanded)
    }

    static let follow: Form<ShellCommand> = Form(
        command: "follow",
        summary: "run a query, or the last one, and continue with new lines of the logs, until Ctrl-C",
        Parameter<String>.query
    ) { (shell, text) throws(UsageError) in try shell.follow(text) }
}
