import Glibc
import MailLog
import QueryEngine

/// Display of the answer so far. On a terminal, it replaces the last one; into a pipe, it follows the last one.
final class FollowDisplay {
    private let sink: any ByteSink
    private let isTerminal: Bool
    /// Lines of the terminal that the last answer takes.
    private var height = 0
    private var isFirst = true

    init(_ sink: any ByteSink, isTerminal: Bool) {
        self.sink = sink
        self.isTerminal = isTerminal
    }

    /// Returns false if the reader is gone.
    func show(_ text: [UInt8]) -> Bool {
        defer {
            isFirst = false
            sink.flush()
        }
        guard isTerminal else { return sink.write((isFirst ? [] : [10]) + text) }
        // Go to the first line of the last answer and clear the rest of the screen.
        let back = height > 0 ? Array("\u{1B}[\(height)A\r\u{1B}[J".utf8) : []
        height = FollowDisplay.lines(of: text, width: Terminal.width ?? 80)
        return sink.write(back + text)
    }

    /// Returns the number of lines that a text takes on a terminal, which folds long lines.
    static func lines(of text: [UInt8], width: Int) -> Int {
        var lines = 0
        var column = 0
        var isEscape = false
        for byte in text {
            if isEscape {
                if byte != UInt8(ascii: "["), (0x40...0x7E).contains(byte) { isEscape = false }
            } else if byte == 0x1B {
                isEscape = true
            } else if byte == 10 {
                lines += 1 + max(0, column - 1) / max(1, width)
                column = 0
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return lines
    }
}

extension Interpreter {
    /// Refuses several queries, because the first one would not end.
    func checkFollowing(_ program: Program) throws(UsageError) {
        let queries = program.items.count { if case .query = $0 { true } else { false } }
        guard queries <= 1 else {
            throw UsageError("--follow runs one query, not \(queries)")
        }
        for path in awaited { Terminal.say("mlq: \(path) does not exist yet; mlq reads it once it does") }
    }

    /// Output format for a followed query. Rows that are printed one by one have no table around them.
    func formatToFollow(_ query: Query) -> OutputFormat {
        let format = settings.format(for: query)
        guard settings.format == nil, query.isStreaming, !format.isPiecewise,
            let piecewise = OutputFormats.named("tsv")
        else { return format }
        return piecewise
    }

    /// Runs a query over growing logs until an interrupt.
    func follow(
        _ query: Query, _ executor: Executor, _ logs: LogSet, to destination: Executor.Destination,
        _ run: RunState
    ) -> Executor.Outcome {
        let follower = FileFollower(
            logs, awaited: awaited, directories: paths.compactMap(LogDirectory.init),
            now: { [zone = settings.zone] in Input.now(zone) }
        ) { run.shouldStop }
        let isTerminal = Terminal.isOutput
        let display = FollowDisplay(destination.sink, isTerminal: isTerminal)
        var options = destination.options
        if isTerminal, options.maximumRows == nil, let height = Terminal.height {
            options.maximumRows = max(5, height - 4)
        }
        let frames = Following.Frames(
            interval: isTerminal ? FollowDisplay.interval : settings.interval, waitsForRows: isTerminal,
            seconds: { Clock.seconds }
        ) { text, _ in display.show(text) }
        var outcome = Following(executor, follower, frames).run(
            query,
            to: Executor.Destination(format: destination.format, options: options, sink: destination.sink),
            run: run)
        outcome.problems = logs.problems + outcome.problems
        return outcome
    }
}

extension FollowDisplay {
    /// Seconds between two answers on a terminal.
    fileprivate static let interval = 0.3
}
