import Glibc
import MailLog
import struct Synchronization.Atomic
import SystemText

/// Files that have their names when they are whole, and not before.
///
/// They grow under numbers in a directory of their own, `.mlq-write-…` in the folder, and are renamed at the end. An
/// error, a signal or the end of the object removes what was not renamed. The directory is locked while its process
/// lives: the next run that writes to the folder removes those that nobody locks.
///
/// The folder is what the user has named. Below it, no symbolic link is followed.
package final class StagedFiles: Sendable {
    /// Descriptors of the folder and of the directory in it, and that one's name.
    private struct Stage {
        let folder: Int32
        let directory: Int32
        let name: String
    }

    /// A file with the path that it is to have, from the folder on.
    package struct File: Sendable {
        let number: Int
        let path: [UInt8]
    }

    private let stage: Stage
    private let folder: String
    private static let prefix = ".mlq-write-"
    /// Those of the process. Whoever renames or removes has the lock, so that a signal comes before or after.
    private static let stages = Mutex<[Int32: Stage]>([:])
    private static let made = Atomic<Int>(0)

    /// `folder` exists; the empty text is the current one.
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

    /// Removes what the process has not renamed yet, because it ends.
    package static func removeAll() {
        stages.withLock { stages in
            for stage in stages.values { remove(stage) }
            stages = [:]
        }
    }

    // MARK: The directory

    private static func makeStage(in folder: Int32) -> Stage? {
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
            // Another run may have taken it for a leftover before it was locked.
            while flock(directory, LOCK_EX) != 0, errno == EINTR {}
            var (own, named) = (stat(), stat())
            if fstat(directory, &own) == 0, fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0,
                own.st_ino == named.st_ino
            {
                return Stage(folder: folder, directory: directory, name: name)
            }
            close(directory)
        }
    }

    private static func remove(_ stage: Stage) {
        for name in names(in: stage.directory) { unlinkat(stage.directory, name, 0) }
        unlinkat(stage.folder, stage.name, AT_REMOVEDIR)
    }

    /// Removes directories of this user that a killed run has left.
    private static func removeLeftovers(in folder: Int32) {
        for name in names(in: folder) where name.starts(with: prefix.utf8CString.dropLast()) {
            let directory = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard directory >= 0 else { continue }
            defer { close(directory) }
            var status = stat()
            guard fstat(directory, &status) == 0, status.st_uid == geteuid(),
                flock(directory, LOCK_EX | LOCK_NB) == 0
            else { continue }
            for file in names(in: directory) { unlinkat(directory, file, 0) }
            unlinkat(folder, name, AT_REMOVEDIR)
        }
    }

    /// Names in a directory, ended by 0.
    private static func names(in directory: Int32) -> [[CChar]] {
        let copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let handle = fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            return []
        }
        defer { closedir(handle) }
        var names: [[CChar]] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [46], name != [46, 46] { names.append(name.map(CChar.init(bitPattern:)) + [0]) }
        }
        return names
    }

    // MARK: Files

    /// A file that is to have that path, from the folder on. What has it already is in the way, unless it `mayReplace`
    /// it; a log that is being read is never replaced.
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
                        "\(shown(path)) is a log that is being read; it is left alone", status: 2)
                }
            }
        }
        return File(number: StagedFiles.made.add(1, ordering: .relaxed).newValue, path: path)
    }

    /// Adds bytes to a file. It is not kept open, so that there may be any number of files.
    package func append(_ bytes: [UInt8], to file: File) throws(RunFailure) {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(stage.directory, "\(file.number)", flags, 0o666)
        guard descriptor >= 0 else { throw StagedFiles.failure(shown(file.path)) }
        try write(bytes, to: descriptor, of: file)
    }

    /// Adds bytes to a file that has its name already and grows there.
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

    /// Gives files their names. What has one of them is replaced if it `mayReplace` it, and lends the new file its
    /// permissions.
    package func name(_ files: [File], mayReplace: Bool) throws(RunFailure) {
        // The closure may not throw: a mutex has no typed errors.
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
            // A link is never made over what is there, as a name is.
            if linkat(stage.directory, number, directory, name, 0) == 0 {
                unlinkat(stage.directory, number, 0)
                return
            }
            if errno == EEXIST { throw exists(file.path) }
            // Not every file system has links.
            if faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 { throw exists(file.path) }
        }
        guard renameat(stage.directory, number, directory, name) == 0 else {
            throw StagedFiles.failure(shown(file.path))
        }
    }

    // MARK: Paths

    /// Opens the directory that a path is in; nil where it is not there, unless it `isMade` then.
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

    /// The last part of a path, ended by 0.
    private static func name(_ path: [UInt8]) -> [CChar] {
        (path.split(separator: UInt8(ascii: "/")).last ?? []).map(CChar.init(bitPattern:)) + [0]
    }

    /// The path for messages.
    package func shown(_ path: [UInt8]) -> String {
        SystemText.string(DisplayText.shown(SystemText.bytes(folder) + path))
    }

    private func exists(_ path: [UInt8]) -> RunFailure {
        RunFailure("\(shown(path)) exists; choose another name, or give --force to replace it", status: 2)
    }

    private static func failure(_ path: String, status: Int32 = 2) -> RunFailure {
        // A symbolic link opened as what it is not.
        let problem = errno
        let reason =
            problem == ELOOP || problem == ENOTDIR
            ? "a symbolic link or a file is in the way" : String(cString: strerror(problem))
        return RunFailure("cannot write \(path): \(reason)", status: status)
    }
}
