import Glibc
import SystemText

/// A directory that represents the mail logs in it:
///
///     /var/log             files whose names begin with "mail"; all files if there are none
///     /var/log/maillog*    files whose names begin with "maillog"
package struct LogDirectory {
    /// Ends with a slash.
    let path: String
    /// Prefix of the names; nil if the path has none.
    private let start: String?

    /// Nil if the path names a file.
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

    /// Message if there are no logs.
    var emptiness: String { start == nil ? "is a directory without files" : "matches no file" }

    /// Paths of the present logs, sorted; empty if the directory cannot be read.
    package var logs: [String] { (try? readLogs()) ?? [] }

    /// The same, with the reason.
    func readLogs() throws(OpenFile.Failure) -> [String] {
        let names = try DirectoryListing.names(in: path).filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") }
        let logs = names.filter { $0.hasPrefix(start ?? "mail") }
        return (start == nil && logs.isEmpty ? names : logs).sorted().map { path + $0 }
    }

    /// Modification time of the directory, in nanoseconds since 1970.
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
