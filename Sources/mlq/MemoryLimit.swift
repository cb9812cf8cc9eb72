import Glibc
import MailLog
import QueryEngine
import SystemText

/// The limits on the memory of this process: `ulimit -v`, `ulimit -d`, and those of its container.
///
/// Swift ends a process that gets no memory. Where there is little, mlq uses fewer threads and smaller tables. An
/// allocation that still fails ends with a sentence, not with a signal.
enum MemoryLimit {
    private struct Limit {
        let bytes: Int
        /// What is left of it.
        let left: Int
        let name: String
        /// Whether the process is refused more, rather than killed.
        var refuses = true
    }

    /// A thread's stack, blocks and tables.
    private static let thread = 16 << 20
    /// A query may not even start with less.
    private static let least = 12 << 20

    /// The limit that leaves least memory; nil if there is none.
    private static let limit: Limit? = {
        let pages = words("/proc/self/statm").compactMap { Int($0) }.map {
            $0 * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
        // Size, resident, shared, text, library, data; without /proc, a guess.
        func used(_ place: Int) -> Int { pages.indices.contains(place) ? pages[place] : 64 << 20 }
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

    /// The lowest `memory.max` of the control group and those above it.
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
                + "\((limit.bytes - limit.left + least) >> 20) MB at least")
    }

    /// The number of threads that have room.
    static func threads(_ wanted: Int) -> Int {
        limit.map { max(1, min(wanted, $0.left / thread - 1)) } ?? wanted
    }

    /// Bytes that tables may use.
    static func tables(_ wanted: Int) -> Int {
        limit.map { max(1 << 20, min(wanted, $0.left / 3)) } ?? wanted
    }

    // MARK: The end

    nonisolated(unsafe) private static var sentence: UnsafeMutablePointer<CChar>?
    nonisolated(unsafe) private static var probe = 0

    /// Lets a fault end the process with a sentence and status 3 while memory is used up. Any other fault keeps its
    /// signal.
    static func catchSignals() {
        guard let limit, limit.refuses else { return }
        sentence = strdup(
            "mlq: not enough memory: the limit is \(limit.bytes >> 20) MB (\(limit.name)); "
                + "raise it, or use --threads 1 and a smaller --memory\n")
        probe = limit.bytes / 2
        // The stack of the main thread may be what cannot grow.
        var stack = stack_t()
        stack.ss_size = 64 << 10
        stack.ss_sp = malloc(stack.ss_size)
        sigaltstack(&stack, nil)
        var action = sigaction()
        action.sa_flags = Int32(SA_ONSTACK)
        action.__sigaction_handler.sa_handler = { number in
            let memory = mmap(
                nil, MemoryLimit.probe, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            if memory == MAP_FAILED, let sentence = MemoryLimit.sentence {
                _ = write(STDERR_FILENO, sentence, strlen(sentence))
                _exit(3)
            }
            signal(number, SIG_DFL)
            raise(number)
        }
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT] { sigaction(number, &action, nil) }
    }
}
