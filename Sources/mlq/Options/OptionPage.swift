import ArgumentParser

/// Help page of an option. The text comes from the declarations in `Options`.
enum OptionPage {
    /// Returns the page of an option, written with or without its dashes: `--since`, `since`, `-o`; nil if there is
    /// no such option.
    static func text(_ word: String) -> String? {
        let name = String(word.drop { $0 == "-" })
        guard let (usage, summary) = entries.first(where: { names($0.usage).contains(name) }) else {
            return nil
        }
        let setting = Setting.all.first { names(usage).contains($0.name) }
        return "\(usage) (option): \(summary)"
            + (setting.map { "\n\n  in the shell:  :set \($0.name)   (:help set)" } ?? "")
    }

    /// Usage and summary of each option: `-o, --output <format>` and its description.
    private static let entries: [(usage: String, summary: String)] = {
        var entries: [(usage: String, summary: String)] = []
        for line in Options.helpMessage(columns: 1000).split(separator: "\n") {
            let isOption = line.hasPrefix("  -")
            // A long usage has its description on the next line.
            guard isOption || line.hasPrefix("     ") && entries.last?.summary == "" else { continue }
            let text = line.drop { $0 == " " }
            if isOption {
                let end = text.firstRange(of: "  ")?.lowerBound ?? text.endIndex
                entries.append((String(text[..<end]), String(text[end...].drop { $0 == " " })))
            } else {
                entries[entries.count - 1].summary = String(text)
            }
        }
        return entries
    }()

    /// Returns the names in a usage, without dashes.
    private static func names(_ usage: String) -> [String] {
        usage.split(separator: ", ").compactMap { $0.split(separator: " ").first?.drop { $0 == "-" } }.map(
            String.init)
    }
}
