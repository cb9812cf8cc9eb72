import Glibc

/// What a file holds that the system's own tools unpack: one runs as a child process, and its output is read.
final class ToolSource: ByteSource {
    /// Shared with the child: how far it stands is how far the child has read.
    private let input: Int32
    private let output: Int32
    private let process: pid_t
    private let packing: LogFile.Packing
    private var hasEnded = false
    private(set) var trouble: String?

    /// The command that unpacks from its standard input to its standard output.
    private static func command(_ packing: LogFile.Packing) -> [String] {
        packing == .zstd ? ["zstd", "-dcq"] : [packing.rawValue, "-dc"]
    }

    init(_ file: OpenFile, _ packing: LogFile.Packing) {
        self.packing = packing
        // A description of its own: several readers of one file must not share a place in it. The file may have
        // lost its name since it was opened.
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
        if wait() != 0 { trouble = "is damaged: \(name) could not unpack all of it; the rest was left out" }
        return 0
    }

    /// The exit status; whoever was ended by a signal has one too.
    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { if errno != EINTR { return -1 } }
        return status
    }

    /// Starts a program without a shell, with the signals that it expects, and nowhere to complain.
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
        // In a group of its own: whoever interrupts the question still gets the answer to what had been read.
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
