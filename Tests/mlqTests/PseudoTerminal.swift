import Foundation

/// A program on a terminal of its own, driven as by a person: type, wait for what appears.
final class PseudoTerminal {
    private let master: Int32
    private let process: pid_t
    /// What the program has written since the last `expect` that was met.
    private var unread = ""
    /// All that it has written.
    private(set) var output = ""
    private(set) var status: Int32?

    // TIOCSPTLCK, TIOCGPTN and POSIX_SPAWN_SETSID of Linux.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430
    private static let newSession: Int16 = 0x80

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: [String], environment: [String: String] = [:], columns: UInt16 = 100, rows: UInt16 = 30)
        throws
    {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var lock: Int32 = 0
        var number: Int32 = 0
        guard master >= 0, ioctl(master, PseudoTerminal.setLock, &lock) == 0,
            ioctl(master, PseudoTerminal.getNumber, &number) == 0
        else { throw Missing(description: "no pseudo-terminal") }
        let name = "/dev/pts/\(number)"
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        // The first terminal that a new session opens is its own.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setflags(&attributes, PseudoTerminal.newSession)
        let variables = Program.environment.merging([
            "PATH": "/usr/bin:/bin", "TERM": "xterm", "HOME": "/nonexistent", "PAGER": "cat",
        ]) { $1 }
        .merging(environment) { $1 }
        let path = Program.directory.appendingPathComponent("mlq").path
        let call = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", Program.root.path, path]
        var words: [UnsafeMutablePointer<CChar>?] = (call + arguments).map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            for word in words + settings { free(word) }
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        var child = pid_t()
        guard posix_spawn(&child, "/bin/sh", &actions, &attributes, &words, &settings) == 0 else {
            throw Missing(description: "cannot start \(path)")
        }
        process = child
    }

    /// A shell that has shown its prompt.
    static func shell(
        _ home: Scratch, _ arguments: [String] = [ShellTests.log], columns: UInt16 = 100, rows: UInt16 = 30,
        environment: [String: String] = [:]
    ) throws -> PseudoTerminal {
        let shell = try PseudoTerminal(
            arguments, environment: ["HOME": home.directory, "NO_COLOR": "1"].merging(environment) { $1 },
            columns: columns, rows: rows)
        try shell.expect("mlq> ")
        return shell
    }

    deinit {
        kill(process, SIGKILL)
        if status == nil { waitpid(process, nil, 0) }
        close(master)
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(master, $0.baseAddress! + done, $0.count - done) }
            if count <= 0 { return }
            done += count
        }
    }

    func enter(_ line: String) { type(line + "\r") }

    /// Waits until the text appears, and gives what came up to it.
    @discardableResult
    func expect(_ text: String, seconds: Double = 30) throws -> String {
        let deadline = Date().addingTimeInterval(seconds)
        while true {
            if let range = unread.range(of: text) {
                let before = String(unread[..<range.upperBound])
                unread = String(unread[range.upperBound...])
                return before
            }
            guard Date() < deadline, read() else {
                throw Missing(description: "'\(text)' did not appear; there was: \(unread.debugDescription)")
            }
        }
    }

    /// Waits for the program to end; its exit status, or the signal that ended it as a negative number.
    func end(seconds: Double = 30) throws -> Int32 {
        let deadline = Date().addingTimeInterval(seconds)
        while Date() < deadline {
            var result: Int32 = 0
            if waitpid(process, &result, WNOHANG) == process {
                while read(patience: 50) {}
                status = result
                return result & 0x7f == 0 ? (result >> 8) & 0xff : -(result & 0x7f)
            }
            _ = read(patience: 50)
        }
        throw Missing(description: "the program did not end; there was: \(unread.debugDescription)")
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// Sets the terminal up as a shell above does when it has it again.
    func cook() {
        var modes = termios()
        tcgetattr(master, &modes)
        modes.c_lflag |= tcflag_t(ICANON | ECHO)
        tcsetattr(master, TCSANOW, &modes)
    }

    func signal(_ number: Int32) { kill(process, number) }

    /// Takes what there is; false when nothing came or nothing can come any more.
    private func read(patience: Int32 = 500) -> Bool {
        var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, patience) > 0 else { return patience > 100 }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = Foundation.read(master, &buffer, buffer.count)
        guard count > 0 else { return false }
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        unread += text
        output += text
        return true
    }
}
