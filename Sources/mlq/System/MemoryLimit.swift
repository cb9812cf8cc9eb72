import Glibc
import MailLog
import QueryEngine
import SystemText

/// Limits on the memory of this process: `ulimit -v`, `ulimit -d` and the container's.
///
/// Swift traps when an allocation fails. Near a limit, mlq uses fewer threads and smaller tables. An allocation that
/// still fails ends the process with a message.
enum MemoryLimit {
    private struct Limit {
        let bytes: Int
        /// Bytes below the limit that are free.
        let left: Int
        let name: String
        /// Whether allocations fail at the limit. In a container, the process is killed instead.
        var refuses = true
    }

    /// Bytes that a thread needs: stack, blocks and tables.
    private static let thread = 16 << 20
    /// Bytes that a query needs to start.
    private static let least = 12 << 20

    /// The limit with the least free memory; nil without a limit.
    private static let limit: Limit? = {
        let pages = words("/proc/self/statm").compactMap { Int($0) }.map {
            $0 * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
        // The fields are size, resident, shared, text, library, data. Without /proc, assume 64 MB.
        func used(_ index: Int) -> Int { pages.indices.contains(index) ? pages[index] : 64 << 20 }
        var limits: [Limit] = []
        for (resource, name, used) in [
            (RLIMIT_AS, "ulimit -v", used(0)), (RLIMIT_DATA, "ulimit -d", used(5)),
        ] {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur < Int.max
            else {
                continue
            }
            limits.append(Limit(bytes: Int(limit.rlim_cur), left: Int(limit.rlim_cur) - used, name: name))
        }
        if let bytes = containerLimit {
            limits.append(Limit(bytes: bytes, left: bytes - used(1), name: "the container's", refuses: false))
        }
        return limits.min { $0.left < $1.left }
    }()

    /// The lowest `memory.max` of the control group and its parents.
    private static var containerLimit: Int? {
        guard let group = words("/proc/self/cgroup").first(where: { $0.hasPrefix("0::/") }) else {
            return nil
        }
        var names = group.dropFirst(4).split(separator: "/")
        var limits: [Int] = []
        while true {
            let folder = (["/sys/fs/cgroup"] + names).joined(separator: "/")
            limits += words("\(folder)/memory.max").compactMap { Int($0) }
            guard names.popLast() != nil else { return limits.min() }
        }
    }

    private static func words(_ path: String) -> [Substring] {
        guard case .success(let bytes) = FileText.read(path) else { return [] }
        return SystemText.string(bytes).split { $0 == " " || $0 == "\n" }
    }

    /// Refuses to start with too little memory.
    static func check() throws(UsageError) {
        guard let limit, limit.left < least else { return }
        throw UsageError(
            "not enough memory: the limit is \(limit.bytes >> 20) MB (\(limit.name)), and mlq needs "
                + "at least \((limit.bytes - limit.left + least) >> 20) MB")
    }

    /// Returns the number of threads that fit into the limit.
    static func threads(_ wanted: Int) -> Int {
        limit.map { max(1, min(wanted, $0.left / thread - 1)) } ?? wanted
    }

    /// Returns the bytes that tables may use.
    static func tables(_ wanted: Int) -> Int {
        limit.map { max(1 << 20, min(wanted, $0.left / 3)) } ?? wanted
    }

    // MARK: Failed allocations

    nonisolated(unsafe) private static var message: UnsafeMutablePointer<CChar>?
    nonisolated(unsafe) private static var probe = 0

    /// Installs a handler for faults. If memory is used up, it prints a message and exits with 3. Otherwise the signal
    /// keeps its default action.
    static func catchSignals() {
        guard let limit, limit.refuses else { return }
        message = strdup(
            "mlq: not enough memory: the limit is \(limit.bytes >> 20) MB (\(limit.name)); "
                + "raise it, or use --threads 1 and a smaller --memory\n")
        probe = limit.bytes / 2
        // The fault may be that the stack of the main thread cannot grow.
        var stack = stack_t()
        stack.ss_size = 64 << 10
        stack.ss_sp = malloc(stack.ss_size)
        sigaltstack(&stack, nil)
        var action = sigaction()
        action.sa_flags = Int32(SA_ONSTACK)
        action.__sigaction_handler.sa_handler = { number in
            let memory = mmap(
                nil, MemoryLimit.probe, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            if memory == MAP_FAILED, let message = MemoryLimit.message {
                _ = write(STDERR_FILENO, message, strlen(message))
                _exit(3)
            }
            signal(number, SIG_DFL)
            raise(number)
        }
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT] { sigaction(number, &action, nil) }
    }
}
