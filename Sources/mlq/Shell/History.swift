import CReadline
import Glibc
import MailLog
import QueryEngine
import SystemText

/// The statements of this and earlier shells. Each is appended to the file when it is entered, so that neither a
/// crash nor another shell costs any; what another shell enters is not mixed in.
struct History {
    private let path: String?
    private var isSaved = true
    /// Entries that are remembered.
    private static let limit: Int32 = 5000

    init() {
        path = History.file
        stifle_history(History.limit)
        guard let path else { return }
        // For the owner's eyes only: queries name people.
        let descriptor = open(
            SystemText.path(path), O_CREAT | O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        // Readline would wait for the writer of a FIFO.
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

    /// With the directories above it, for the owner only.
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
            Terminal.say("mlq: the history is not kept in \(path): \(String(cString: strerror(problem)))")
        }
    }

    /// Oldest first.
    var entries: [String] {
        guard let list = history_list() else { return [] }
        var texts: [String] = []
        var place = 0
        while let entry = list[place] {
            texts.append(SystemText.string(entry.pointee.line))
            place += 1
        }
        return texts
    }
}
