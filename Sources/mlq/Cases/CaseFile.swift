import QueryEngine
import SystemText

/// A test case in one file (`.mlqt`): a query, its logs, and the expected outcome.
///
///     # Why the case exists.
///     filter status=deferred | count by relay_name
///     --- options --year 2012          more options of the command line
///     --- log maillog-20121230         the lines of a log with that name; a case may have several
///     Dec 26 03:14:07 mail postfix/smtp[1041]: …
///     --- log @incident                the lines of logs/incident.log beside the case, as a log named maillog
///     --- answer                       standard output: TSV with a typed header, or bare lines
///     relay_name:host  count:whole-number
///     --- message                      standard error
///     --- status 2                     the exit status, if it is not 0
struct CaseFile {
    struct Log {
        let name: String
        let text: String
        /// The section as it was written.
        let section: String
    }

    struct Outcome: Equatable {
        var answer = ""
        var message = ""
        var status = 0
    }

    /// The query with its comments.
    private(set) var query = ""
    private(set) var options: [String] = []
    private(set) var logs: [Log] = []
    private(set) var expected = Outcome()

    /// Parses a case. `directory` contains the folder `logs`.
    init(_ text: String, directory: String) throws(UsageError) {
        // Split bytes, because carriage return and newline are one Character.
        var lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { String($0) ?? "" }
        if lines.last?.isEmpty == true { lines.removeLast() }
        var rest = lines[...]
        var header = "query"
        repeat {
            let end = rest.firstIndex { $0.hasPrefix("--- ") } ?? rest.endIndex
            let body = rest[..<end].map { $0 + "\n" }.joined()
            rest = rest[end...]
            let words = header.split(separator: " ").map(String.init)
            switch words.first {
            case "query": query = body
            case "options": options = Array(words.dropFirst())
            case "log": logs.append(try CaseFile.log(words.count > 1 ? words[1] : "maillog", body, directory))
            case "answer": expected.answer = body
            case "message": expected.message = body
            case "status": expected.status = words.count > 1 ? Int(words[1]) ?? 0 : 0
            default:
                throw UsageError(
                    "unknown section '\(words.first ?? "")'; write options, log, answer, message or status")
            }
            guard let next = rest.popFirst() else { break }
            header = String(next.dropFirst(4))
        } while true
    }

    private static func log(_ name: String, _ body: String, _ directory: String) throws(UsageError) -> Log {
        guard name.hasPrefix("@") else { return Log(name: name, text: body, section: "\(name)\n\(body)") }
        guard body.isEmpty else { throw UsageError("'--- log \(name)' has lines of its own; remove them") }
        let path = "\(directory)/logs/\(name.dropFirst()).log"
        return Log(
            name: "maillog", text: SystemText.string(try FileText.read(path).orUsageError()),
            section: "\(name)\n")
    }

    /// The file with another expected outcome.
    func text(with outcome: Outcome) -> String {
        var text = query
        if !options.isEmpty { text += "--- options \(options.joined(separator: " "))\n" }
        for log in logs { text += "--- log \(log.section)" }
        if !outcome.answer.isEmpty { text += "--- answer\n\(outcome.answer)" }
        if !outcome.message.isEmpty { text += "--- message\n\(outcome.message)" }
        if outcome.status != 0 { text += "--- status \(outcome.status)\n" }
        return text
    }
}
