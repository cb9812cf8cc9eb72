import Glibc
import SystemText

/// An open file or pipe. It usually stays open until the last reader is gone, so a rotation does not affect reading. If
/// a set has very many files, some are opened again for each read.
package final class OpenFile: Sendable {
    /// -1 if the file is opened again for each read.
    let descriptor: Int32
    private let path: String
    /// Whether the file is counted by `OpenFiles`.
    private let isKept: Bool
    let isRegular: Bool
    private let isFIFO: Bool
    /// Size in bytes when the file was opened; 0 of a pipe.
    let size: Int
    /// Seconds since 1970, in UTC.
    let modified: Int
    /// Device and inode number. All names of one file have the same identity.
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
        /// Kind of the file, if mlq does not read files of this kind.
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

    /// Opens a file; `-` is standard input. Opening a pipe does not wait for its writer; reading does. A followed log
    /// needs `staysOpen`, because it may lose its name.
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

    /// Copies pieces of bytes into a temporary file until `next` returns nil. The copy has the identity of the
    /// original. Returns nil if there are no bytes, unless `mayBeEmpty`.
    init?(
        copyOf original: OpenFile, mayBeEmpty: Bool,
        _ next: () throws(Failure) -> UnsafeBufferPointer<UInt8>?
    ) throws(Failure) {
        let descriptor = TemporaryFile.open()
        guard descriptor >= 0 else { throw Failure(number: errno) }
        var total = 0
        do throws(Failure) {
            while let piece = try next() {
                if let base = piece.baseAddress,
                    let failure = TemporaryFile.write(descriptor, base, count: piece.count)
                {
                    throw failure
                }
                total += piece.count
            }
        } catch {
            close(descriptor)
            throw error
        }
        guard total > 0 || mayBeEmpty else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        path = ""
        isFIFO = false
        isKept = false
        isRegular = true
        size = total
        modified = original.isRegular ? original.modified : Int(time(nil))
        identity = original.identity
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if isKept { OpenFiles.release() }
    }

    /// Opens another descriptor with an offset of its own; -1, with `errno` set, if that fails. /dev/fd also opens a
    /// file that has lost its name, but a chroot may lack it.
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

    /// Whether these bytes precede an offset. A file that is too short agrees as well.
    func holds(_ bytes: [UInt8], before offset: Int) -> Bool {
        let found = self.bytes(bytes.count, at: offset - bytes.count)
        return found.count < bytes.count || found == bytes
    }

    /// Size of the file now.
    var currentSize: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : size
    }

    /// Returns bytes of the file; fewer than `count` if the file ends earlier.
    func bytes(_ count: Int, at offset: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = buffer.baseAddress.flatMap { try? read($0, count: count, at: offset) } ?? 0
        }
    }

    /// Whether this is the file with that status.
    package func isSame(as status: stat) -> Bool {
        identity == Identity(status)
    }

    /// Reads from a descriptor; 0 at its end, negative on failure.
    static func read(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        while true {
            let step = Glibc.read(descriptor, buffer, count)
            if step >= 0 || errno != EINTR { return step }
        }
    }

    /// Waits for the writer of a pipe and reads; 0 at the end of the pipe.
    func waitAndRead(
        _ buffer: UnsafeMutablePointer<UInt8>, count: Int, isFirst: Bool = false
    ) throws(Failure) -> Int {
        let step = Waiting.read(descriptor, buffer, count, fifo: isFirst && isFIFO ? path : nil)
        guard step >= 0 else { throw Failure(number: errno) }
        return step
    }

    /// Reads from a pipe that is ready; 0 at its end.
    func readNext(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(Failure) -> Int {
        let step = OpenFile.read(descriptor, buffer, count)
        guard step >= 0 else { throw Failure(number: errno) }
        return step
    }

    /// Whether a pipe has bytes or has ended within a number of milliseconds.
    func isReady(within milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    /// Reads bytes at an offset; fewer than `count` only at the end of the file.
    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int, at offset: Int) throws(Failure) -> Int {
        var done = 0
        while done < count {
            let step = try readOnce(buffer + done, count: count - done, at: offset + done)
            if step == 0 { break }
            done += step
        }
        return done
    }

    /// Reads with a single system call, so the bytes are from one moment.
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
