import Glibc

/// Writes to a file descriptor. If the reader goes away, the run ends without an error. If the reader does not read, an
/// interrupted run does not wait for it.
package final class DescriptorSink: ByteSink {
    private let descriptor: Int32
    private let run: RunState
    /// Bytes between two checks for an interrupt.
    private static let pieceSize = 64 * 1024

    package init(_ descriptor: Int32, run: RunState) {
        self.descriptor = descriptor == STDOUT_FILENO ? DescriptorSink.output : descriptor
        self.run = run
    }

    /// Standard output. A pipe or a terminal is opened again as non-blocking: other processes share the flags of the
    /// original.
    private static let output: Int32 = {
        var status = stat()
        guard fstat(STDOUT_FILENO, &status) == 0, [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT) else {
            return STDOUT_FILENO
        }
        let again = open("/dev/fd/\(STDOUT_FILENO)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        return again >= 0 ? again : STDOUT_FILENO
    }()

    /// Pauses of 50 ms without progress after which an interrupted run stops writing.
    private static let patience = 20

    package func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { raw in
            var done = 0
            var pauses = 0
            while done < raw.count {
                if run.shouldGiveUp { return breakOff() }
                let size = min(raw.count - done, DescriptorSink.pieceSize)
                let count = DescriptorSink.write(descriptor, raw.baseAddress! + done, size)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN {
                    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    pauses = poll(&request, 1, 50) == 0 && run.wasInterrupted ? pauses + 1 : 0
                    guard pauses > DescriptorSink.patience else { continue }
                    run.giveUp()
                    return breakOff()
                }
                if count < 0 {
                    if errno != EPIPE {
                        run.fail(RunFailure("cannot write the answer: \(String(cString: strerror(errno)))"))
                    }
                    return false
                }
                done += count
            }
            return true
        }
    }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        Glibc.write(descriptor, bytes, count)
    }

    /// On a terminal, starts a new line for later output.
    private func breakOff() -> Bool {
        if isatty(descriptor) == 1 { _ = DescriptorSink.write(descriptor, "\n", 1) }
        return false
    }

    package func flush() {}
}
