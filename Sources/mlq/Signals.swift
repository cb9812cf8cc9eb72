import Glibc
import MailLog
import QueryEngine
import struct Synchronization.Atomic

/// Ctrl-C ends the running query, not the process: a thread of its own waits for the signal. In a shell it ends
/// the line that is being typed, and a request to end lets the shell put the terminal in order first. There the
/// line is drawn again when the terminal has another size, or is the shell's again after Ctrl-Z and `fg`.
enum Signals {
    private static let state = Mutex(State())
    /// The signal that has asked a shell to end; 0 before.
    private static let quits = Atomic<Int32>(0)
    private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT, SIGWINCH]

    private struct State {
        var run: RunState?
        /// The ends of the pipe that wakes a shell.
        var wake: (read: Int32, write: Int32)?
        /// The terminal as it was before the shell.
        var modes: termios?
    }

    /// Seconds that a shell may take to end.
    private static let patience: UInt32 = 3

    /// Must run before any other thread starts.
    static func start() {
        // A limit on the size of files (`ulimit -f`) is an error of the write.
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
                case SIGCONT: Signals.wake(.goOn)
                case SIGWINCH: Signals.wake(.resize)
                default: Signals.quit(number)
                }
            }
        }
        // Without a thread that waits for them, signals do what they do to any process.
        if !hasStarted { pthread_sigmask(SIG_UNBLOCK, &set, nil) }
    }

    /// What `nohup` has made deaf stays deaf.
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

    /// The first interrupt asks the run to end and show what it has; a second one ends the process.
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
        // Whoever has the terminal now is to give it back.
        Child.end(number)
        if wake(.quit) {
            Waiting.end()
            state.withLock { $0.run }?.interrupt()
            // The shell ends itself, unless it is held up (by a file system that does not answer, say).
            Threads.start {
                sleep(patience)
                if var modes = state.withLock({ $0.modes }) { tcsetattr(STDIN_FILENO, TCSANOW, &modes) }
                StagedFiles.removeAll()
                _exit(128 + number)
            }
            return
        }
        // A run that is interrupted could end the process first, with another status.
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

    /// From now on a signal without a run to end makes `wakeDescriptor` readable.
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
            state.wake = (ends[0], ends[1])
            state.modes = isTerminal ? modes : nil
        }
    }

    static var wakeDescriptor: Int32 { state.withLock { $0.wake?.read ?? -1 } }

    /// The exit status of a shell that was asked to end, as a shell above would tell it.
    static var quitStatus: Int32? {
        let number = quits.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }

    /// Why a shell was woken; the later ones matter more.
    enum Wake: UInt8 { case resize, goOn, interrupt, quit }

    /// Whether there is a shell.
    @discardableResult
    private static func wake(_ wake: Wake) -> Bool {
        guard let end = state.withLock({ $0.wake?.write }) else { return false }
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
