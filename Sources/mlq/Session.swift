import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// Runs queries over one set of logs, and keeps the account of what happened.
struct Session {
    var settings: Settings { didSet { Session.redactMessages(settings) } }
    private(set) var paths: [String]
    /// The names that statements have bound so far.
    private(set) var environment = Environment(.mlq)
    private(set) var logs: LazyLogs
    private var rows = 0
    private var problems: [InputProblem] = []
    private var knownProblems: Set<InputProblem> = []
    private var status: Int32 = 0
    private var isFirst = true
    private var saidSentences: Set<String> = []
    private var unrecognised: String?
    private(set) var mustEnd = false
    /// Whether queries go on with what is written to the logs (`--follow`, `:follow`).
    var follows: Bool
    /// Names of logs that are followed and not there yet.
    private(set) var awaited: [String] = []
    /// Copies of the pipes among the logs, for the next query.
    private var pipes = SpooledPipes()

    init(_ settings: Settings, paths: [String]) {
        self.settings = settings
        self.paths = paths
        follows = settings.options.follow
        logs = LazyLogs(paths: paths, LogOptions())
        Session.redactMessages(settings)
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

    /// Resolves texts over the logs as they are now.
    mutating func read(_ sources: [Source]) throws(UsageError) -> Program {
        awaited =
            follows ? paths.filter { $0 != "-" && !Terminal.exists($0) && LogDirectory($0) == nil } : []
        let logs = LazyLogs(
            paths: paths.filter { !awaited.contains($0) },
            logOptions)
        self.logs = logs
        environment.follows = follows
        environment.now = Input.now(settings.zone)
        environment.zone = settings.zone
        environment.memory = settings.memory
        environment.force = settings.options.force
        environment.output = settings.fileOutput
        environment.dataRange = { logs.value(spooled: true).coverage }
        if let word = settings.options.now {
            do { environment.now = try TimeWords(environment).interval(word).start } catch {
                throw UsageError("--now \(word): not a time")
            }
        }
        if follows {
            // The data ends with the present, and a pipe is not to be read to its end for that.
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

    /// Gives kept rows a name that pipelines may start with.
    mutating func keep(_ name: String, _ answer: Answer) { environment.answers[name] = answer }

    /// Gives a query a name, as `let` does, in the place of kept rows.
    mutating func bind(_ name: String, to text: String) {
        environment.answers[name] = nil
        guard var parser = try? Parser(Source(name: "query", text: text)) else { return }
        parser.names = environment.names
        guard let pipeline = try? parser.pipeline(Stages.all) else { return }
        environment.bind(name, pipeline, text: text)
    }

    /// A query of one statement, resolved; nil where it is none.
    func query(_ text: String) -> Query? {
        guard var parser = try? Parser(Source(name: "query", text: text)) else { return nil }
        parser.names = environment.names
        guard let pipeline = try? parser.pipeline(Stages.all) else { return nil }
        var query = Query(pipeline, in: environment)
        query.text = text
        return query
    }

    /// The rows that a query gives of what can be read in so many seconds.
    func sample(_ query: Query, seconds: Double) -> RowTable {
        let state = RunState(memory: settings.memory, threads: settings.threads, writesFiles: false)
        let limit = TimeLimit(state, seconds: seconds)
        defer { limit.end() }
        return Executor(logs: logs.value(spooled: true), threads: settings.threads).table(query, run: state)
    }

    /// Runs a query for what it reads.
    func measure(_ query: Query, _ state: RunState) -> ScanAccount {
        Signals.watch(state)
        defer { Signals.watch(nil) }
        let executor = Executor(logs: logs.value(spooled: true), threads: settings.threads)
        let destination = Executor.Destination(
            format: settings.format(for: query), options: settings.output, sink: MemorySink())
        return executor.run(query, to: destination, run: state).account
    }

    /// What is open, for people: names, bytes, first and last day as far as the files tell at once.
    func interval() -> (names: String, bytes: String, times: String, problems: [String]) {
        let logs = LazyLogs(paths: paths, logOptions).value(spooled: true)
        let files = logs.files
        let name = files.count == 1 ? files[0].path : files.isEmpty ? "" : "\(files.count) logs"
        var bytes: [UInt8] = []
        PeopleText(.size).append(.integer(files.reduce(0) { $0 + $1.size }), to: &bytes)
        let day = { (time: Value) in QueryText.value(TimeBins.start(of: time, .day), .time(.day)) }
        // A compressed log would have to be unpacked for it.
        let covered = files.allSatisfy { $0.packing == .plain } ? logs.coverage : nil
        let first = covered.map { day(.time($0.first)) } ?? files.first?.firstTime.map(day) ?? ""
        let last = covered.map { day(.time($0.last)) } ?? ""
        return (
            name, files.isEmpty ? "" : String(decoding: bytes, as: UTF8.self),
            first.isEmpty ? "" : first == last ? first : "\(first)..\(last)",
            InputProblem.messages(of: logs.problems)
        )
    }

    // MARK: Running them

    mutating func run(_ program: Program) throws(UsageError) {
        guard !paths.isEmpty else {
            throw UsageError("no log to read: name files, pipe a log in, or have /var/log/maillog")
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

    /// The page that all answers are on, begun with the first.
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

    /// Text that is not from the rows of an answer, as it may be shown.
    func redacted(_ text: String) -> String { settings.redaction?.text(text) ?? text }

    /// A query, as it may be shown.
    func redacted(query: String) -> String {
        settings.redaction?.query(query, names: environment.names) ?? query
    }

    func show(_ text: String) { Terminal.print(Terminal.harmless(text)) }

    /// Runs a query and says what is to be said of its answer.
    @discardableResult
    mutating func run(
        _ query: Query, _ run: RunState, to sink: any ByteSink, output: OutputOptions? = nil,
        keeping limit: Int = 0
    ) -> Executor.Outcome {
        let logs = logs.value(spooled: query.scansAgain)
        // Without the rest of a pipe that was waited for, there is no answer.
        if Waiting.isOver { run.interrupt() }
        let page = openPage()
        if let page { show(page.query(redacted(query: query.text))) }
        let executor = Executor(
            logs: logs, threads: settings.threads, searches: !settings.options.noSearch)
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
            let what =
                !run.hasGivenUp
                ? "the answer covers what had been read"
                : outcome.rows == 0 ? "no answer was ready" : "the answer is not whole"
            Terminal.say("mlq: interrupted; \(what)")
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

    /// What the logs cover, where a query that no line has passed asks for another time. To know it, the last log is
    /// read to its end if it is compressed.
    private func timeNote(_ query: Query, _ account: ScanAccount) -> String? {
        guard let wanted = query.times, let covered = logs.value(spooled: true).coverage,
            wanted.upperBound <= covered.earliest || wanted.lowerBound > covered.latest
        else { return nil }
        let isWhole = account.skipped.isEmpty && covered.isExact
        return "no line\(isWhole ? "" : " that was read") is of the time asked for: the logs go from "
            + "\(QueryText.time(covered.first)) to \(QueryText.time(covered.last))"
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

    /// Says once what the answers cover.
    mutating func sayAccount() {
        guard let sentence = unrecognised, saidSentences.insert(sentence).inserted else { return }
        Terminal.say("mlq: \(sentence)")
    }

    /// Logs that the foot of a page names.
    private static let namedLogs = 100

    /// What the answers cover, for the foot of a page.
    private var account: [String] {
        let logs = logs.value(spooled: true)
        let names = logs.files.prefix(Session.namedLogs).map(\.path)
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

    /// Says what the answers cover, and gives the exit status.
    mutating func finish() -> Int32 {
        if let page = openPage() { show(page.foot(account)) }
        sayAccount()
        if status == 0, problems.contains(where: \.isDamage) { status = 3 }
        if status == 0, settings.options.exitEmpty, rows == 0 { status = 1 }
        return status
    }
}

/// A log set that is looked at when it is first needed: a query with an error reads nothing. Who needs it first
/// says whether a pipe must be kept for reading it again.
final class LazyLogs: Sendable {
    private let paths: [String]
    private let options: LogOptions
    private let made = Mutex<LogSet?>(nil)

    init(paths: [String], _ options: LogOptions) {
        self.paths = paths
        self.options = options
    }

    func value(spooled: Bool) -> LogSet {
        made.withLock { made in
            if let made { return made }
            var options = options
            options.spools = spooled
            let logs = LogSet(paths: paths, options: options)
            made = logs
            return logs
        }
    }
}

/// Ends a run after a time.
final class TimeLimit: Sendable {
    private let isOver = Mutex(false)

    init(_ run: RunState, seconds: Double) {
        let deadline = Clock.seconds + seconds
        Threads.start { [self] in
            while Clock.seconds < deadline, !isOver.withLock({ $0 }) { usleep(5000) }
            run.stop()
        }
    }

    func end() { isOver.withLock { $0 = true } }
}

/// Seconds of a clock that only goes forward.
enum Clock {
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
