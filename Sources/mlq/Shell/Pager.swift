import Glibc
import QueryEngine
import struct Synchronization.Atomic
import SystemText

/// The program that shows long texts a screenful at a time.
struct Pager {
    private let command: String

    /// `$PAGER`, else less; nil where there is none, or where the terminal could not show it.
    init?() {
        guard Terminal.isOutput, Terminal.isInput, !Terminal.isDumb else { return nil }
        command = Terminal.environment("PAGER") ?? "less"
        // Settings may stand before it: `LESS=-N less`.
        guard let program = command.split(separator: " ").first(where: { !$0.contains("=") }),
            command != "cat", Pager.isThere(String(program))
        else { return nil }
    }

    private static func isThere(_ program: String) -> Bool {
        if program.contains("/") { return access(SystemText.path(program), X_OK) == 0 }
        let path = Terminal.environment("PATH") ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { access(SystemText.path("\($0)/\(program)"), X_OK) == 0 }
    }

    /// Starts it. What is written to the descriptor is shown; nil where it cannot be started.
    fileprivate func start() -> (process: pid_t, descriptor: Int32)? {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        // Long lines are cut, not folded; one screenful needs no key; the answer stays on the screen. Whoever has
        // settings of their own sees colours all the same.
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

/// Shows an answer on the terminal: at once if it fits, else in the pager. The run waits for the reader, and ends
/// when the pager is left.
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

    /// Rows of the terminal; long lines take several.
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

/// A program that the shell starts and gives the terminal to.
enum Child {
    private static let running = Atomic<pid_t>(0)

    /// Whether one has the terminal.
    static var hasTerminal: Bool { running.load(ordering: .relaxed) != 0 }

    /// Sends a signal to the one that has the terminal.
    static func end(_ signal: Int32) {
        let process = running.load(ordering: .relaxed)
        if process != 0 { kill(process, signal) }
    }

    /// Starts a program with the signals that a program expects.
    static func start(_ words: [String], input: Int32? = nil) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for number in [SIGPIPE, SIGXFSZ] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup(SystemText.path($0)) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawnp(&process, words[0], &actions, &attributes, arguments, environ) == 0 else {
            return nil
        }
        running.store(process, ordering: .relaxed)
        return process
    }

    /// The exit status.
    @discardableResult
    static func wait(_ process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        running.store(0, ordering: .relaxed)
        return status
    }
}
