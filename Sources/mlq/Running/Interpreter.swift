import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// Interpreter of statements over one set of logs. It prints their answers and collects what the exit status and the
/// foot of a page report.
struct Interpreter {
    var settings: Settings { didSet { Interpreter.redactMessages(settings) } }
    private(set) var paths: [String]
    /// Names that statements have bound.
    private(set) var environment = Environment(.mlq)
    private(set) var logs: LazyLogs
    private var rows = 0
    private var problems: [InputProblem] = []
    private var knownProblems: Set<InputProblem> = []
    private var status: Int32 = 0
    private var isFirst = true
    /// Sentence about unrecognised lines of the last query.
    private var unrecognised: String?
    private var reportedUnrecognised: Set<String> = []
    private var mustEnd = false
    /// Whether queries continue with new lines of the logs (`--follow`, `:follow`).
    var follows: Bool
    /// Followed logs that do not exist yet.
    private(set) var awaited: [String] = []
    /// Copies of the pipes among the logs, for the next query.
    private var pipes = SpooledPipes()

    init(_ settings: Settings, paths: [String]) {
        self.settings = settings
        self.paths = paths
        follows = settings.options.follow
        logs = LazyLogs(paths: paths, LogOptions())
        Interpreter.redactMessages(settings)
    }

    private static func redactMessages(_ settings: Settings) {
        Terminal.redaction.withLock { $0 = settings.redaction }
    }

    /// Replaces the logs.
    mutating func open(_ paths: [String]) {
        self.paths = paths
        pipes = SpooledPipes()
    }

    private var logOptions: LogOptions {
        var options = LogOptions(
            year: settings.options.year, zone: settings.zone, now: Input.now(settings.zone),
            readsAll: settings.options.fullScan)
        options.follows = follows
        options.pipes = pipes
        return options
    }

    // MARK: Reading queries

    /// Parses and resolves sources over the present contents of the logs.
    mutating func read(_ sources: [Source]) throws(UsageError) -> Program {
        let isAwaited = { (path: String) in
            path != "-" && !Terminal.exists(path) && LogDirectory(path) == nil
        }
        awaited = follows ? paths.filter(isAwaited) : []
        let logs = LazyLogs(paths: paths.filter { !awaited.contains($0) }, logOptions)
        self.logs = logs
        environment.follows = follows
        environment.now = Input.now(settings.zone)
        environment.zone = settings.zone
        environment.memory = settings.memory
        environment.force = settings.options.force
        environment.output = settings.fileOutput
        environment.dataRange = { logs.value(spooled: true).coverage }
        if let time = settings.options.now {
            do { environment.now = try TimeWords(environment).interval(time).start } catch {
                throw UsageError("--now \(time): not a time")
            }
        }
        if follows {
            // Followed data ends now. A pipe must not be read to its end for that.
            let now = environment.now
            environment.dataRange = {
                let coverage = logs.value(spooled: false).coverage
                return Coverage(first: coverage?.first ?? now, last: max(coverage?.last ?? now, now))
            }
        }
        environment.files = { logs.value(spooled: true).files }
        let (threads, searches) = (settings.threads, !settings.options.noSearch)
        environment.pass = { query, output, run in
            Executor(logs: logs.value(spooled: true), threads: threads, searches: searches)
                .pass(query, to: output, run: run)
        }
        let program = Program(
            sources, in: environment, overrides: settings.definitions, prelude: settings.prelude)
        if !program.hasErrors { environment = program.environment }
        return program
    }

    /// Binds a name to kept rows.
    mutating func keep(_ name: String, _ answer: Answer) { environment.answers[name] = answer }

    /// Binds a name to a query, as `let` does. The name loses its kept rows.
    mutating func bind(_ name: String, to text: String) {
        environment.answers[name] = nil
        guard let pipeline = pipeline(text) else { return }
        environment.bind(name, pipeline, text: text)
    }

    private func pipeline(_ text: String) -> Pipeline<any Stage>? {
        guard var parser = try? Parser(Source(name: "query", text: text)) else { return nil }
        parser.names = environment.names
        return try? parser.pipeline(Stages.all)
    }

    /// Resolves one pipeline; nil if the text is not a pipeline.
    func query(_ text: String) -> Query? {
        guard let pipeline = pipeline(text) else { return nil }
        var query = Query(pipeline, in: environment)
        query.text = text
        return query
    }

    private var executor: Executor {
        Executor(
            logs: logs.value(spooled: true), threads: settings.threads, searches: !settings.options.noSearch)
    }

