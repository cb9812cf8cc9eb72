import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText
import struct Synchronization.Atomic

/// The standard streams, and messages on standard error.
enum Terminal {
    static let isOutput = isatty(STDOUT_FILENO) == 1
    static let isError = isatty(STDERR_FILENO) == 1
    static let isInput = isatty(STDIN_FILENO) == 1

    /// Columns; nil if standard output has no size.
    static var width: Int? { size("COLUMNS", \.ws_col) }

    /// Rows; nil if standard output has no size.
    static var height: Int? { size("LINES", \.ws_row) }

    private static func size(_ variable: String, _ part: KeyPath<winsize, UInt16>) -> Int? {
        if let count = environment(variable).flatMap(Int.init), count > 0 { return count }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size[keyPath: part] > 0 else { return nil }
        return Int(size[keyPath: part])
    }

    /// Replaces closed standard descriptors by one that can neither be read nor written. A log or an output file must
    /// not get the number of a standard descriptor.
    static func holdStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/", O_RDONLY)
        }
    }

    static var isDumb: Bool { environment("TERM").map { $0 == "dumb" } ?? true }

    static var hasColors: Bool { environment("NO_COLOR") == nil && !isDumb }

    static var isUTF8: Bool {
        let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
        // A modifier such as @euro may follow.
        let codeset = locale.prefix { $0 != "@" }.lowercased()
        return codeset.hasSuffix("utf-8") || codeset.hasSuffix("utf8")
    }

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return SystemText.string(value)
    }

    /// Pseudonyms for messages and the prompt (`--redact`).
    static let redaction = Mutex<Redaction?>(nil)

    /// Redacts a text of mlq.
    static func redacted(_ text: String) -> String { redaction.withLock { $0 }?.text(text) ?? text }

    /// Prints a message on standard error. All control characters except newlines are escaped, because it may quote
    /// logs.
    static func say(_ text: String, isRedacted: Bool = false) {
        let message = isRedacted ? text : redacted(text)
        let columns = isError ? width ?? .max : .max
        var lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let text = lines.map { folded(shown(String($0)).text, columns: columns) + "\n" }.joined()
        write(Array((isUTF8 ? text : text.replacing("…", with: "...")).utf8))
    }

    static func say(_ diagnostic: Diagnostic, in source: Source) {
        var (diagnostic, source) = (diagnostic, source)
        if let redaction = redaction.withLock({ $0 }) {
            // Masking keeps the length, so the caret stays correct.
            source = Source(
                name: redaction.text(source.name),
                text: redaction.masked(String(decoding: source.bytes, as: UTF8.self)))
            diagnostic.message = redaction.masked(diagnostic.message)
            diagnostic.hint = diagnostic.hint.map(redaction.masked)
            diagnostic.notes = diagnostic.notes.map(redaction.masked)
        }
        say(
            DiagnosticRenderer(source: source, columns: isError ? width : nil).render(diagnostic),
            isRedacted: true)
    }

    /// Folds a line at spaces to the width of the screen. Further lines are indented as the first, or to its last
    /// column.
    static func folded(_ line: String, columns: Int) -> String {
        guard columns > 20, shown(line).width > columns else { return line }
        let cells = Array(line)
        let margin = cells.prefix { $0 == " " }.count
        let starts = cells.indices.dropFirst(margin + 2).filter {
            cells[$0] != " " && cells[$0 - 1] == " " && cells[$0 - 2] == " "
        }
        // More than three starts are a list of names, not columns.
        let column = starts.count > 3 ? nil : starts.last { $0 <= columns / 2 }
        let indent = String(repeating: " ", count: column ?? margin)
        var lines: [String] = []
        var (current, width) = ("", 0)
        for (index, word) in line.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            let more = shown(String(word)).width
            if index > 0, width + 1 + more > columns, !current.allSatisfy({ $0 == " " }) {
                lines.append(current)
                (current, width) = (indent + word, indent.count + more)
            } else {
                current += (index > 0 ? " " : "") + word
                width += (index > 0 ? 1 : 0) + more
            }
        }
        return (lines + [current]).joined(separator: "\n")
    }

    /// Escapes control characters of a text of several lines, if standard output is a terminal.
    static func harmless(_ text: String) -> String {
        guard isOutput else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { shown(String($0)).text }
            .joined(separator: "\n")
    }

    /// The next line of standard input, with its newline; nil at the end.
    static func readLine() -> String? {
        var bytes: [UInt8] = []
        while bytes.last != 10, case let next = getchar(), next >= 0 { bytes.append(UInt8(next)) }
        return bytes.isEmpty ? nil : SystemText.string(bytes)
    }

    /// Whether a write to standard output has failed.
    static let hasFailed = Atomic(false)

    /// Writes to standard output. A closed pipe is not an error.
    static func print(_ text: String) {
        guard !write(SystemText.bytes(text), to: STDOUT_FILENO), errno != EPIPE else { return }
        let reason = String(cString: strerror(errno))
        if !hasFailed.exchange(true, ordering: .relaxed) { say("mlq: cannot write the answer: \(reason)") }
    }

    /// Writes bytes. Returns false with `errno` set if that fails.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: Int32 = STDERR_FILENO) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    /// Returns a text with escaped control characters, cut to `columns`, and its width.
    static func shown(_ text: String, columns: Int = .max) -> (text: String, width: Int) {
        var bytes: [UInt8] = []
        let width = SystemText.bytes(text).withBytes {
            DisplayText.append($0, to: &bytes, columns: columns, ending: isUTF8 ? "…" : "~")
        }
        return (String(decoding: bytes, as: UTF8.self), width)
    }

    /// Whether standard input is a pipe, a socket or a file.
    static var hasInput: Bool {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return false }
        switch status.st_mode & S_IFMT {
        case S_IFIFO, S_IFREG, S_IFSOCK: return true
        default: return false
        }
    }

    /// Peak memory of the process in bytes. The value of `getrusage` would start at the peak of the parent.
    static var peakMemory: Int? {
        guard case .success(let bytes) = FileText.read("/proc/self/status") else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
        return Int(line.filter(\.isNumber)).map { $0 << 10 }
    }

    /// Path of this program.
    static let executable: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return CommandLine.arguments[0] }
        return SystemText.string(buffer[..<count].map(UInt8.init(bitPattern:)))
    }()

    static func exists(_ path: String) -> Bool { access(SystemText.path(path), F_OK) == 0 }
}
