import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText
import struct Synchronization.Atomic

/// What standard output and error are, and messages on standard error.
enum Terminal {
    static let isOutput = isatty(STDOUT_FILENO) == 1
    static let isError = isatty(STDERR_FILENO) == 1
    static let isInput = isatty(STDIN_FILENO) == 1

    static var width: Int? {
        if let columns = environment("COLUMNS").flatMap(Int.init), columns > 0 { return columns }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Rows of the terminal.
    static var height: Int? {
        if let lines = environment("LINES").flatMap(Int.init), lines > 0 { return lines }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
        return Int(size.ws_row)
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

    /// Pseudonyms for whatever messages and the prompt quote (`--redact`).
    static let redaction = Mutex<Redaction?>(nil)

    /// A text of mlq as it may be shown.
    static func redacted(_ text: String) -> String { redaction.withLock { $0 }?.text(text) ?? text }

    /// Writes a message. What it quotes may be hostile, so nothing but its ends of lines is left raw.
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
            // The column that the caret points at stays.
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

    /// A line as several that are no wider than the screen, where it has spaces to end them at. The others are
    /// indented as the first is, or to its last column.
    static func folded(_ line: String, columns: Int) -> String {
        guard columns > 20, shown(line).width > columns else { return line }
        let cells = Array(line)
        let margin = cells.prefix { $0 == " " }.count
        let starts = cells.indices.dropFirst(margin + 2).filter {
            cells[$0] != " " && cells[$0 - 1] == " " && cells[$0 - 2] == " "
        }
        // Many of them are a list of names, not columns.
        let column = starts.count > 3 ? nil : starts.last { $0 <= columns / 2 }
        let indent = String(repeating: " ", count: column ?? margin)
        var lines: [String] = []
        var (current, width) = ("", 0)
        for (place, word) in line.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            let more = shown(String(word)).width
            if place > 0, width + 1 + more > columns, !current.allSatisfy({ $0 == " " }) {
                lines.append(current)
                (current, width) = (indent + word, indent.count + more)
            } else {
                current += (place > 0 ? " " : "") + word
                width += (place > 0 ? 1 : 0) + more
            }
        }
        return (lines + [current]).joined(separator: "\n")
    }

    /// Text of several lines as standard output may have it: on a terminal, nothing in it acts on that.
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

    /// Whether standard output could not take all that was printed.
    static let hasFailed = Atomic(false)

    /// Writes to standard output. A reader that has gone away is no error.
    static func print(_ text: String) {
        let bytes = SystemText.bytes(text)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress! + done, $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                guard errno != EPIPE else { return }
                let reason = String(cString: strerror(errno))
                if !hasFailed.exchange(true, ordering: .relaxed) {
                    say("mlq: cannot write the answer: \(reason)")
                }
                return
            }
            done += count
        }
    }

    /// A text as a terminal may see it, in at most so many columns, and how many it takes.
    static func shown(_ text: String, columns: Int = .max) -> (text: String, width: Int) {
        var bytes: [UInt8] = []
        let width = SystemText.bytes(text).withUnsafeBufferPointer { text in
            text.baseAddress.map {
                DisplayText.append(
                    Bytes($0, count: text.count), to: &bytes, columns: columns, ending: isUTF8 ? "…" : "~")
            } ?? 0
        }
        return (String(decoding: bytes, as: UTF8.self), width)
    }

    static func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDERR_FILENO, $0.baseAddress! + done, $0.count - done)
            }
            if count <= 0 { return }
            done += count
        }
    }

    /// What standard input is: something to read a log from, or not.
    static var hasInput: Bool {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return false }
        switch status.st_mode & S_IFMT {
        case S_IFIFO, S_IFREG, S_IFSOCK: return true
        default: return false
        }
    }

    /// The most memory that the process has held, in bytes. (What `getrusage` tells begins with the parent's.)
    static var peakMemory: Int? {
        guard case .success(let bytes) = FileText.read("/proc/self/status") else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
        return Int(line.filter(\.isNumber)).map { $0 << 10 }
    }

    /// The file of this program.
    static let executable: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return CommandLine.arguments[0] }
        return SystemText.string(buffer[..<count].map(UInt8.init(bitPattern:)))
    }()

    static func exists(_ path: String) -> Bool { access(SystemText.path(path), F_OK) == 0 }
}
