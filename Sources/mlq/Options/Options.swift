import ArgumentParser
import QueryEngine

/// Options and files of the command line.
struct Options: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mlq",
        abstract: "Ask mail logs: filter process=smtp | groupby day | count",
        usage: """
            mlq [options] [FILE…]                shell, when standard input is a terminal
            mlq [options] -e QUERY [FILE…]       one-liner; -e may repeat
            mlq [options] SCRIPT.mlq [FILE…]     script; also -f SCRIPT
            mlq [options] NAME [FILE…]           investigation that comes with mlq (mlq help examples)
            mlq check|fmt SCRIPT…                check or format scripts
            mlq test CASE.mlqt…                  run test cases
            mlq help [STAGE|FIELD|OPTION|…]      reference pages
            """,
        discussion:
            "Without FILE: standard input when it is a pipe or a file, else /var/log/maillog* or mail.log*.",
        version: "mlq 0.1")

    @Option(name: .short, help: ArgumentHelp("Run this query.", valueName: "query"))
    var e: [String] = []

    @Option(name: .short, help: ArgumentHelp("Run this script.", valueName: "script"))
    var f: String?

    @Option(name: [.short, .customLong("output")], help: Setting.help("output"))
    var o: String?

    @Flag(name: .customLong("no-header"), help: Setting.help("no-header"))
    var noHeader = false

    @Flag(
        name: [.customShort("F"), .long],
        help: "Go on with what is written to the logs, through rotations, until Ctrl-C (exit status 0).")
    var follow = false

    @Option(help: Setting.help("every"))
    var every: String = "10s"

    @Option(help: Setting.help("since"))
    var since: String?

    @Option(help: Setting.help("until"))
    var until: String?

    @Option(help: Setting.help("year"))
    var year: Int?

    @Option(parsing: .unconditional, help: Setting.help("tz"))
    var tz: String?

    @Option(help: Setting.help("now"))
    var now: String?

    @Option(help: Setting.help("threads"))
    var threads: Int?

    @Option(help: Setting.help("memory"))
    var memory: String = "512MB"

    @Option(name: .customShort("D"), help: ArgumentHelp("Set a script's parameter.", valueName: "name=value"))
    var define: [String] = []

    @Flag(name: .customLong("full-scan"), help: Setting.help("full-scan"))
    var fullScan = false

    @Flag(help: Setting.help("strict"))
    var strict = false

    @Flag(name: .customLong("exit-empty"), help: Setting.help("exit-empty"))
    var exitEmpty = false

    @Flag(help: Setting.help("stats"))
    var stats = false

    @Flag(help: Setting.help("force"))
    var force = false

    @Flag(name: .customLong("safe-csv"), help: Setting.help("safe-csv"))
    var safeCSV = false

    @Flag(help: Setting.help("redact"))
    var redact = false

    @Option(name: .customLong("redact-key"), help: Setting.help("redact-key"))
    var redactKey: String?

    @Option(help: Setting.help("color"))
    var color: ColorChoice = .auto

    @Flag(name: .customLong("no-pager"), help: Setting.help("no-pager"))
    var noPager = false

    @Flag(name: .customLong("no-config"), help: "In the shell, ignore the settings file.")
    var noConfig = false

    @Flag(help: .hidden)
    var types = false

    @Flag(name: .customLong("no-search"), help: .hidden)
    var noSearch = false

    @Argument(help: ArgumentHelp("Logs, plain or compressed; - is standard input.", valueName: "file"))
    var files: [String] = []

    /// Parses a command line. The time of the parser is quadratic in the number of arguments. So arguments that can
    /// only be files, because they follow another plain argument, are replaced by one mark.
    static func read(_ words: [String]) throws -> Options {
        var shown: [String] = []
        var runs: [String: [String]] = [:]
        var isPlain = true
        for (index, word) in Options.separated(words).enumerated() {
            let isOption = word.hasPrefix("-")
            guard isPlain, !isOption else {
                isPlain = !isOption
                shown.append(word)
                continue
            }
            // No argument contains a NUL.
            if runs[shown.last ?? ""] == nil { shown.append("\0\(index)") }
            runs[shown[shown.count - 1], default: []].append(word)
        }
        var options = try parse(shown)
        options.files = options.files.flatMap { runs[$0] ?? [$0] }
        return options
    }

    /// Splits `-otable` into `-o table`. ArgumentParser refuses an attached value that contains `=`.
    private static func separated(_ words: [String]) -> [String] {
        let options = words.prefix { $0 != "--" }
        return options.flatMap { word in
            let isAttached = word.count > 2 && ["-e", "-f", "-o", "-D"].contains(word.prefix(2))
            return isAttached ? [String(word.prefix(2)), String(word.dropFirst(2))] : [word]
        } + words[options.count...]
    }

    enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }
}
