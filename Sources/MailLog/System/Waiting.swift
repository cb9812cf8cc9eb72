import Glibc
import struct Synchronization.Atomic
import SystemText

/// Waits for the writer of a pipe until a signal ends the wait. It serves reads outside a run, which has a
/// `RunState` of its own.
package enum Waiting {
    private static let ended = Atomic<Bool>(false)

    /// Whether an interrupt has ended all waits.
    package static var isOver: Bool { ended.load(ordering: .relaxed) }

    /// Ends all waits, also those that have not begun.
    package static func end() { ended.store(true, ordering: .relaxed) }

    /// Allows waits again.
    package static func begin() { ended.store(false, ordering: .relaxed) }

    /// Opens a file or a pipe without blocking. `kind` comes from the open descriptor, because the path may change. The
    /// descriptor is negative, with `errno` set, if that fails.
    package static func open(_ path: String) -> (descriptor: Int32, status: stat, kind: FileKind) {
        let descriptor = Glibc.open(SystemText.path(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        return look(descriptor)
    }

    /// The same of standard input.
    static func openInput() -> (descriptor: Int32, status: stat, kind: FileKind) { look(dup(STDIN_FILENO)) }

    private static func look(_ descriptor: Int32) -> (descriptor: Int32, status: stat, kind: FileKind) {
        var status = stat()
        guard descriptor >= 0 else { return (-1, status, .file) }
        guard fstat(descriptor, &status) == 0 else {
            let problem = errno
            close(descriptor)
            errno = problem
            return (-1, status, .file)
        }
        return (descriptor, status, FileKind(status, descriptor))
    }

    /// What a descriptor gives next; 0 at its end, negative where that fails or the wait is ended (EINTR).
    package static func read(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int
    {
        while true {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while case let count = poll(&request, 1, 50), count <= 0 {
                if count < 0, errno != EINTR { return -1 }
                if isOver {
                    errno = EINTR
                    return -1
                }
            }
            let step = Glibc.read(descriptor, buffer, count)
            if step >= 0 || errno != EINTR && errno != EAGAIN { return step }
        }
    }
}
