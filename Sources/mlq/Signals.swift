import QueryEngine
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ctrl-C ends the running query, not the process: a thread of its own waits for the signal.
enum Signals {
    private static let current = Mutex<RunState?>(nil)

    /// Must run before any other thread starts.
    static func start() {
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                var set = sigset_t()
                sigemptyset(&set)
                sigaddset(&set, SIGINT)
                while true {
                    var number: Int32 = 0
                    guard sigwait(&set, &number) == 0 else { return nil }
                    Signals.interrupt()
                }
            }, nil)
    }

    /// The first interrupt asks the run to end and show what it has; a second one ends the process.
    private static func interrupt() {
        let run = current.withLock { $0 }
        guard let run, !run.wasInterrupted else { _exit(130) }
        run.interrupt()
    }

    static func watch(_ run: RunState?) { current.withLock { $0 = run } }
}
