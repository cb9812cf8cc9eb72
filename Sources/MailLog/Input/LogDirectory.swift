import Glibc
import SystemText

/// A directory that stands for the mail logs in it:
///
///     /var/log             those whose names begin with "mail"; all files if none does
///     /var/log/maillog*    those whose names begin so
package struct LogDirectory {
    /// With a slash at its end.
    let path: String
    /// What the names begin with; nil where that is not told.
    private let start: String?

    /// Nil for the name of a file.
    package init?(_ path: String) {
        guard path != "-" else { return nil }
        if LogDirectory.isDirectory(path) {
            self.path = path.hasSuffix("/") ? path : path + "/"
            start = nil
            return
        }
        guard path.hasSuffix("*"), access(SystemText.path(path), F_OK) != 0 else { return nil }
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        self.path = slash == path.startIndex ? "./" : String(path[..<slash])
        start = String(path[slash...].dropLast())
        guard LogDirectory.isDirectory(self.path) else { return nil }
    }

    /// What is to be said of it where there are none.
    var emptiness: String { start == nil ? "is a directory without files" : "matches no file" }

    /// The paths of the logs that are in it now, in order; none where it cannot be read.
    package var logs: [String] { (try? readLogs()) ?? [] }

    /// The same, with the reason.
    func readLogs() throws(OpenFile.Failure) -> [String] {
        let names = try DirectoryListing.names(in: path).filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") }
        let logs = names.filter { $0.hasPrefix(start ?? "mail") }
        return (start == nil && logs.isEmpty ? names : logs).sorted().map { path + $0 }
    }

    /// When a name in it last changed, in nanoseconds since 1970.
    var modified: Int64? {
        var status = stat()
        guard stat(SystemText.path(path), &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(SystemText.path(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
