import Foundation

/// The answer that the header of a script tells: after `# Answer:`, of the example logs; after
/// `# Answer: PROSE of FILE:`, of a file.
///
/// It is the output, table after table, shortened by three rules: a table may be left out, a table that goes
/// on ends with `…` on a line of its own, and a line of more than 112 columns is cut.
struct ScriptAnswer {
    static let usualLog = "Examples/maillog"

    /// The file or directory that is asked.
    let log: String
    /// The lines of the answer, as they stand in the header.
    let lines: [String]
    private let before: [Substring]
    private let after: [Substring]

    init?(of text: String) {
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = all.firstIndex(where: { $0.hasPrefix("# Answer") }),
            let first = all[start...].firstIndex(where: { $0.hasSuffix(":") })
        else { return nil }
        let word = all[first].dropLast().split(separator: " ").last ?? ""
        log = word.contains("/") ? String(word) : ScriptAnswer.usualLog
        before = Array(all[...first])
        let answer = all[(first + 1)...].prefix { $0.hasPrefix("#") }
        after = Array(all[answer.endIndex...])
        lines = answer.map { String($0.dropFirst(4)) }
    }

    func arguments(_ path: String) -> [String] {
        (log.hasPrefix("Tests") ? ["--year", "2026"] : []) + [path, log]
    }

    /// As much of an output as the header shows.
    func abridged(_ output: String) -> [String] {
        let tables = output.components(separatedBy: "\n\n").map { table in
            table.split(separator: "\n").map { ScriptAnswer.cut($0) }
        }
        var answer: [String] = []
        for shown in lines.split(separator: "", omittingEmptySubsequences: false) {
            let same = tables.count == 1 ? tables[0] : tables.first { $0.first == shown.first }
            guard let table = same else { continue }
            if !answer.isEmpty { answer.append("") }
            let isCut = shown.last == "…" && shown.count - 1 < table.count
            answer += isCut ? table.prefix(shown.count - 1) + ["…"] : table
        }
        return answer
    }

    /// The script with another answer.
    func text(with answer: [String]) -> String {
        (before.map(String.init) + answer.map { $0.isEmpty ? "#" : "#   \($0)" } + after.map(String.init))
            .joined(separator: "\n")
    }

    private static func cut(_ line: Substring) -> String {
        let text = String(line.reversed().drop { $0 == " " }.reversed())
        return text.count <= 112 ? text : text.prefix(111) + "…"
    }
}
