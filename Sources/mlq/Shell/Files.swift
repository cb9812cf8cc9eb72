import Glibc
import MailLog
import SystemText

/// Names of files for completion and `:open`.
enum Files {
    /// Returns the paths that begin with a text, sorted. A directory ends in a slash.
    static func beginning(_ text: String) -> [String] {
        let slash = text.lastIndex(of: "/")
        let directory = slash.map { String(text[...$0]) } ?? ""
        let start = slash.map { String(text[text.index(after: $0)...]) } ?? text
        let all = (try? DirectoryListing.names(in: directory.isEmpty ? "." : directory)) ?? []
        let names = all.filter { $0.hasPrefix(start) && (!$0.hasPrefix(".") || start.hasPrefix(".")) }
        return names.map { name in
            var status = stat()
            let isDirectory =
                stat(SystemText.path(directory + name), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            return directory + name + (isDirectory ? "/" : "")
        }.sorted()
    }

    /// Expands a shell pattern. Skips FIFOs, sockets and devices, unless the pattern matches nothing else.
    static func matching(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(SystemText.path(pattern), GLOB_NOCHECK | GLOB_TILDE, nil, &found) == 0 else {
            return [pattern]
        }
        let paths = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { SystemText.string($0) } }
        guard paths.count > 1 else { return paths }
        return paths.filter { path in
            var status = stat()
            let isSpecial =
                stat(SystemText.path(path), &status) == 0
                && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
            if isSpecial { Terminal.say("mlq: \(path) is skipped: it is not a file") }
            return !isSpecial
        }
    }
}
