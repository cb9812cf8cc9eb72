import Glibc
import MailLog

/// Temporary file of length-prefixed records: written once, then read from the start. The file has no name, so nothing
/// remains however the process ends.
///
/// Every error fails the run, and the reader ends early. Check `run.hasFailed` before rows are emitted after it.
final class SpillFile {
    private let descriptor: Int32
    private let run: RunState
    private var buffer: [UInt8] = []
    /// Bytes in the file.
    private var size = 0
    private static let bufferSize = 64 * 1024

    /// Returns nil and fails the run if no temporary file can be made.
    init?(_ run: RunState) {
        self.run = run
        descriptor = TemporaryFile.open()
        guard descriptor >= 0 else {
            fail("make", String(cString: strerror(errno)))
            return nil
        }
    }

    /// Makes several files. Returns nil and fails the run if one cannot be made.
    static func all(_ count: Int, _ run: RunState) -> [SpillFile]? {
        var files: [SpillFile] = []
        while files.count < count {
            guard let file = SpillFile(run) else { return nil }
            files.append(file)
        }
        return files
    }

    deinit { close(descriptor) }

    private func fail(_ action: String, _ reason: String) {
        run.fail(
            RunFailure(
                "cannot \(action) a temporary file in \(TemporaryFile.directory): \(reason); "
                    + "set TMPDIR to another disk, or raise --memory"))
    }

    func append(_ record: some Collection<UInt8>) {
        withUnsafeBytes(of: UInt32(record.count)) { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: record)
        if buffer.count >= SpillFile.bufferSize { flush() }
    }

    private func flush() {
        guard !buffer.isEmpty else { return }
        let failure = buffer.withUnsafeBytes {
            TemporaryFile.write(descriptor, $0.baseAddress.unsafelyUnwrapped, count: $0.count)
        }
        if let failure { fail("write", failure.text) }
        size += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    /// Reads the records from the start. Only one reader may be in use at a time.
    func reader() -> Reader {
        flush()
        buffer = []
        return Reader(self)
    }

    struct Reader {
        private let file: SpillFile
        /// Bytes of the file that were read into the buffer.
        private var position = 0
        private var buffer: [UInt8] = []
        private var start = 0

        fileprivate init(_ file: SpillFile) { self.file = file }

        /// Returns the next record, valid until the next call; nil at the end, and after an error, which fails the run.
        mutating func next() -> ArraySlice<UInt8>? {
            guard !file.run.hasFailed, position < file.size || start < buffer.count, fill(4) else {
                return nil
            }
            let count = buffer.withUnsafeBytes {
                Int($0.loadUnaligned(fromByteOffset: start, as: UInt32.self))
            }
            guard fill(4 + count) else { return nil }
            defer { start += 4 + count }
            return buffer[start + 4..<start + 4 + count]
        }

        /// Reads until the buffer has `wanted` bytes.
        private mutating func fill(_ wanted: Int) -> Bool {
            let old = buffer.count - start
            guard old < wanted else { return true }
            buffer.removeFirst(start)
            start = 0
            let room = min(max(wanted - old, SpillFile.bufferSize), file.size - position)
            buffer.append(contentsOf: repeatElement(0, count: room))
            let failure = buffer.withUnsafeMutableBytes {
                TemporaryFile.read(
                    file.descriptor, $0.baseAddress.unsafelyUnwrapped + old, count: room, at: position)
            }
            if let failure {
                file.fail("read", failure.text)
                return false
            }
            position += room
            return buffer.count >= wanted
        }
    }
}
