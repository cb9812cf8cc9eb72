import ArgumentParser
import QueryEngine
import QuerySyntax
import SystemText

/// The command line: subcommands, scripts, one-liners, the shell.
enum Command {
    static func run(_ arguments: [String]) throws(UsageError) -> Int32 {
        if let first = arguments.first, !Terminal.exists(first), let subcommand = subcommands[first] {
            return try subcommand(Array(arguments.dropFirst()))
        }
        // An error of the command line quotes it.
        if arguments.contains(where: { $0.hasPrefix("--redact") }) {
            Terminal.redaction.withLock { $0 = Redaction(tokens: Language.mlq.tokens) }
        }
        let options: Options
        do {
            options = try Options.read(arguments)
        } catch {
            let text = Options.fullMessage(for: error)
            if Options.exitCode(for: error) == .success {
                Terminal.print(text + "\n")
                return 0
            }
            Terminal.say(text)
            return 2
        }
        return try run(options, arguments)
    }

    private static let subcommands: [String: @Sendable ([String]) throws(UsageError) -> Int32] = [
        "help": help, "check": check, "fmt": format, "test": CaseRunner.run,
    ]

    private static func run(_ options: Options, _ arguments: [String]) throws(UsageError) -> Int32 {
        var files = options.files
        var sources: [Source] = []
        if let script = options.f { sources.append(try Scripts.source(script)) }
        for query in options.e { sources.append(Source(name: "query", text: query)) }
        if sources.isEmpty, let first = files.first {
            if Scripts.isScript(first) || !Terminal.exists(first) && ShippedScript.named(first) != nil {
                sources.append(try Scripts.source(first))
                files.removeFirst()
            } else if !Terminal.exists(first), first != "-" {
                throw unknownWord(first)
            }
        }
        if sources.isEmpty {
            // Statements may come from a pipe, if the logs are named.
            guard Terminal.isInput || !files.isEmpty && !files.contains("-") && Terminal.hasInput else {
                throw UsageError("no query; give one with -e, or name a script (mlq help)")
            }
            return try Shell(options, arguments, files: Input.paths(files)).run()
        }
        return try Batch.run(sources, options, paths: Input.paths(files))
    }

    /// Error for a word that names no file: a query without -e, or a misspelt subcommand.
    private static func unknownWord(_ word: String) -> UsageError {
        if word.hasSuffix(".mlq") { return UsageError("there is no script '\(word)'") }
        if var parser = try? Parser(Source(name: "", text: word)) {
            _ = try? parser.pipeline(Stages.all)
            if parser.diagnostics.isEmpty {
                return UsageError("there is no file '\(word)'; to run it as a query write -e '\(word)'")
            }
        }
        let near = Spelling.nearest(
            to: word, among: subcommands.keys.sorted() + ShippedScript.all.map(\.name))
        return UsageError(
            "there is no file '\(word)'" + (near.map { "; did you mean 'mlq \($0)'?" } ?? ""))
    }

    // MARK: Subcommands

    private static func help(_ words: [String]) throws(UsageError) -> Int32 {
        let text =
            words.first == "--json" ? Help.json() : words.isEmpty ? Help.overview() : try HelpPage.text(words)
        Terminal.print(text + "\n")
        return 0
    }

    /// Checks scripts without reading a log.
    private static func check(_ paths: [String]) throws(UsageError) -> Int32 {
        guard !paths.isEmpty else { throw UsageError("usage: mlq check SCRIPT…") }
        let options: Options
        do { options = try Options.read([]) } catch { throw UsageError("\(error)") }
        var status: Int32 = 0
        for path in paths {
            status = max(
                status, try Batch.run([try Scripts.source(path)], options, paths: [], checkOnly: true))
        }
        return status
    }

    /// Prints scripts in the canonical form. `-w` writes the files instead, `--check` lists those that differ.
    private static func format(_ words: [String]) throws(UsageError) -> Int32 {
        let flags = words.filter { $0.hasPrefix("-") && $0 != "-" }
        let paths = words.filter { !flags.contains($0) }
        guard !paths.isEmpty, flags.allSatisfy({ ["-w", "--write", "--check"].contains($0) }) else {
            throw UsageError("usage: mlq fmt [-w | --check] SCRIPT…")
        }
        var status: Int32 = 0
        for path in paths {
            let source = try Scripts.source(path)
            switch Formatter(Stages.all).format(source) {
            case .failure(let problem):
                for diagnostic in problem.diagnostics { Terminal.say(diagnostic, in: source) }
                status = 2
            case .success(let text):
                let isSame = SystemText.bytes(text) == source.bytes
                if flags.isEmpty {
                    Terminal.print(Terminal.harmless(text))
                } else if flags.contains("--check"), !isSame {
                    Terminal.say("mlq: \(path) is not in the canonical form")
                    status = max(status, 1)
                } else if !isSame {
                    try FileText.write(SystemText.bytes(text), to: path).orUsageError()
                }
            }
        }
        return status
    }
}
