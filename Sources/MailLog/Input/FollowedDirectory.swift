import Glibc
import SystemText

/// A directory whose logs are followed: finds those that come.
final class FollowedDirectory {
    let directory: LogDirectory
    /// Paths that have been looked at.
    private var seen: Set<String>
    /// What could not be opened, by its path; that is tried again when names change.
    private(set) var problems: [String: InputProblem] = [:]
    /// When its names had changed when they were last looked at, and when that was; nanoseconds since 1970.
    private var looked: (modified: Int64, at: Int64)?

    /// `seen` are the paths of logs that are read anyway.
    init(_ directory: LogDirectory, seen: [String]) {
        self.directory = directory
        self.seen = Set(seen)
    }

    /// Logs that are written under names that were not there before. A rotation of a log that is followed is none:
    /// it has been read under the name that it had, or is a copy. What is compressed is not written any more.
    func newLogs(besides followed: [String]) -> [LogFile] {
        guard let modified = directory.modified else { return [] }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let time = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        // File systems keep times of some milliseconds' grain: a name may have come just after the look.
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
            // A name that is gone again may come back.
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
