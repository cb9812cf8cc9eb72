import Glibc
import QueryEngine
import SystemText

/// Program that shows long texts page by page.
struct Pager {
    private let command: String

    /// `$PAGER`, else less; nil if it is not installed or the terminal cannot run it.
    init?() {
        guard Terminal.isOutput, Terminal.isInput, !Terminal.isDumb else { return nil }
        command = Terminal.environment("PAGER") ?? "less"
        // Variables may precede the program: `LESS=-N less`.
        guard let program = command.split(separator: " ").first(where: { !$0.contains("=") }),
            command != "cat", Pager.isInstalled(String(program))
        else { return nil }
    }

    private static func isInstalled(_ program: String) -> Bool {
        if program.contains("/") { return access(SystemText.path(program), X_OK) == 0 }
        let path = Terminal.environment("PATH") ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { access(SystemText.path("\($0)/\(program)"), X_OK) == 0 }
    }

    /// Starts the pager. Returns the descriptor of its input; nil if it cannot start.
    fileprivate func start() -> (process: pid_t, descriptor: Int32)? {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        // less cuts long lines, ends at once if the text fits, and leaves it on the screen. User settings get -R for
        // colours.
        let options = Terminal.environment("LESS") ?? "-SXF"
        if !options.contains("R") { setenv("LESS", SystemText.path("-R \(options)"), 1) }
        let process = Child.start(["/bin/sh", "-c", "exec env \(command)"], input: ends[0])
        close(ends[0])
        guard let process else {
            close(ends[1])
            return nil
        }
        return (process, ends[1])
    }
}

/// Sink of the terminal. An answer that does not fit goes to the pager. The run ends when the user leaves the pager.
final class PagerSink: ByteSink {
    private let pager: Pager?
    private let direct: DescriptorSink
    private let run: RunState
    private var held: [UInt8] = []
    private var heldRows = 0
    private var paged: (process: pid_t, sink: DescriptorSink, descriptor: Int32)?
    private var isOver = false

    init(_ pager: Pager?, _ run: RunState) {
        self.pager = pager
        self.run = run
        direct = DescriptorSink(STDOUT_FILENO, run: run)
    }

    func write(_ bytes: [UInt8]) -> Bool {
        if isOver { return false }
        if let paged {
            isOver = !paged.sink.write(bytes)
            return !isOver
        }
        guard let pager else { return direct.write(bytes) }
        held += bytes
        heldRows += rows(bytes)
        guard heldRows > (Terminal.height ?? 24) - 2 else { return true }
        guard let (process, descriptor) = pager.start() else { return flushHeld(to: direct) }
        let sink = DescriptorSink(descriptor, run: run)
        paged = (process, sink, descriptor)
        isOver = !flushHeld(to: sink)
        return !isOver
    }

    /// Returns the rows of the terminal that the text takes. It folds long lines.
    private func rows(_ bytes: [UInt8]) -> Int {
        let width = Terminal.width ?? 80
        return bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast()
            .reduce(0) { $0 + max(1, ($1.count + width - 1) / width) }
    }

    private func flushHeld(to sink: DescriptorSink) -> Bool {
        defer {
            held = []
            heldRows = Int.min / 2
        }
        return sink.write(held)
    }

    func flush() {
        if let paged {
            close(paged.descriptor)
            Child.wait(paged.process)
        } else if !held.isEmpty {
            _ = flushHeld(to: direct)
        }
        paged = nil
    }
}
