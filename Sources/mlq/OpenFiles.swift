#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Logs stay open from their naming to the end of the answer, so that one which is rotated meanwhile is read whole.
enum OpenFiles {
    /// Programs that a shell starts inherit the limit, and some of them visit every number below it.
    private static let most: rlim_t = 65536

    /// As many files may be open as the system lets this process have.
    static func allowMany() {
        #if canImport(Glibc)
            let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let files = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, most))
        // Without it, logs that cannot be opened are told.
        _ = setrlimit(files, &limit)
    }
}
