import Glibc
import struct Synchronization.Atomic
import SystemText

/// Waits for writers of pipes until a signal ends the wait. Reads inside a run use the `RunState` instead.
package enum Waiting {
    private static let ended = Atomic<Bool>(false)

    /// Whether a signal has ended all waits.
    package static var isOver: Bool { ended.load(ordering: .relaxed) }

    /// Ends all waits, current and future.
    package static func end() { ended.store(true, ordering: .relaxed) }

    /// Allows waits again.
    package static func begin() { ended.store(false, ordering: .relaxed) }

    /// Opens a file without blocking; `-` is standard input. Pipes and terminals are refused unless `waits`. The kind
    /// comes from the open descriptor, because the path may change.
    package static func open(
        _ path: String, waits: Bool
    ) throws(OpenFile.Failure) -> (descriptor: Int32, status: stat, kind: FileKind) {
        let isInput = path == "-"
        let descriptor =
            isInput
            ? dup(STDIN_FILENO)
            : Glibc.open(SystemText.path(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        var status = stat()
        guard descriptor >= 0 else {
            // Sockets, and devices without hardware, cannot be opened.
            let number = errno
            let isSpecial = number == ENXIO && stat(SystemText.path(path), &status) == 0
            throw OpenFile.Failure(number: number, kind: isSpecial ? FileKind(status, -1) : nil)
        }
        guard fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw OpenFile.Failure(number: number)
        }
        let kind = FileKind(status, descriptor)
        switch kind {
        case .file, .directory, .null: break
        case .pipe where waits, .terminal where waits: break
        case .socket where isInput: break
        default:
            close(descriptor)
            throw OpenFile.Failure(kind: kind)
        }
        // Standard input shares its flags with other processes.
        if kind == .pipe || kind == .terminal, !isInput { _ = fcntl(descriptor, F_SETFL, 0) }
        return (descriptor, status, kind)
    }

    /// Called with the path of a FIFO that has nothing to read for a second.
    package static let announcement = Mutex<@Sendable (_ path: String) -> Void>({ _ in })

    /// Reads from a descriptor; 0 at its end, negative on failure or if the wait is ended (EINTR). A long wait for the
    /// path `fifo` is announced.
    package static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int, fifo: String? = nil
    ) -> Int {
        var polls = 0
        while true {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while case let count = poll(&request, 1, 50), count <= 0 {
                if count < 0, errno != EINTR { return -1 }
                if isOver {
                    errno = EINTR
                    return -1
                }
                polls += 1
                if polls == 20, let fifo { announcement.withLock { $0 }(fifo) }
            }
            let step = Glibc.read(descriptor, buffer, count)
            if step >= 0 || errno != EINTR && errno != EAGAIN { return step }
        }
    }
}
