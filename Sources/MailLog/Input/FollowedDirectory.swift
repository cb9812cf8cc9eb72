import Glibc
import SystemText

/// Finds new logs in a directory.
final class FollowedDirectory {
    let directory: LogDirectory
    /// Paths that have been checked.
    private var seen: Set<String>
    /// Failures to open a file, by path. Another try follows when names change.
    private(set) var problems: [String: InputProblem] = [:]
    /// Last look: the directory's modification time and the time of the look, in nanoseconds since 1970.
    private var looked: (modified: Int64, at: Int64)?

    /// `seen` are the paths of logs that are read already.
    init(_ directory: LogDirectory, seen: [String]) {
        self.directory = directory
        self.seen = Set(seen)
    }

    /// Opens logs with new names. Rotations of followed logs are skipped: they were read under their old names, or are
    /// copies. Compressed files are skipped, because nobody writes to them.
    func newLogs(besides followed: [String]) -> [LogFile] {
        guard let modified = directory.modified else { return [] }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let time = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        // Times of file systems are coarse: a name may have changed just after the look.
        if let looked, looked.modified == modified, looked.at > modified + FollowedDirectory.grain {
            return []
        }
        problems[directory.path] = nil
        let logs: [String]
        do { logs = try directory.readLogs() } catch {
            problems[directory.path] = InputProblem(path: directory.path, error)
            return []
        }
        looked = (modified, time)
        let rotations = followed.map(Rotation.init)
        return logs.filter { !seen.contains($0) }.compactMap { path in
            let rotation = Rotation(path)
            var status = stat()
            // A name that has vanished may return.
            guard stat(SystemText.path(path), &status) == 0 else { return nil }
            guard !rotation.isPacked, !rotations.contains(where: rotation.isBefore),
                status.st_mode & S_IFMT == S_IFREG
            else {
                seen.insert(path)
                return nil
            }
            return open(path)
        }
    }

    private func open(_ path: String) -> LogFile? {
        problems[path] = nil
        do {
            let log = try LogFile(path, try OpenFile(path, acceptsPipes: false, staysOpen: true))
            seen.insert(path)
            return log.packing == .plain ? log : nil
        } catch let failure as OpenFile.Failure where failure.number == ENOENT || failure.kind != nil {
            return nil
        } catch {
            problems[path] = InputProblem(path: path, error)
            return nil
        }
    }

    private static let grain: Int64 = 2_000_000_000
}
