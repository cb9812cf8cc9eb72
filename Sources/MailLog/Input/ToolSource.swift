import Glibc

/// Unpacked bytes of a file, from a decompression program that runs as a child process.
final class ToolSource: ByteSource {
    /// Shared with the child, so its offset is the child's progress.
    private let input: Int32
    private let output: Int32
    private let process: pid_t
    private let packing: LogFile.Packing
    private var hasEnded = false
    private(set) var trouble: String?

    /// Command that unpacks standard input to standard output.
    private static func command(_ packing: LogFile.Packing) -> [String] {
        packing == .zstd ? ["zstd", "-dcq"] : [packing.rawValue, "-dc"]
    }

    init(_ file: OpenFile, _ packing: LogFile.Packing) {
        self.packing = packing
        // Opened again, because several readers of a file must not share an offset. The file may have lost its name.
        input = file.reopened()
        var ends: [Int32] = [-1, -1]
        guard input >= 0, lseek(input, 0, SEEK_SET) == 0, pipe(&ends) == 0 else {
            (output, process) = (-1, 0)
            trouble = "cannot be unpacked: \(String(cString: strerror(errno)))"
            hasEnded = true
            return
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        output = ends[0]
        let started = Self.start(Self.command(packing), input: input, output: ends[1])
        close(ends[1])
        switch started {
        case .success(let child): process = child
        case .failure(let failure):
            process = 0
            hasEnded = true
            trouble =
                failure.number == ENOENT
                ? "is compressed with \(packing.rawValue), and the program '\(packing.rawValue)' is not here"
                : "cannot be unpacked with \(packing.rawValue): \(failure.text)"
        }
    }

    deinit {
        if output >= 0 { close(output) }
        if process > 0, !hasEnded {
            kill(process, SIGTERM)
            _ = wait()
        }
        if input >= 0 { close(input) }
    }

    var consumed: Int { max(0, Int(lseek(input, 0, SEEK_CUR))) }

    var isReady: Bool {
        var request = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        return !hasEnded && poll(&request, 1, 0) > 0
    }

    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        guard !hasEnded else { return 0 }
        let step = OpenFile.read(output, buffer, count)
        if step > 0 { return step }
        hasEnded = true
        let name = packing.rawValue
        if wait() != 0 { trouble = "is damaged: \(name) could not unpack all of it; the rest is missing" }
        return 0
    }

    /// Exit status, also of a process that a signal has ended.
    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { if errno != EINTR { return -1 } }
        return status
    }

    /// Starts a program without a shell, with default signals and without standard error.
    private static func start(_ words: [String], input: Int32, output: Int32) -> Result<
        pid_t, OpenFile.Failure
    > {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGXFSZ] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // In a process group of its own, so Ctrl-C does not end it before the answer so far is printed.
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let status = posix_spawnp(&process, words[0], &actions, &attributes, arguments, environ)
        return status == 0 ? .success(process) : .failure(OpenFile.Failure(number: status))
    }
}
