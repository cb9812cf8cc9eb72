import MailLog
import QueryEngine
import QuerySyntax

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs the queries of one command over one set of logs, and keeps the account of what happened.
struct Session {
    private let logs: LogSet
    private let threads: Int
    private let memory: Int
    private let options: Options
    private let format: OutputFormat?
    private var rows = 0
    private var lastOutcome: Executor.Outcome?
    private var problems: [InputProblem] = []
    private var status: Int32 = 0
    private var isFirst = true
    private(set) var mustEnd = false

    init(logs: LogSet, threads: Int, memory: Int, options: Options, format: OutputFormat?) {
        self.logs = logs
        self.threads = threads
        self.memory = memory
        self.options = options
        self.format = format
    }

    mutating func title(_ title: String) {
        let isTable = (format?.name ?? (Terminal.isOutput ? "table" : "tsv")) == "table"
        show((isFirst ? "" : "\n") + (isTable ? title : "# \(title)") + "\n")
        isFirst = false
    }

    mutating func show(_ text: String) {
        let run = RunState(memory: memory, threads: threads)
        _ = DescriptorSink(STDOUT_FILENO, run: run).write(Array(text.utf8))
    }

    mutating func run(_ query: Query) {
        let run = RunState(memory: memory, threads: threads)
        let executor = Executor(logs: logs, threads: threads, searches: !options.noSearch)
        let progress = Progress()
        let bar = ProgressDisplay(progress)
        Signals.watch(run)
        let start = Clock.seconds
        bar.start()
        let destination = Executor.Destination(
            format: chosenFormat(query), options: outputOptions,
            sink: BarClearingSink(DescriptorSink(STDOUT_FILENO, run: run), bar))
        let outcome = executor.run(query, to: destination, run: run, progress: progress)
        bar.stop()
        Signals.watch(nil)
        rows += outcome.rows
        for problem in outcome.problems where !problems.contains(where: { $0.message == problem.message }) {
            problems.append(problem)
            Terminal.say("mlq: \(problem.message)")
        }
        if let note = timeNote(query) { Terminal.say("mlq: \(note)") }
        for note in run.notes { Terminal.say("mlq: \(note)") }
        for failure in run.assertionFailures { Terminal.say("mlq: \(failure)") }
        if !run.assertionFailures.isEmpty { status = max(status, 1) }
        if let failure = run.failure {
            Terminal.say("mlq: \(failure.message)")
            status = failure.status
            mustEnd = true
        }
        if run.wasInterrupted {
            Terminal.say("mlq: interrupted; the answer covers what had been read")
            status = 130
            mustEnd = true
        }
        if options.stats {
            Terminal.say(statistics(outcome, seconds: Clock.seconds - start))
        }
        lastOutcome = outcome
        isFirst = false
    }

    /// What the logs cover, where a query asks for another time.
    private func timeNote(_ query: Query) -> String? {
        guard let wanted = query.timeRange, let covered = logs.timeRange,
            wanted.upperBound <= covered.first || wanted.lowerBound > covered.last
        else { return nil }
        return "no line is of the time asked for: the logs go from \(ValueText.time(covered.first)) "
            + "to \(ValueText.time(covered.last))"
    }

    /// Lines stay lines, as grep's do; other rows are a table for people and TSV for programs.
    private func chosenFormat(_ query: Query) -> OutputFormat {
        let name = query.givesLines ? "raw" : Terminal.isOutput ? "table" : "tsv"
        guard let format = format ?? OutputFormats.named(name) else {
            preconditionFailure("the formats raw, table and tsv are always there")
        }
        return format
    }

    private var outputOptions: OutputOptions {
        var output = OutputOptions()
        output.header = !options.noHeader
        output.types = options.types
        output.isUTF8 = Terminal.isUTF8
        output.defusesCells = options.safeCSV
        if Terminal.isOutput {
            output.width = Terminal.width
            output.escapes = true
        }
        switch options.color {
        case .always: output.color = true
        case .never: output.color = false
        case .auto:
            output.color =
                Terminal.isOutput && Terminal.environment("NO_COLOR") == nil
                && Terminal.environment("TERM") != "dumb"
        }
        return output
    }

    private func statistics(_ outcome: Executor.Outcome, seconds: Double) -> String {
        let megabytes = Double(outcome.account.bytes) / 1e6
        let rate = seconds > 0 ? megabytes / seconds : 0
        return "mlq: \(outcome.rows) rows from \(outcome.account.lines) lines looked at, "
            + "\(Int(megabytes)) MB in \(Int(seconds * 1000)) ms (\(Int(rate)) MB/s), \(threads) threads"
            + (Terminal.peakMemory.map { ", peak \($0 >> 20) MB" } ?? "")
    }

    /// Says what the answers cover, and gives the exit status.
    mutating func finish() -> Int32 {
        if let outcome = lastOutcome {
            let account = outcome.account
            if let sentence = accountSentence(account, paths: logs.files.map(\.path)) {
                Terminal.say("mlq: \(sentence)")
            }
            if options.strict, account.unrecognised > 0, status == 0 { status = 3 }
        }
        if status == 0, problems.contains(where: \.isDamage) { status = 3 }
        if status == 0, options.exitEmpty, rows == 0 { status = 1 }
        return status
    }
}

/// Seconds of a clock that only goes forward.
enum Clock {
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
