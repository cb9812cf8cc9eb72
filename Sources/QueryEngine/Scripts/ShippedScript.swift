import QuerySyntax

/// An investigation that comes with mlq, run by its name: `mlq why-deferred /var/log/maillog*`. Its text is
/// a script of `Examples`, compiled in, so that a single file is all that a mail server needs.
package struct ShippedScript: Sendable {
    package let name: String
    package let text: String

    package static func named(_ name: String) -> ShippedScript? { all.first { $0.name == name } }

    /// What it answers, the first line of its header.
    package var question: String { String(header.first ?? "") }

    /// The comment at its head, without the marks.
    private var header: [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false).drop { $0.hasPrefix("#!") }
            .prefix { $0.hasPrefix("#") }.map { $0.dropFirst($0.hasPrefix("# ") ? 2 : 1) }
    }

    /// What `-D` can set, as the script declares it.
    private var parameters: [Substring] {
        text.split(separator: "\n").filter { $0.hasPrefix("param ") }.map {
            $0.dropFirst("param ".utf8.count)
        }
    }

    /// Its page of help.
    package var page: String {
        var lines = ["\(name) (investigation): \(question)"]
        lines += header.dropFirst().map { $0.isEmpty ? "" : "  \($0)" }
        if !parameters.isEmpty { lines += ["", "  parameters, set with -D NAME=VALUE:"] }
        lines += parameters.map { "    \($0)" }
        return lines.joined(separator: "\n")
    }
}
