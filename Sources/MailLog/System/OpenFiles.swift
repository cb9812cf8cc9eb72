import Glibc
import struct Synchronization.Atomic

/// How many logs stay open. One that does is read whole, even when it is rotated meanwhile; the others are opened anew
/// for each read.
package enum OpenFiles {
    /// Programs that a shell starts inherit the limit, and some of them visit every number below it.
    private static let highest: rlim_t = 65536

    private static let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// As many files may be open as the system lets this process have.
    package static func allowMany() {
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, highest))
        // Without it, fewer logs stay open.
        _ = setrlimit(files, &limit)
    }

    private static let kept = Atomic(0)

    /// Half of the descriptors that the process may have. The rest is for temporary files, programs and reads.
    private static let most: Int = {
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return 0 }
        return Int(min(limit.rlim_cur, highest)) / 2 - 3
    }()

    /// Whether one more log may stay open; then `release` must be called when it is closed.
    static func keep() -> Bool {
        guard kept.add(1, ordering: .relaxed).newValue > most else { return true }
        release()
        return false
    }

    static func release() { kept.subtract(1, ordering: .relaxed) }
}
