import Glibc
import struct Synchronization.Atomic
import SystemText

/// Child process that has the terminal: the pager or the editor.
enum Child {
    private static let running = Atomic<pid_t>(0)

    /// Whether a child process has the terminal.
    static var hasTerminal: Bool { running.load(ordering: .relaxed) != 0 }

    /// Sends a signal to the child process that has the terminal.
    static func end(_ signal: Int32) {
        let process = running.load(ordering: .relaxed)
        if process != 0 { kill(process, signal) }
    }

    /// Starts a program with default signal handling; nil if it cannot start.
    static func start(_ words: [String], input: Int32? = nil) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for number in [SIGPIPE, SIGXFSZ] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup(SystemText.path($0)) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawnp(&process, words[0], &actions, &attributes, arguments, environ) == 0 else {
            return nil
        }
        running.store(process, ordering: .relaxed)
        return process
    }

    /// Waits for the end of a child process. Returns its wait status.
    @discardableResult
    static func wait(_ process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        running.store(0, ordering: .relaxed)
        return status
    }
}
