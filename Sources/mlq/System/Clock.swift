import Glibc
import MailLog
import QueryEngine
import struct Synchronization.Atomic

enum Clock {
    /// Seconds of the monotonic clock.
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Ends a run after a time.
final class TimeLimit: Sendable {
    private let isOver = Atomic(false)

    init(_ run: RunState, seconds: Double) {
        let deadline = Clock.seconds + seconds
        Threads.start { [self] in
            while Clock.seconds < deadline, !isOver.load(ordering: .relaxed) { usleep(5000) }
            run.stop()
        }
    }

    func end() { isOver.store(true, ordering: .relaxed) }
}
