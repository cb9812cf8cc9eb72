import Glibc
import MailLog
import QueryEngine

/// Progress bar on standard error, if that is a terminal and the query runs for more than a second. A thread draws it.
final class ProgressDisplay: Sendable {
    private let progress: Progress
    private let isOn: Bool
    private let state = Mutex<(isOver: Bool, isDrawn: Bool)>((false, false))
    private let started = Clock.seconds
    private static let interval: UInt32 = 100_000

    init(_ progress: Progress, isWanted: Bool = true) {
        self.progress = progress
        isOn = isWanted && Terminal.isError && Terminal.environment("TERM") != "dumb"
    }

    func start() {
        if isOn { Threads.start(draw) }
    }

    private func draw() {
        while true {
            usleep(ProgressDisplay.interval)
            let elapsed = Clock.seconds - started
            let (done, total) = progress.bytes
            let isOver = state.withLock { state -> Bool in
                guard !state.isOver else { return true }
                guard elapsed >= 1, !Child.hasTerminal else { return false }
                let bar = ProgressBar.text(
                    done: done, total: total, elapsed: elapsed, width: Terminal.width ?? 80,
                    isUTF8: Terminal.isUTF8)
                Terminal.write(Array("\r\u{1B}[2K\(bar)".utf8))
                state.isDrawn = true
                return false
            }
            if isOver { return }
        }
    }

    /// Removes the bar, so that the answer begins on an empty line.
    func clear() {
        guard isOn else { return }
        state.withLock { state in
            if state.isDrawn { Terminal.write(Array("\r\u{1B}[2K".utf8)) }
            state.isDrawn = false
        }
    }

    func stop() {
        clear()
        state.withLock { $0.isOver = true }
    }
}

/// Sink that removes the progress bar before it writes.
final class BarClearingSink: ByteSink {
    private let sink: any ByteSink
    private let bar: ProgressDisplay

    init(_ sink: any ByteSink, _ bar: ProgressDisplay) {
        self.sink = sink
        self.bar = bar
    }

    func write(_ bytes: [UInt8]) -> Bool {
        bar.clear()
        return sink.write(bytes)
    }

    func flush() { sink.flush() }
}
