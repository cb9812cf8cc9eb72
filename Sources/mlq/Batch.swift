import MailLog
import QueryEngine
import QuerySyntax
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs queries and scripts from beginning to end.
struct Batch {
    private let options: Options
    private let paths: [String]
    private let threads: Int
    private let memory: Int
    private let format: OutputFormat?

    init(_ options: Options, paths: [String]) throws(UsageError) {
        self.options = options
        self.paths = paths
        threads = options.threads ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        guard (1...256).contains(threads) else { throw UsageError("--threads \(threads): between 1 and 256") }
        guard let memory = Literals.size(options.memory), memory >= 1_000_000 else {
            throw UsageError("--memory \(options.memory): a size of at least 1MB, such as 512MB")
        }
        self.memory = memory
        if let name = options.o {
            guard let format = OutputFormats.named(name) else {
                let near = Spelling.nearest(to: name, among: OutputFormats.all.map(\.name))
                throw UsageError(
                    "no output format '\(name)'"
                        + (near.map { "; did you mean '\($0)'?" }
                            ?? "; there are \(OutputFormats.all.map(\.name).joined(separator: ", "))"))
            }
            self.format = format
        } else {
            format = nil
        }
    }

    /// The exit status.
    func run(_ sources: [Source], checkOnly: Bool = false) throws(UsageError) -> Int32 {
        let logs = LazyLogs { [options, paths] spools in
            var logOptions = LogOptions()
            logOptions.year = options.year
            logOptions.now = Input.now
            logOptions.spools = spools
            return LogSet(paths: paths, options: logOptions)
        }
        var environment = Environment()
        environment.now = Input.now
        environment.memory = memory
        environment.force = options.force
        environment.dataRange = { logs.value(spooled: true).timeRange }
        if let word = options.now {
            do { environment.now = try TimeWords(environment).interval(word).start } catch {
                throw UsageError("--now \(word): not a time")
            }
        }
        environment.files = { logs.value(spooled: true).files }
        environment.pass = { [threads, options] query, output, run in
            let logs = logs.value(spooled: true)
            Executor(logs: logs, threads: threads, searches: !options.noSearch)
                .pass(query, to: output, run: run)
        }
        let program = Program(
            sources, in: environment, overrides: try overrides(), prelude: try timeFilter())
        for (source, diagnostic) in program.diagnostics {
            Terminal.say(DiagnosticRenderer(source: source).render(diagnostic))
        }
        if program.hasErrors { return 2 }
        if checkOnly { return 0 }
        guard !paths.isEmpty else {
            throw UsageError("no log to read: name files, pipe a log in, or have /var/log/maillog")
        }
        var session = Session(
            logs: logs.value(spooled: program.scansAgain), threads: threads, memory: memory, options: options,
            format: format)
        for item in program.items {
            switch item {
            case .title(let title): session.title(title)
            case .explain(let query): session.show(Plan(query, threads: threads).text)
            case .query(let query): session.run(query)
            }
            if session.mustEnd { break }
        }
        return session.finish()
    }

    private func overrides() throws(UsageError) -> [String: String] {
        var values: [String: String] = [:]
        for definition in options.define {
            guard let equal = definition.firstIndex(of: "=") else {
                throw UsageError("-D \(definition): write -D name=value")
            }
            values[String(definition[..<equal])] = String(definition[definition.index(after: equal)...])
        }
        return values
    }

    /// `--since` and `--until` as the filter that they are.
    private func timeFilter() throws(UsageError) -> [Pipeline<any Stage>.Step] {
        guard options.since != nil || options.until != nil else { return [] }
        let text = "filter time in \(options.since ?? "")..\(options.until ?? "")"
        do throws(Diagnostic) {
            var parser = try Parser(Source(name: "--since, --until", text: text))
            let pipeline = try parser.pipeline(Stages.all)
            // A time that cannot be read is the fault of the option, not of the query.
            let query = Query(pipeline, in: Environment())
            if let error = query.diagnostics.first(where: { $0.message.contains("is not a time") }) {
                throw error
            }
            return pipeline.stages
        } catch {
            throw UsageError("--since, --until: \(error.message)")
        }
    }
}

/// A log set that is looked at when it is first needed: a query with an error reads nothing. Who needs it first
/// says whether a pipe must be kept for reading it again.
private final class LazyLogs: Sendable {
    private let make: @Sendable (Bool) -> LogSet
    private let made = Mutex<LogSet?>(nil)

    init(_ make: @escaping @Sendable (Bool) -> LogSet) { self.make = make }

    func value(spooled: Bool) -> LogSet {
        made.withLock { made in
            if let made { return made }
            let logs = make(spooled)
            made = logs
            return logs
        }
    }
}

/// The call is wrong: exit status 2.
struct UsageError: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
