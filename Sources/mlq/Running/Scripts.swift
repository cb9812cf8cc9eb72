import QueryEngine
import QuerySyntax

/// Scripts by the names that a user gives.
enum Scripts {
    /// Whether a file is a script: by its suffix, or by a first line that names mlq.
    static func isScript(_ path: String) -> Bool {
        if path.hasSuffix(".mlq") { return Terminal.exists(path) }
        guard let line = FileText.firstLine(path) else { return false }
        return line.hasPrefix("#!") && line.contains("mlq")
    }

    /// The script in a file, or the investigation of that name.
    static func source(_ path: String) throws(UsageError) -> Source {
        if Terminal.exists(path) { return Source(name: path, bytes: try FileText.read(path).orUsageError()) }
        if let script = ShippedScript.named(path) { return Source(name: path, text: script.text) }
        let near = Spelling.nearest(to: path, among: ShippedScript.all.map(\.name))
        throw UsageError("there is no script '\(path)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }
}

enum HelpPage {
    /// Returns the help pages on `words`: of the language, of an option, or of both.
    static func text(_ words: [String]) throws(UsageError) -> String {
        let name = words.joined(separator: " ")
        let pages = [Help.page(words), OptionPage.text(name)].compactMap(\.self)
        if !pages.isEmpty { return pages.joined(separator: "\n\n") }
        let near = Spelling.nearest(to: name, among: Help.names)
        throw UsageError(
            "no help on '\(name)'; "
                + (near.map { "did you mean '\($0)'?" } ?? "`mlq help` lists all pages"))
    }
}
