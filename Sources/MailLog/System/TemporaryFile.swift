import Glibc
import SystemText

/// Files without a name. The system removes such a file when it is closed or the process dies.
package enum TemporaryFile {
    /// `TMPDIR`, or `/tmp`.
    package static var directory: String {
        guard let value = getenv("TMPDIR"), value.pointee != 0 else { return "/tmp" }
        return SystemText.string(value)
    }

    /// A temporary file is unlinked as soon as it is open. A file that still has this prefix is from a killed process.
    private static let prefix = "mlq-spill-"

    /// Removes the empty files of processes that were killed between creating and unlinking a file.
    private static let removeLeftovers: Void = {
        for name in (try? DirectoryListing.names(in: directory)) ?? [] where name.hasPrefix(prefix) {
            let path = SystemText.path("\(directory)/\(name)")
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                status.st_size == 0, status.st_uid == geteuid()
            else { continue }
            unlink(path)
        }
    }()

    /// Returns a descriptor for reading and writing; negative, with `errno` set, on failure.
    package static func open() -> Int32 {
        removeLeftovers
        var template = SystemText.path("\(directory)/\(prefix)XXXXXX")
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return descriptor }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// Reads exactly `count` bytes at an offset; nil on success. A shorter file is a failure.
    package static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, count: Int, at offset: Int
    ) -> OpenFile.Failure? {
        var done = 0
        while done < count {
            let step = pread(descriptor, buffer + done, count - done, off_t(offset + done))
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { return OpenFile.Failure(number: step < 0 ? errno : EIO) }
            done += step
        }
        return nil
    }

    /// Appends `count` bytes; nil on success.
    package static func write(
        _ descriptor: Int32, _ bytes: UnsafeRawPointer, count: Int
    ) -> OpenFile.Failure? {
        var done = 0
        while done < count {
            let step = Glibc.write(descriptor, bytes + done, count - done)
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { return OpenFile.Failure(number: step < 0 ? errno : ENOSPC) }
            done += step
        }
        return nil
    }
}
