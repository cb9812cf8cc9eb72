import ArgumentParser
import QueryEngine
import QuerySyntax
import SystemText

/// What a call of mlq asks for.
enum Command {
    static func run(_ arguments: [String]) throws(UsageError) -> Int32 {
        if let first = arguments.first, !Terminal.exists(first), let subcommand = subcommands[first] {
            return try subcommand(Array(arguments.dropFirst()))
        }
        // A message on the call itself quotes it, too.
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
        if let script = options.f { sources.append(try source(script)) }
        for query in options.e { sources.append(Source(name: "query", text: query)) }
        if sources.isEmpty, let first = files.first {
            if try isScript(first) || !Terminal.exists(first) && ShippedScript.named(first) != nil {
                sources.append(try source(first))
                files.removeFirst()
            } else if !Terminal.exists(first), first != "-" {
                throw unknownWord(first)
            }
        }
        if sources.isEmpty {
            // Without a terminal, statements may come from a pipe; but then the logs must be named.
            guard Terminal.isInput || !files.isEmpty && !files.contains("-") && Terminal.hasInput else {
                throw UsageError("no query: give one with -e, or name a script (mlq help)")
            }
            return try Shell(options, arguments, files: Input.paths(files)).run()
        }
        return try Batch.run(sources, options, paths: Input.paths(files))
    }

    /// A word that is no file: perhaps a query without its -e, perhaps a subcommand misspelt.
    private static func unknownWord(_ word: String) -> UsageError {
        if word.hasSuffix(".mlq") { return UsageError("there is no script '\(word)'") }
        if var parser = try? Parser(Source(name: "", text: word)) {
            _ = try? parser.pipeline(Stages.all)
            if parser.diagnostics.isEmpty {
                return UsageError("'\(word)' is no file; to run it as a query write -e '\(word)'")
            }
        }
        let near = Spelling.nearest(
            to: word, among: subcommands.keys.sorted() + ShippedScript.all.map(\.name))
        return UsageError(
            "there is no file '\(word)'" + (near.map { "; did you mean 'mlq \($0)'?" } ?? ""))
    }

    /// Whether a file is a script: by its name, or by a first line that names mlq.
    private static func isScript(_ path: String) throws(UsageError) -> Bool {
        if path.hasSuffix(".mlq") { return Terminal.exists(path) }
        return FileText.firstLine(path)?.hasPrefix("#!") == true
            && FileText.firstLine(path)?.contains("mlq") == true
    }

    /// The script in a file, or the one that comes with mlq.
    static func source(_ path: String) throws(UsageError) -> Source {
        if !Terminal.exists(path) {
            if let script = ShippedScript.named(path) { return Source(name: path, text: script.text) }
            let near = Spelling.nearest(to: path, among: ShippedScript.all.map(\.name))
            throw UsageError("there is no script '\(path)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
        }
        switch FileText.read(path) {
        case .success(let bytes): return Source(name: path, bytes: bytes)
        case .failure(let failure): throw UsageError(failure.message)
        }
    }

    // MARK: Subcommands

    private static func help(_ words: [String]) throws(UsageError) -> Int32 {
        if words.first == "--json" {
            Terminal.print(Help.json() + "\n")
            return 0
        }
        guard !words.isEmpty else {
            Terminal.print(Help.overview() + "\n")
            return 0
        }
        Terminal.print(try helpPage(words) + "\n")
        return 0
    }

    static func helpPage(_ words: [String]) throws(UsageError) -> String {
        if let page = Help.page(words) { return page }
        let word = words.joined(separator: " ")
        let near = Spelling.nearest(to: word, among: Help.names)
        throw UsageError(
            "no help on '\(word)'"
                + (near.map { "; did you mean '\($0)'?" } ?? "; `mlq help` lists what there is"))
    }

    /// Checks scripts without reading a log.
    private static func check(_ paths: [String]) throws(UsageError) -> Int32 {
        guard !paths.isEmpty else { throw UsageError("usage: mlq check SCRIPT…") }
        var status: Int32 = 0
        let options: Options
        do { options = try Options.read([]) } catch { throw UsageError("\(error)") }
        for path in paths {
            status = max(status, try Batch.run([try source(path)], options, paths: [], checkOnly: true))
        }
        return status
    }

    /// Prints scripts in the canonical form; `-w` writes them back, `--check` only says which differ.
    private static func format(_ words: [String]) throws(UsageError) -> Int32 {
        let flags = words.filter { $0.hasPrefix("-") && $0 != "-" }
        let paths = words.filter { !flags.contains($0) }
        guard !paths.isEmpty, flags.allSatisfy({ ["-w", "--write", "--check"].contains($0) }) else {
            throw UsageError("usage: mlq fmt [-w | --check] SCRIPT…")
        }
        var status: Int32 = 0
        for path in paths {
            let source = try source(path)
            switch Formatter(Stages.all).format(source) {
            case .failure(let problem):
                for diagnostic in problem.diagnostics {
                    Terminal.say(diagnostic, in: source)
                }
                status = 2
            case .success(let text):
                let isSame = SystemText.bytes(text) == source.bytes
                if flags.contains("--check") {
                    if !isSame {
                        Terminal.say("mlq: \(path) is not in the canonical form")
                        status = max(status, 1)
                    }
                } else if flags.isEmpty {
                    Terminal.print(Terminal.harmless(text))
                } else if !isSame {
                    if case .failure(let failure) = FileText.write(SystemText.bytes(text), to: path) {
                        throw UsageError(failure.message)
                    }
                }
            }
        }
        return status
    }
}
