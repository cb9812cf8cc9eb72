import QueryEngine
import SystemText

/// Settings file of the shell. Each line is an option by its name on the command line.
///
///     output = table
///     no-pager
enum Config {
    /// `$XDG_CONFIG_HOME/mlq/config`; nil without a home directory.
    static var path: String? {
        let home = Terminal.environment("HOME").map { $0 + "/.config" }
        return (Terminal.environment("XDG_CONFIG_HOME") ?? home).map { $0 + "/mlq/config" }
    }

    /// The file as arguments; empty if the file does not exist.
    static func arguments() throws(UsageError) -> [String] {
        guard let path, Terminal.exists(path) else { return [] }
        var arguments: [String] = []
        let lines = SystemText.string(try FileText.read(path, waits: false).orUsageError())
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.enumerated() {
            guard let argument = argument(line) else { continue }
            do { _ = try Settings.parsed([argument]) } catch {
                throw UsageError("\(path), line \(number + 1): \(error.message)")
            }
            arguments.append(argument)
        }
        return arguments
    }

    /// A line as an argument; nil for an empty line and a comment.
    private static func argument(_ line: Substring) -> String? {
        var line = line.drop { $0.isWhitespace }
        while line.last?.isWhitespace == true { line.removeLast() }
        guard let first = line.first, first != "#" else { return nil }
        if line.hasPrefix("--") { line = line.dropFirst(2) }
        guard let mark = line.firstIndex(where: { $0 == "=" || $0.isWhitespace }) else { return "--\(line)" }
        let value = line[mark...].drop { $0 == "=" || $0.isWhitespace }
        return "--\(line[..<mark])=\(value)"
    }
}
