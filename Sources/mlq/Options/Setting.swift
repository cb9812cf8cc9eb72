import ArgumentParser
import QueryEngine
import QuerySyntax

/// Option that a shell can change with `:set NAME VALUE`, or a line of the settings file can set.
struct Setting: Sendable {
    /// The option's name on the command line.
    let name: String
    /// Name of the value in usage lines; nil for a flag.
    let value: String?
    /// All values of an enumeration or a flag, else empty.
    let words: [String]
    let summary: String
    /// Current value as text.
    let current: @Sendable (Options) -> String

    var isFlag: Bool { value == nil }

    private init(
        _ name: String, _ value: String, _ summary: String, words: [String] = [],
        current: @escaping @Sendable (Options) -> String?
    ) {
        (self.name, self.value, self.words, self.summary) = (name, value, words, summary)
        self.current = { current($0) ?? "" }
    }

    private init(_ name: String, _ summary: String, isOn: @escaping @Sendable (Options) -> Bool) {
        (self.name, value, words, self.summary) = (name, nil, ["on", "off"], summary)
        current = { isOn($0) ? "on" : "off" }
    }

    private static let formats = OutputFormats.all.map(\.name)

    /// In the order of their names.
    static let all = [
        Setting(
            "color", "when", "Colours: auto, always or never.",
            words: Options.ColorChoice.allCases.map(\.rawValue)
        ) { $0.color.rawValue },
        Setting("every", "duration", "With --follow into a pipe: print the answer so far this often.") {
            $0.every
        },
        Setting("exit-empty", "No rows make the exit status 1.") { $0.exitEmpty },
        Setting("force", "Allow `write` to replace files.") { $0.force },
        Setting("full-scan", "Read large logs whole, instead of only the parts of the requested time.") {
            $0.fullScan
        },
        Setting("memory", "size", "Memory for grouping and sorting before files are used.") { $0.memory },
        Setting("no-header", "Print no header line.") { $0.noHeader },
        Setting("no-pager", "In the shell, show long answers without a pager.") { $0.noPager },
        Setting("now", "time", "Time that `now` means.") { $0.now },
        Setting(
            "output", "format", "Format of the answer: \(formats.joined(separator: ", ")).", words: formats
        ) { $0.o },
        Setting("redact", "Show pseudonyms for local parts, logins and clients (mlq help redact).") {
            $0.redact
        },
        Setting(
            "redact-key", "key", "Redact with a key, for the same pseudonyms in each run: a secret, or @FILE."
        ) { $0.redactKey == nil ? nil : "(secret)" },
        Setting("safe-csv", "Quote cells of CSV, TSV and HTML that a spreadsheet would run as formulas.") {
            $0.safeCSV
        },
        Setting("since", "time", "Only lines from this time on: 2012-12-26, end-2h, …") { $0.since },
        Setting("stats", "Print the elapsed time and how much was read.") { $0.stats },
        Setting("strict", "Unrecognised lines make the exit status 3.") { $0.strict },
        Setting("threads", "n", "Threads (default: one per core).") { $0.threads.map { "\($0)" } },
        Setting(
            "tz", "zone",
            "Show and read times in this zone: Europe/Berlin, +02:00, UTC, local (mlq help times)."
        ) { $0.tz },
        Setting("until", "time", "Only lines up to this time; a day counts whole.") { $0.until },
        Setting("year", "year", "Year of the first stamp that has none.") { $0.year.map { "\($0)" } },
    ]

    static func named(_ name: String) throws(UsageError) -> Setting {
        if let setting = all.first(where: { $0.name == name }) { return setting }
        let near = Spelling.nearest(to: name, among: all.map(\.name))
        throw UsageError(
            "there is no setting '\(name)'; "
                + (near.map { "did you mean '\($0)'?" } ?? "`:set` lists all settings"))
    }

    /// Help text for the list of options on the command line.
    static func help(_ name: String) -> ArgumentHelp {
        guard let setting = all.first(where: { $0.name == name }) else {
            preconditionFailure("'\(name)' is a setting")
        }
        return ArgumentHelp(setting.summary, valueName: setting.value)
    }

    /// Table of settings: name, current value, accepted values, summary.
    static func table(_ settings: [Setting], _ options: Options) -> String {
        TextTable.text(settings.map { [$0.name, $0.current(options), $0.value ?? "on|off", $0.summary] })
            + "\n"
    }
}
