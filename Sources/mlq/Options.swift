import ArgumentParser
import QueryEngine

/// The command line.
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
            mlq help [STAGE|FUNCTION|FIELD|…]    the language
            """,
        discussion:
            "Without FILE: standard input when it is a pipe or a file, else /var/log/maillog* or mail.log*.",
        version: "mlq 0.1")

    @Option(name: .short, help: ArgumentHelp("Run this query.", valueName: "query"))
    var e: [String] = []

    @Option(name: .short, help: ArgumentHelp("Run this script.", valueName: "script"))
    var f: String?

    @Option(
        name: [.short, .customLong("output")],
        help: ArgumentHelp(
            "Format of the answer: \(OutputFormats.all.map(\.name).joined(separator: ", ")).",
            valueName: "format"))
    var o: String?

    @Flag(name: .customLong("no-header"), help: "Leave the header line out.")
    var noHeader = false

    @Flag(
        name: [.customShort("F"), .long],
        help: "Go on with what is written to the logs, through rotations, until Ctrl-C.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "With --follow into a pipe: print the answer so far this often.", valueName: "duration"))
    var every: String = "10s"

    @Option(help: ArgumentHelp("Only lines from this time on: 2012-12-26, end-2h, …", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only lines up to this time; a day counts whole.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Year of the first stamp that has none.", valueName: "year"))
    var year: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Show and read times in this zone: Europe/Berlin, +02:00, UTC, local (mlq help times).",
            valueName: "zone"))
    var tz: String?

    @Option(help: ArgumentHelp("The time that `now` stands for.", valueName: "time"))
    var now: String?

    @Option(help: ArgumentHelp("Threads (default: one per core).", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Memory for grouping and sorting before files are used.", valueName: "size"))
    var memory: String = "512MB"

    @Option(name: .customShort("D"), help: ArgumentHelp("Set a script's parameter.", valueName: "name=value"))
    var define: [String] = []

    @Flag(help: "Lines that were not understood make the exit status 3.")
    var strict = false

    @Flag(name: .customLong("exit-empty"), help: "No rows make the exit status 1.")
    var exitEmpty = false

    @Flag(help: "Say how long it took and what was read.")
    var stats = false

    @Flag(help: "Let `write` replace files.")
    var force = false

    @Flag(name: .customLong("safe-csv"), help: "Defuse CSV cells that a spreadsheet would run.")
    var safeCSV = false

    @Flag(help: "Show pseudonyms for local parts, logins and clients (mlq help redact).")
    var redact = false

    @Option(
        name: .customLong("redact-key"),
        help: ArgumentHelp("The same, with the pseudonyms of that key: a secret, or @FILE.", valueName: "key")
    )
    var redactKey: String?

    @Option(help: ArgumentHelp("Colours: auto, always or never.", valueName: "when"))
    var color: ColorChoice = .auto

    @Flag(name: .customLong("no-pager"), help: "In the shell, show long answers without a pager.")
    var noPager = false

    @Flag(name: .customLong("no-config"), help: "In the shell, leave the settings file unread.")
    var noConfig = false

    @Flag(help: .hidden)
    var types = false

    @Flag(name: .customLong("no-search"), help: .hidden)
    var noSearch = false

    @Argument(help: ArgumentHelp("Logs, plain or compressed; - is standard input.", valueName: "file"))
    var files: [String] = []

    /// The names of the options that a shell can change.
    static let names =
        (flags + [
            "color", "every", "memory", "now", "output", "redact-key", "since", "threads",
            "tz", "until", "year",
        ]).sorted()

    static let flags = [
        "exit-empty", "force", "no-header", "no-pager", "redact", "safe-csv", "stats", "strict",
    ]

    /// The values that such an option may have, where they are words.
    static func values(of name: String) -> [String] {
        switch name {
        case "output": OutputFormats.all.map(\.name)
        case "color": ColorChoice.allCases.map(\.rawValue)
        default: flags.contains(name) ? ["on", "off"] : []
        }
    }

    enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }
}
