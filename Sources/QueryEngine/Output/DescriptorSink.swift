#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes to a file descriptor. A reader that has gone away is no error: the run ends quietly.
package final class DescriptorSink: ByteSink {
    private let descriptor: Int32
    private let run: RunState
    /// An interrupt is looked for after so many bytes.
    private static let pieceSize = 64 * 1024

    package init(_ descriptor: Int32, run: RunState) {
        self.descriptor = descriptor
        self.run = run
    }

    package func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                if run.shouldGiveUp { return breakOff() }
                let size = min(raw.count - done, DescriptorSink.pieceSize)
                let count = DescriptorSink.write(descriptor, raw.baseAddress! + done, size)
                if count < 0, errno == EINTR { continue }
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
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes, count)
        #else
            Darwin.write(descriptor, bytes, count)
        #endif
    }

    /// What follows on a terminal begins on a line of its own.
    private func breakOff() -> Bool {
        if isatty(descriptor) == 1 { _ = DescriptorSink.write(descriptor, "\n", 1) }
        return false
    }

    package func flush() {}
}
