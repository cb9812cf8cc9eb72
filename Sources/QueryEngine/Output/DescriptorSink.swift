#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes to a file descriptor. A reader that has gone away is no error: the run ends quietly.
package final class DescriptorSink: ByteSink {
    private let descriptor: Int32
    private let run: RunState

    package init(_ descriptor: Int32, run: RunState) {
        self.descriptor = descriptor
        self.run = run
    }

    package func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                #if canImport(Glibc)
                    let count = Glibc.write(descriptor, raw.baseAddress! + done, raw.count - done)
                #else
                    let count = Darwin.write(descriptor, raw.baseAddress! + done, raw.count - done)
                #endif
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

    package func flush() {}
}