    /// Rows of a query over the part of the logs that can be read in `seconds`.
    func sample(_ query: Query, seconds: Double) -> RowTable {
        let state = RunState(memory: settings.memory, threads: settings.threads, writesFiles: false)
        let limit = TimeLimit(state, seconds: seconds)
        defer { limit.end() }
        return executor.table(query, run: state)
    }

    /// Runs a query, drops its rows, and returns what it read.
    func measure(_ query: Query) -> ScanAccount {
        let state = RunState(memory: settings.memory, threads: settings.threads, writesFiles: false)
        Signals.watch(state)
        defer { Signals.watch(nil) }
        let destination = Executor.Destination(
            format: settings.format(for: query), options: settings.output, sink: MemorySink())
        return executor.run(query, to: destination, run: state).account
    }

    /// Summary of the open logs for the start of a shell and its prompt. A missing part is empty.
    struct LogSummary {
        var names = ""
        var bytes = ""
        /// First and last day, as far as they are known without reading the logs.
        var days = ""
        var problems: [String] = []
    }

    func logSummary() -> LogSummary {
        let logs = LazyLogs(paths: paths, logOptions).value(spooled: true)
        let files = logs.files
        var summary = LogSummary(problems: InputProblem.messages(of: logs.problems))
        guard !files.isEmpty else { return summary }
        summary.names = files.count == 1 ? files[0].path : "\(files.count) logs"
        summary.bytes = PeopleText.size(files.reduce(0) { $0 + $1.size })
        let day = { (time: Value) in QueryText.value(TimeBins.start(of: time, .day), .time(.day)) }
        // The end of a compressed log is unknown until it is unpacked.
        let covered = files.allSatisfy { $0.packing == .plain } ? logs.coverage : nil
        let first = covered.map { day(.time($0.first)) } ?? files[0].firstTime.map(day) ?? ""
        let last = covered.map { day(.time($0.last)) } ?? ""
        summary.days = first.isEmpty || first == last ? first : "\(first)..\(last)"
        return summary
    }

    // MARK: Running queries

    mutating func run(_ program: Program) throws(UsageError) {
        guard !paths.isEmpty else {
            throw UsageError("no log to read; name files, or pipe a log in")
        }
        if follows { try checkFollowing(program) }
        _ = logs.value(spooled: program.scansAgain)
        for item in program.items {
            switch item {
            case .title(let title): self.title(title)
            case .explain(let query): explain(query)
            case .query(let query):
                let state = RunState(memory: settings.memory, threads: settings.threads)
                run(query, state, to: DescriptorSink(STDOUT_FILENO, run: state))
            }
            if mustEnd { break }
        }
    }

    /// The page of the output format. Prints its head once.
    private mutating func openPage() -> Page? {
        guard let page = settings.format?.page else { return nil }
        if isFirst { show(page.head) }
        isFirst = false
        return page
    }

    mutating func title(_ title: String) {
        let title = redacted(title)
        if let page = openPage() { return show(page.title(title)) }
        let isTable = (settings.format?.name ?? (Terminal.isOutput ? "table" : "tsv")) == "table"
        show((isFirst ? "" : "\n") + (isTable ? title : "# \(title)") + "\n")
        isFirst = false
    }

    mutating func explain(_ query: Query) {
        let plan = redacted(Plan(query, threads: settings.threads).text)
        if let page = openPage() { return show(page.query(plan)) }
        show(plan)
    }

    /// Redacts text that is not in the rows of an answer.
    func redacted(_ text: String) -> String { settings.redaction?.text(text) ?? text }

    func redacted(query: String) -> String {
        settings.redaction?.query(query, names: environment.names) ?? query
    }

    func show(_ text: String) { Terminal.print(Terminal.harmless(text)) }

