import Glibc
import MailLog
import struct Synchronization.Atomic
import SystemText

/// Files that get their names when they are complete.
///
/// They are written under numbers in a directory `.mlq-write-…` of the target folder, and renamed at the end. After an
/// error, a signal or `deinit`, files that were not renamed are removed. The directory is locked while its process
/// lives. The next run that writes to the folder removes unlocked directories.
///
/// Symbolic links below the folder are not followed.
package final class StagedFiles: Sendable {
    /// The staging directory: descriptors of the target folder and of the directory, and its name.
    private struct Directory {
        let folder: Int32
        let directory: Int32
        let name: String
    }

    /// A file, with its final path relative to the folder.
    package struct File: Sendable {
        let number: Int
        let path: [UInt8]
    }

    private let stage: Directory
    private let folder: String
    private static let prefix = ".mlq-write-"
    /// Staging directories of the process. Renaming and removing need the lock, so that a signal comes before or after.
    private static let stages = Mutex<[Int32: Directory]>([:])
    private static let made = Atomic<Int>(0)

    /// `folder` exists. The empty text is the current directory.
    package init(in folder: String) throws(RunFailure) {
        let path = folder.isEmpty ? "." : folder
        let descriptor = open(SystemText.path(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StagedFiles.failure(path) }
        StagedFiles.removeLeftovers(in: descriptor)
        guard let stage = StagedFiles.makeStage(in: descriptor) else {
            let failure = StagedFiles.failure(path)
            close(descriptor)
            throw failure
        }
        self.stage = stage
        self.folder = folder
        StagedFiles.stages.withLock { $0[stage.directory] = stage }
    }

    deinit {
        StagedFiles.stages.withLock { stages in
            if stages.removeValue(forKey: stage.directory) != nil { StagedFiles.remove(stage) }
        }
        close(stage.directory)
        close(stage.folder)
    }

    /// Removes all unfinished files of the process before it exits.
    package static func removeAll() {
        stages.withLock { stages in
            for stage in stages.values { remove(stage) }
            stages = [:]
        }
    }

    // MARK: The directory

    private static func makeStage(in folder: Int32) -> Directory? {
        while true {
            let number = made.add(1, ordering: .relaxed).newValue
            let name = "\(prefix)\(getpid())-\(number)"
            if mkdirat(folder, name, 0o700) != 0 {
                if errno == EEXIST { continue }
                return nil
            }
            let directory = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if directory < 0 {
                if errno == ENOENT { continue }
                let problem = errno
                unlinkat(folder, name, AT_REMOVEDIR)
                errno = problem
                return nil
            }
            // Before the lock, another run may have removed the directory as a leftover.
            while flock(directory, LOCK_EX) != 0, errno == EINTR {}
            var (own, named) = (stat(), stat())
            if fstat(directory, &own) == 0, fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0,
                own.st_ino == named.st_ino
            {
                return Directory(folder: folder, directory: directory, name: name)
            }
            close(directory)
        }
    }

    private static func remove(_ stage: Directory) {
        for name in DirectoryListing.names(in: stage.directory) {
            unlinkat(stage.directory, SystemText.path(name), 0)
        }
        unlinkat(stage.folder, stage.name, AT_REMOVEDIR)
    }

    /// Removes directories of this user that a killed run left behind.
    private static func removeLeftovers(in folder: Int32) {
        for name in DirectoryListing.names(in: folder) where name.hasPrefix(prefix) {
            let name = SystemText.path(name)
            let directory = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard directory >= 0 else { continue }
            defer { close(directory) }
            var status = stat()
            guard fstat(directory, &status) == 0, status.st_uid == geteuid(),
                flock(directory, LOCK_EX | LOCK_NB) == 0
            else { continue }
            for file in DirectoryListing.names(in: directory) {
                unlinkat(directory, SystemText.path(file), 0)
            }
            unlinkat(folder, name, AT_REMOVEDIR)
        }
    }

    // MARK: Files

    /// Adds a file with a path relative to the folder. An existing file is an error unless `mayReplace`. A log that is
    /// being read is never replaced.
    package func add(
        _ path: [UInt8], mayReplace: Bool, logs: () -> [LogFile] = { [] }
    ) throws(RunFailure) -> File {
        if let directory = try directory(of: path, isMade: false) {
            defer { close(directory) }
            var status = stat()
            if fstatat(directory, StagedFiles.name(path), &status, AT_SYMLINK_NOFOLLOW) == 0 {
                guard mayReplace else { throw exists(path) }
                guard [S_IFREG, S_IFLNK].contains(status.st_mode & S_IFMT) else {
                    throw RunFailure(
                        "\(shown(path)) is not a regular file and is never replaced; choose another name",
                        status: 2)
                }
                if logs().contains(where: { $0.file.isSame(as: status) }) {
                    throw RunFailure(
                        "\(shown(path)) is a log that is being read; choose another name", status: 2)
                }
            }
        }
        return File(number: StagedFiles.made.add(1, ordering: .relaxed).newValue, path: path)
    }

    /// Appends bytes to a file. The file is closed again, so the number of files is not limited.
    package func append(_ bytes: [UInt8], to file: File) throws(RunFailure) {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(stage.directory, "\(file.number)", flags, 0o666)
        guard descriptor >= 0 else { throw StagedFiles.failure(shown(file.path)) }
        try write(bytes, to: descriptor, of: file)
    }

    /// Appends bytes to a file that already has its name.
    package func appendInPlace(_ bytes: [UInt8], to file: File) throws(RunFailure) {
        guard let directory = try directory(of: file.path, isMade: true) else { return }
        defer { close(directory) }
        let flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(directory, StagedFiles.name(file.path), flags)
        guard descriptor >= 0 else { throw StagedFiles.failure(shown(file.path)) }
        try write(bytes, to: descriptor, of: file)
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32, of file: File) throws(RunFailure) {
        let problem = bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.flatMap { TemporaryFile.write(descriptor, $0, count: bytes.count) }
        }
        if let problem {
            close(descriptor)
            throw RunFailure("cannot write \(shown(file.path)): \(problem.text)", status: 3)
        }
        guard close(descriptor) == 0 || errno == EINTR else {
            throw StagedFiles.failure(shown(file.path), status: 3)
        }
    }

    /// Gives files their names. With `mayReplace`, existing files are replaced and their permissions are kept.
    package func name(_ files: [File], mayReplace: Bool) throws(RunFailure) {
        // `withLock` has no typed errors.
        let failure = StagedFiles.stages.withLock { _ -> RunFailure? in
            for (place, file) in files.enumerated() {
                do throws(RunFailure) {
                    try name(file, mayReplace: mayReplace)
                } catch {
                    guard place > 0 else { return error }
                    return RunFailure(
                        "\(error.message); of \(files.count) files, \(place) are written",
                        status: error.status)
                }
            }
            return nil
        }
        if let failure { throw failure }
    }

    private func name(_ file: File, mayReplace: Bool) throws(RunFailure) {
        let number = "\(file.number)"
        guard let directory = try directory(of: file.path, isMade: true) else { return }
        defer { close(directory) }
        let name = StagedFiles.name(file.path)
        if mayReplace {
            var status = stat()
            if fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG
            {
                fchmodat(stage.directory, number, status.st_mode & 0o777, 0)
            }
        } else {
            // linkat fails for an existing name, and renameat replaces it.
            if linkat(stage.directory, number, directory, name, 0) == 0 {
                unlinkat(stage.directory, number, 0)
                return
            }
            if errno == EEXIST { throw exists(file.path) }
            // Some file systems have no hard links.
            if faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 { throw exists(file.path) }
        }
        guard renameat(stage.directory, number, directory, name) == 0 else {
            throw StagedFiles.failure(shown(file.path))
        }
    }

    // MARK: Paths

    /// Opens the directory of a path. With `isMade`, makes it; else returns nil if it does not exist.
    private func directory(of path: [UInt8], isMade: Bool) throws(RunFailure) -> Int32? {
        var directory = openat(stage.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for part in path.split(separator: UInt8(ascii: "/")).dropLast() where directory >= 0 {
            let name = part.map(CChar.init(bitPattern:)) + [0]
            if isMade { mkdirat(directory, name, 0o777) }
            let next = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let problem = errno
            close(directory)
            directory = next
            errno = problem
        }
        if directory >= 0 { return directory }
        if errno == ENOENT, !isMade { return nil }
        throw StagedFiles.failure(shown(path))
    }

    /// Returns the last part of a path, zero-terminated.
    private static func name(_ path: [UInt8]) -> [CChar] {
        (path.split(separator: UInt8(ascii: "/")).last ?? []).map(CChar.init(bitPattern:)) + [0]
    }

    /// Returns the path for messages.
    package func shown(_ path: [UInt8]) -> String {
        SystemText.string(DisplayText.shown(SystemText.bytes(folder) + path))
    }

    private func exists(_ path: [UInt8]) -> RunFailure {
        RunFailure("\(shown(path)) exists; choose another name, or give --force to replace it", status: 2)
    }

    private static func failure(_ path: String, status: Int32 = 2) -> RunFailure {
        // O_NOFOLLOW and O_DIRECTORY give these numbers for a symbolic link or a file.
        let problem = errno
        let reason =
            problem == ELOOP || problem == ENOTDIR
            ? "a symbolic link or a file is in the way" : String(cString: strerror(problem))
        return RunFailure("cannot write \(path): \(reason)", status: status)
    }
}
