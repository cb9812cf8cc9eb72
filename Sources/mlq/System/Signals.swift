import Glibc
import MailLog
import QueryEngine
import struct Synchronization.Atomic

/// Signals, received by a thread of their own.
///
/// - SIGINT interrupts the running query, not the process. In a shell without a query, it ends the line that is typed.
/// - SIGTERM, SIGHUP and SIGQUIT end the process. A shell restores the terminal first.
/// - SIGWINCH and SIGCONT (`fg` after Ctrl-Z) let a shell draw its line again.
enum Signals {
    private static let state = Mutex(State())
    /// The signal that asked a shell to end, or 0.
    private static let quits = Atomic<Int32>(0)
    private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT, SIGWINCH]

    private struct State {
        var run: RunState?
        // Every initial value is zero: release builds of Swift 6.3 fill a static mutex of constants with zeroes.
        var hasShell = false
        /// Pipe that wakes the shell.
        var wakeRead: Int32 = 0
        var wakeWrite: Int32 = 0
        /// Modes of the terminal before the shell started.
        var modes = termios()
        var hasModes = false
    }

    /// Seconds until a shell that does not end is killed.
    private static let patience: UInt32 = 3

    /// Must run before any other thread starts.
    static func start() {
        // A write beyond `ulimit -f` then fails with an error.
        for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
        var set = Signals.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let hasStarted = Threads.start {
            var set = Signals.set
            while true {
                var number: Int32 = 0
                guard sigwait(&set, &number) == 0 else { return }
                switch number {
                case SIGINT: Signals.interrupt()
                case SIGCONT: Signals.wake(.resume)
                case SIGWINCH: Signals.wake(.resize)
                default: Signals.quit(number)
                }
            }
        }
        // Without the thread, signals keep their default actions.
        if !hasStarted { pthread_sigmask(SIG_UNBLOCK, &set, nil) }
    }

    /// The watched signals, without those that `nohup` has made the process ignore.
    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in watched {
            var action = sigaction()
            sigaction(number, nil, &action)
            let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
            if !isIgnored { sigaddset(&set, number) }
        }
        return set
    }

    /// The first interrupt asks the run to end and to print its answer so far. The second one ends the process.
    private static func interrupt() {
        Waiting.end()
        if let run = state.withLock({ $0.run }), !run.wasInterrupted {
            run.interrupt()
        } else if !wake(.interrupt) {
            StagedFiles.removeAll()
            _exit(130)
        }
    }

    private static func quit(_ number: Int32) {
        quits.store(number, ordering: .relaxed)
        // A child process that has the terminal must return it.
        Child.end(number)
        if wake(.quit) {
            Waiting.end()
            state.withLock { $0.run }?.interrupt()
            // The shell ends itself, unless it is blocked, for instance by a file system that does not respond.
            Threads.start {
                sleep(patience)
                state.withLock { if $0.hasModes { tcsetattr(STDIN_FILENO, TCSANOW, &$0.modes) } }
                StagedFiles.removeAll()
                _exit(128 + number)
            }
            return
        }
        // Do not interrupt the run here. Its end could exit first, with another status.
        StagedFiles.removeAll()
        signal(number, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, number)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
    }

    static func watch(_ run: RunState?) { state.withLock { $0.run = run } }

    // MARK: A shell

    /// Makes signals without a running query wake the shell through `wakeDescriptor`.
    static func wakeShell() {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        var modes = termios()
        let isTerminal = tcgetattr(STDIN_FILENO, &modes) == 0
        state.withLock { state in
            (state.wakeRead, state.wakeWrite) = (ends[0], ends[1])
            state.hasShell = true
            (state.modes, state.hasModes) = (modes, isTerminal)
        }
    }

    static var wakeDescriptor: Int32 { state.withLock { $0.hasShell ? $0.wakeRead : -1 } }

    /// Exit status of a shell that a signal asked to end; nil without such a signal.
    static var quitStatus: Int32? {
        let number = quits.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }

    /// Reason for waking a shell, in the order of importance.
    enum Wake: UInt8 { case resize, resume, interrupt, quit }

    /// Wakes the shell. Returns false if there is no shell.
    @discardableResult
    private static func wake(_ wake: Wake) -> Bool {
        guard let end = state.withLock({ $0.hasShell ? $0.wakeWrite : nil }) else { return false }
        var byte = wake.rawValue
        _ = write(end, &byte, 1)
        return true
    }

    static func takeWake() -> Wake? {
        var byte: UInt8 = 0
        var most: UInt8?
        while read(wakeDescriptor, &byte, 1) == 1 { most = max(most ?? 0, byte) }
        if quitStatus == nil { Waiting.begin() }
        return quitStatus != nil ? .quit : most.flatMap(Wake.init)
    }
}
