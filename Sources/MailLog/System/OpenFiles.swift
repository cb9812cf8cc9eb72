import Glibc
import struct Synchronization.Atomic

/// Limit of the logs that stay open. An open log is read completely even if it is rotated meanwhile.
package enum OpenFiles {
    /// Child processes inherit the limit, and some of them visit every descriptor below it.
    private static let highest: rlim_t = 65536

    private static let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// Raises the limit of open files as far as the system allows.
    package static func allowMany() {
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, highest))
        // If this fails, fewer logs stay open.
        _ = setrlimit(files, &limit)
    }

    private static let kept = Atomic(0)

    /// Half of the descriptors of the process. The rest is for temporary files, child processes and reads.
    private static let most: Int = {
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return 0 }
        return Int(min(limit.rlim_cur, highest)) / 2 - 3
    }()

    /// Whether one more log may stay open. If so, the caller calls `release` when the log is closed.
    static func keep() -> Bool {
        guard kept.add(1, ordering: .relaxed).newValue > most else { return true }
        release()
        return false
    }

    static func release() { kept.subtract(1, ordering: .relaxed) }
}
