import Glibc
import SystemText

/// An open file or pipe. It stays open as long as anybody may read it, so that a rotation changes nothing. Of
/// very many files, some are opened anew for each read.
package final class OpenFile: Sendable {
    /// Negative where it does not stay open.
    let descriptor: Int32
    private let path: String
    /// Whether it counts among the logs that stay open.
    private let isKept: Bool
    let isRegular: Bool
    private let isFIFO: Bool
    /// Bytes, of a regular file when it was opened.
    let size: Int
    /// Seconds since 1970, in UTC.
    let modified: Int
    /// What two names of one file have in common.
    let identity: Identity

    struct Identity: Hashable {
        let device: UInt64
        let number: UInt64

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            number = UInt64(status.st_ino)
        }
    }

    package struct Failure: Error {
        package var number: Int32 = 0
        /// Kind of what is there, where mlq does not read that kind.
        package var kind: FileKind?
        package var text: String {
            if let kind { return "it is \(kind.rawValue)" }
            return switch number {
            case EINTR: "the wait was interrupted"
            case ESTALE: "another file has its name now"
            default: String(cString: strerror(number))
            }
        }

        package init(number: Int32 = 0, kind: FileKind? = nil) {
            self.number = number
            self.kind = kind
        }
    }

    /// `-` is standard input. Whoever reads a pipe waits for its writer, not whoever opens it. A log that is followed
    /// stays open, as it may lose its name.
    init(_ path: String, acceptsPipes: Bool = true, staysOpen: Bool = false) throws(Failure) {
        let (descriptor, status, kind) = try Waiting.open(path, waits: acceptsPipes)
        self.path = path
        isFIFO = kind == .pipe && path != "-"
        isRegular = status.st_mode & S_IFMT == S_IFREG
        isKept = isRegular && OpenFiles.keep()
        let staysOpen = staysOpen || isKept || !isRegular || path == "-"
        if !staysOpen { close(descriptor) }
        self.descriptor = staysOpen ? descriptor : -1
        size = isRegular ? Int(status.st_size) : 0
        modified = Int(status.st_mtim.tv_sec)
        identity = Identity(status)
    }

    /// A copy of all that a pipe still gives, behind what was read of it, in a file that nobody else sees.
    func spooled(after head: [UInt8] = []) throws(LogFile.Failure) -> OpenFile {
        do { return try OpenFile(spooling: self, after: head) } catch {
            throw LogFile.Failure(
                "cannot be copied to a temporary file in \(TemporaryFile.directory): \(error.text)")
        }
    }

    private init(spooling pipe: OpenFile, after head: [UInt8] = []) throws(Failure) {
        let descriptor = TemporaryFile.open()
        guard descriptor >= 0 else { throw Failure(number: errno) }
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
        defer { buffer.deallocate() }
        precondition(head.count <= 1 << 16, "the head of a pipe is at most one buffer")
        for (place, byte) in head.enumerated() { buffer[place] = byte }
        var total = 0
        do throws(Failure) {
            var count =
                head.isEmpty ? try pipe.waitAndRead(buffer, count: 1 << 16, isFirst: true) : head.count
            while count > 0 {
                if let failure = TemporaryFile.write(descriptor, buffer, count: count) { throw failure }
                total += count
                count = try pipe.waitAndRead(buffer, count: 1 << 16)
            }
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        path = ""
        isFIFO = false
        isKept = false
        isRegular = true
        size = total
        modified = Int(time(nil))
        identity = pipe.identity
    }

    /// The rest of a packed log, unpacked into a file that nobody else sees; nil where there is none.
    init?(unpacking log: LogFile, from start: Int, shouldStop: @escaping @Sendable () -> Bool) throws(Failure)
    {
        let stream = log.packed(shouldStop: shouldStop)
        let block = Block()
        let descriptor = TemporaryFile.open()
        guard descriptor >= 0 else { throw Failure(number: errno) }
        var total = 0
        while !shouldStop(), let place = stream.next(into: block, numbered: false) {
            let from = place.before + min(place.count, max(0, start - place.offset))
            let count = place.before + place.count - from
            if let failure = TemporaryFile.write(descriptor, block.base + from, count: count) {
                close(descriptor)
                throw failure
            }
            total += count
        }
        // A file that is still being packed is damaged until it is whole.
        if stream.trouble != nil {
            close(descriptor)
            throw Failure(number: EIO)
        }
        guard total > 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        path = log.path
        isFIFO = false
        isKept = false
        isRegular = true
        size = total
        modified = log.file.modified
        identity = log.file.identity
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if isKept { OpenFiles.release() }
    }

    /// Opens another descriptor, with an offset of its own. Negative, with `errno` set, where that fails.
    /// /dev/fd also opens a file that has lost its name, but not every system has it.
    func reopened() -> Int32 {
        if descriptor >= 0, case let other = open("/dev/fd/\(descriptor)", O_RDONLY | O_CLOEXEC), other >= 0 {
            return other
        }
        let other = open(SystemText.path(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard other >= 0 else { return -1 }
        var status = stat()
        guard fstat(other, &status) == 0, isSame(as: status) else {
            close(other)
            errno = ESTALE
            return -1
        }
        return other
    }

    /// The first bytes of a file now.
    var beginning: [UInt8] { bytes(GrowingFile.beginningSize, at: 0) }

    /// Whether a file has these bytes before an offset, as far as it is that long.
    func holds(_ bytes: [UInt8], before offset: Int) -> Bool {
        let found = self.bytes(bytes.count, at: offset - bytes.count)
        return found.count < bytes.count || found == bytes
    }

    /// Size of a file now.
    var currentSize: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : size
    }

    /// Bytes of a file, as far as it has them.
    func bytes(_ count: Int, at offset: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = buffer.baseAddress.flatMap { try? read($0, count: count, at: offset) } ?? 0
        }
    }

    /// Whether it is the file of that status, under whatever name.
    package func isSame(as status: stat) -> Bool {
        identity == Identity(status)
    }

    /// Reads what a descriptor gives next; 0 at its end, negative where that fails.
    static func read(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        while true {
            let step = Glibc.read(descriptor, buffer, count)
            if step >= 0 || errno != EINTR { return step }
        }
    }

    /// What a pipe gives next, as soon as its writer has written it; 0 at its end.
    func waitAndRead(
        _ buffer: UnsafeMutablePointer<UInt8>, count: Int, isFirst: Bool = false
    ) throws(Failure) -> Int {
        let step = Waiting.read(descriptor, buffer, count, fifo: isFirst && isFIFO ? path : nil)
        guard step >= 0 else { throw Failure(number: errno) }
        return step
    }

    /// What a pipe gives next, which is ready; 0 at its end.
    func readNext(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(Failure) -> Int {
        let step = OpenFile.read(descriptor, buffer, count)
        guard step >= 0 else { throw Failure(number: errno) }
        return step
    }

    /// Whether a pipe has something to read, or has ended, within so many milliseconds.
    func isReady(within milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    /// Bytes at a place; fewer than asked for only at the end of the file.
    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int, at offset: Int) throws(Failure) -> Int {
        var done = 0
        while done < count {
            let step = try readOnce(buffer + done, count: count - done, at: offset + done)
            if step == 0 { break }
            done += step
        }
        return done
    }

    /// The same with one call of the system: bytes as they stood beside each other at one moment.
    func readOnce(_ buffer: UnsafeMutablePointer<UInt8>, count: Int, at offset: Int) throws(Failure) -> Int {
        let descriptor = self.descriptor >= 0 ? self.descriptor : reopened()
        guard descriptor >= 0 else { throw Failure(number: errno) }
        defer { if self.descriptor < 0 { close(descriptor) } }
        while true {
            let step = pread(descriptor, buffer, count, off_t(offset))
            if step >= 0 { return step }
            guard errno == EINTR else { throw Failure(number: errno) }
        }
    }
}
