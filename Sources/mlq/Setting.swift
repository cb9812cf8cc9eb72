import ArgumentParser
import QueryEngine
import QuerySyntax

/// An option that a shell can change: `:set NAME VALUE`, or a line of the settings file. Its name is the one on the
/// command line.
struct Setting: Sendable {
    let name: String
    /// What its value is called; nil where it is on or off.
    let value: String?
    /// The words that it may be, where it is one of some.
    let words: [String]
    let summary: String
    /// What it is now, as it is written.
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

    /// By name.
    static let all = [
        Setting(
            "color", "when", "Colours: auto, always or never.",
            words: Options.ColorChoice.allCases.map(\.rawValue)
        ) { $0.color.rawValue },
        Setting("every", "duration", "With --follow into a pipe: print the answer so far this often.") {
            $0.every
        },
        Setting("exit-empty", "No rows make the exit status 1.") { $0.exitEmpty },
        Setting("force", "Let `write` replace files.") { $0.force },
        Setting("full-scan", "Skip no lines for their time, however large the logs are.") { $0.fullScan },
        Setting("memory", "size", "Memory for grouping and sorting before files are used.") { $0.memory },
        Setting("no-header", "Leave the header line out.") { $0.noHeader },
        Setting("no-pager", "In the shell, show long answers without a pager.") { $0.noPager },
        Setting("now", "time", "The time that `now` stands for.") { $0.now },
        Setting(
            "output", "format", "Format of the answer: \(formats.joined(separator: ", ")).", words: formats
        ) { $0.o },
        Setting("redact", "Show pseudonyms for local parts, logins and clients (mlq help redact).") {
            $0.redact
        },
        Setting(
            "redact-key", "key", "The same, with the pseudonyms of that key: a secret, or @FILE."
        ) { $0.redactKey == nil ? nil : "(secret)" },
        Setting("safe-csv", "Defuse cells of CSV, TSV and HTML that a spreadsheet would run.") { $0.safeCSV },
        Setting("since", "time", "Only lines from this time on: 2012-12-26, end-2h, …") { $0.since },
        Setting("stats", "Say how long it took and what was read.") { $0.stats },
        Setting("strict", "Lines that were not understood make the exit status 3.") { $0.strict },
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
            "there is no setting '\(name)'"
                + (near.map { "; did you mean '\($0)'?" } ?? "; `:set` shows what there is"))
    }

    /// For the list of options on the command line.
    static func help(_ name: String) -> ArgumentHelp {
        guard let setting = all.first(where: { $0.name == name }) else {
            preconditionFailure("'\(name)' is a setting")
        }
        return ArgumentHelp(setting.summary, valueName: setting.value)
    }

    /// Settings with what they are, what they accept and what they are for.
    static func table(_ settings: [Setting], _ options: Options) -> String {
        let rows = settings.map { [$0.name, $0.current(options), $0.value ?? "on|off"] }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return zip(rows, settings).map { row, setting in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count + 2) }.joined()
                + setting.summary + "\n"
        }.joined()
    }
}
