import MailLog

import MailLog

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A temporary file of records, each with its length before it: written once, then read from the start. It has
/// no name, so nothing is left behind however the process ends.
final class SpillFile {
    private let descriptor: Int32
    private let run: RunState
    private var buffer: [UInt8] = []
    private(set) var recordCount = 0
    private static let bufferSize = 64 * 1024

    /// nil where no temporary file can be made; the run has failed then.
    init?(_ run: RunState) {
        self.run = run
        descriptor = TemporaryFile.open()
        guard descriptor >= 0 else {
            run.fail(
                RunFailure(
                    "the query needs a temporary file, and none can be made in \(TemporaryFile.directory): "
                        + "\(String(cString: strerror(errno))); set TMPDIR or raise --memory"))
            return nil
        }
    }

    deinit { close(descriptor) }

    func append(_ record: [UInt8]) {
        withUnsafeBytes(of: UInt32(record.count)) { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: record)
        recordCount += 1
        if buffer.count >= SpillFile.bufferSize { flush() }
    }

    private func flush() {
        var done = 0
        while done < buffer.count {
            let count = buffer.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                run.fail(
                    RunFailure(
                        "cannot write a temporary file: \(String(cString: strerror(errno))); "
                            + "set TMPDIR to a disk with room, or raise --memory"))
                break
            }
            done += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Reads the records from the start; several readers may follow one another.
    func reader() -> Reader {
        flush()
        return Reader(descriptor)
    }

    struct Reader {
        private let descriptor: Int32
        private var position: off_t = 0
        private var buffer: [UInt8] = []
        private var start = 0

        fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

        /// The next record, valid until the next call; nil at the end.
        mutating func next() -> ArraySlice<UInt8>? {
            guard fill(4) else { return nil }
            let count = buffer.withUnsafeBytes {
                Int($0.loadUnaligned(fromByteOffset: start, as: UInt32.self))
            }
            guard fill(4 + count) else { return nil }
            defer { start += 4 + count }
            return buffer[start + 4..<start + 4 + count]
        }

        private mutating func fill(_ wanted: Int) -> Bool {
            while buffer.count - start < wanted {
                buffer.removeFirst(start)
                start = 0
                let old = buffer.count
                let room = max(wanted - old, SpillFile.bufferSize)
                buffer.append(contentsOf: repeatElement(0, count: room))
                let count = buffer.withUnsafeMutableBytes {
                    pread(descriptor, $0.baseAddress! + old, room, position)
                }
                buffer.removeLast(room - max(0, count))
                if count <= 0 { return false }
                position += off_t(count)
            }
            return true
        }
    }
}
