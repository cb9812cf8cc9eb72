import CReadline
import Glibc
import MailLog
import QueryEngine
import SystemText

/// Statements of this and earlier shells. Each statement is appended to the file at once, so that a crash or another
/// shell loses none. Statements of other running shells are not read.
struct History {
    private let path: String?
    private var isSaved = true
    /// Maximum number of entries.
    private static let limit: Int32 = 5000

    init() {
        path = History.file
        stifle_history(History.limit)
        guard let path else { return }
        // Queries contain names of people, so only the owner may read them.
        let descriptor = open(
            SystemText.path(path), O_CREAT | O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        // Readline would block on a FIFO.
        guard fstat(descriptor, &status) == 0, FileKind(status, descriptor) == .file else {
            isSaved = false
            return
        }
        chmod(SystemText.path(path), 0o600)
        if read_history(SystemText.path(path)) == 0, mlq_history_length() >= History.limit {
            history_truncate_file(SystemText.path(path), History.limit / 2)
        }
    }

    /// `$XDG_STATE_HOME/mlq/history`; nil without a home.
    private static var file: String? {
        let home = Terminal.environment("HOME")
        guard let state = Terminal.environment("XDG_STATE_HOME") ?? home.map({ $0 + "/.local/state" }) else {
            return nil
        }
        makeDirectory(state + "/mlq")
        return state + "/mlq/history"
    }

    /// Makes a directory and its parents, for the owner only.
    private static func makeDirectory(_ path: String) {
        guard mkdir(SystemText.path(path), 0o700) != 0, errno == ENOENT, let slash = path.lastIndex(of: "/"),
            slash != path.startIndex
        else { return }
        makeDirectory(String(path[..<slash]))
        mkdir(SystemText.path(path), 0o700)
    }

    /// Adds a statement, unless it repeats the last one. Readline cannot hold a text with a NUL.
    mutating func add(_ text: String) {
        guard text != entries.last, !text.utf8.contains(0) else { return }
        add_history(SystemText.path(text))
        guard let path, isSaved else { return }
        let problem = append_history(1, SystemText.path(path))
        isSaved = problem == 0
        if !isSaved {
            Terminal.say("mlq: cannot save the history in \(path): \(String(cString: strerror(problem)))")
        }
    }

    /// Oldest first.
    var entries: [String] {
        guard let list = history_list() else { return [] }
        return (0..<Int(mlq_history_length())).compactMap { index in
            list[index].map { SystemText.string($0.pointee.line) }
        }
    }
}