    /// Runs a query, prints its answer and reports problems.
    @discardableResult
    mutating func run(
        _ query: Query, _ run: RunState, to sink: any ByteSink, output: OutputOptions? = nil,
        keeping limit: Int = 0
    ) -> Executor.Outcome {
        let logs = logs.value(spooled: query.scansAgain)
        // An interrupt while a pipe was read leaves no log to answer from.
        if Waiting.isOver { run.interrupt() }
        let page = openPage()
        if let page { show(page.query(redacted(query: query.text))) }
        let executor = executor
        let progress = Progress()
        let bar = ProgressDisplay(progress, isWanted: !follows)
        Signals.watch(run)
        let start = Clock.seconds
        bar.start()
        let destination = Executor.Destination(
            format: follows ? formatToFollow(query) : settings.format(for: query),
            options: output ?? settings.output,
            sink: BarClearingSink(sink, bar))
        let outcome =
            follows
            ? follow(query, executor, logs, to: destination, run)
            : executor.run(query, to: destination, run: run, progress: progress, keeping: limit)
        bar.stop()
        Signals.watch(nil)
        rows += outcome.rows
        let news = outcome.problems.filter { knownProblems.insert($0).inserted }
        problems += news
        for message in InputProblem.messages(of: news) { Terminal.say("mlq: \(message)") }
        if let page { show(page.end) }
        let isEmpty = outcome.account.passed == 0 && !follows && !run.wasInterrupted
        for note in [isEmpty ? timeNote(query, outcome.account) : nil].compactMap(\.self) + run.notes {
            Terminal.say("mlq: \(note)")
            if let page { show(page.note(redacted(note))) }
        }
        for failure in run.assertionFailures { Terminal.say("mlq: \(failure)", isRedacted: true) }
        if !run.assertionFailures.isEmpty { status = max(status, 1) }
        if let failure = run.failure {
            Terminal.say("mlq: \(failure.message)")
            status = failure.status
            mustEnd = true
        }
        if run.wasInterrupted, !follows {
            let coverage =
                !run.hasGivenUp
                ? "the answer covers what had been read"
                : outcome.rows == 0 ? "no answer was ready" : "the answer is not whole"
            Terminal.say("mlq: interrupted; \(coverage)")
            status = 130
            mustEnd = true
        }
        if settings.options.stats {
            Terminal.say(statistics(outcome, seconds: Clock.seconds - start))
        }
        if query.readsLines, !query.readsListing {
            unrecognised = accountSentence(
                outcome.account, paths: logs.files(dated: false).map(\.path) + awaited,
                line: logs.line, repetition: logs.repetition)
            if settings.options.strict, outcome.account.unrecognised > 0, status == 0 { status = 3 }
        }
        isFirst = false
        return outcome
    }

    /// Note on the time that the logs cover, if a query without rows asks for another time. Reads the last log to its
    /// end if it is compressed.
    private func timeNote(_ query: Query, _ account: ScanAccount) -> String? {
        guard let wanted = query.times, let covered = logs.value(spooled: true).coverage,
            wanted.upperBound <= covered.earliest || wanted.lowerBound > covered.latest
        else { return nil }
        let read = account.skipped.isEmpty && covered.isExact ? "" : " that was read"
        let (first, last) = (QueryText.time(covered.first), QueryText.time(covered.last))
        return "no line\(read) is of the time asked for: the logs go from \(first) to \(last)"
    }

    private func statistics(_ outcome: Executor.Outcome, seconds: Double) -> String {
        let megabytes = Double(outcome.account.bytes) / 1e6
        let rate = seconds > 0 ? megabytes / seconds : 0
        let rows = outcome.rows == 1 ? "1 row" : "\(Digits.grouped(outcome.rows)) rows"
        return "mlq: \(rows) from \(Digits.grouped(outcome.account.lines)) lines looked at, "
            + "\(Int(megabytes)) MB in \(Int(seconds * 1000)) ms (\(Int(rate)) MB/s), "
            + "\(settings.threads) threads"
            + (Terminal.peakMemory.map { ", peak \($0 >> 20) MB" } ?? "")
    }

    // MARK: The end

    /// Reports unrecognised lines. The same sentence is printed once.
    mutating func reportUnrecognised() {
        guard let sentence = unrecognised, reportedUnrecognised.insert(sentence).inserted else { return }
        Terminal.say("mlq: \(sentence)")
    }

    /// Maximum number of log names in the foot of a page.
    private static let namedLogs = 100

    /// Lines for the foot of a page: the logs, their time, and problems.
    private var account: [String] {
        let logs = logs.value(spooled: true)
        let names = logs.files.prefix(Interpreter.namedLogs).map(\.path)
        let more = logs.files.count - names.count
        let others = more > 0 ? " and \(Digits.grouped(more)) more" : ""
        var lines = ["Made by mlq from \(names.joined(separator: ", "))\(others)."]
        if let covered = logs.coverage {
            lines.append(
                "The logs go from \(QueryText.time(covered.first)) to \(QueryText.time(covered.last)).")
        }
        lines += [unrecognised].compactMap(\.self) + InputProblem.messages(of: problems)
        return lines.map { Terminal.shown(redacted($0)).text }
    }

    /// Prints the end of the output. Returns the exit status.
    mutating func finish() -> Int32 {
        if let page = openPage() { show(page.foot(account)) }
        reportUnrecognised()
        if status == 0, problems.contains(where: \.isDamage) { status = 3 }
        if status == 0, settings.options.exitEmpty, rows == 0 { status = 1 }
        return status
    }
}
