import MailLog
import QueryEngine
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ctrl-C ends the running query, not the process: a thread of its own waits for the signal. In a shell it ends
/// the line that is being typed, and a request to end lets the shell put the terminal in order first.
enum Signals {
    private static let state = Mutex(State())
    private static let quits = Atomic<Bool>(false)
    private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT]

    private struct State {
        var run: RunState?
        /// The ends of the pipe that wakes a shell.
        var wake: (read: Int32, write: Int32)?
    }

    /// Must run before any other thread starts.
    static func start() {
        signal(SIGPIPE, SIG_IGN)
        var set = Signals.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
        Threads.start {
            var set = Signals.set
            while true {
                var number: Int32 = 0
                guard sigwait(&set, &number) == 0 else { return }
                switch number {
                case SIGINT: Signals.interrupt()
                case SIGCONT: Signals.goOn()
                default: Signals.quit(number)
                }
            }
        }
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
        let (run, wake) = state.withLock { ($0.run, $0.wake) }
        if let run, !run.wasInterrupted {
            run.interrupt()
        } else if let wake {
            _ = write(wake.write, "i", 1)
        } else {
            _exit(130)
        }
    }

    /// After Ctrl-Z and `fg` the terminal shows what the shell above has written, not the line that is being typed.
    private static func goOn() {
        guard let wake = state.withLock({ $0.run == nil ? $0.wake : nil }) else { return }
        _ = write(wake.write, "c", 1)
    }

    private static func quit(_ number: Int32) {
        let (run, wake) = state.withLock { ($0.run, $0.wake) }
        guard let wake else {
            signal(number, SIG_DFL)
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, number)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
            raise(number)
            return
        }
        quits.store(true, ordering: .relaxed)
        run?.interrupt()
        _ = write(wake.write, "q", 1)
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
        state.withLock { $0.wake = (ends[0], ends[1]) }
    }

    static var wakeDescriptor: Int32 { state.withLock { $0.wake?.read ?? -1 } }

    /// Whether the shell was asked to end.
    static var mustQuit: Bool { quits.load(ordering: .relaxed) }

    /// Why a shell was woken.
    enum Wake { case interrupt, quit, goOn }

    static func takeWake() -> Wake? {
        var byte: UInt8 = 0
        var wake: Wake?
        while read(wakeDescriptor, &byte, 1) == 1 {
            switch byte {
            case UInt8(ascii: "c"): wake = wake ?? .goOn
            default: wake = .interrupt
            }
        }
        return mustQuit ? .quit : wake
    }
}
