import QueryEngine

/// A test case in one file (`.mlqt`): a query, the logs that it reads, and what must come out.
///
///     # Why the case is there.
///     filter status=deferred | count by relay_name
///     --- options --year 2012          more of the command line, if any
///     --- log maillog-20121230         the lines of a log; several logs may follow each other
///     Dec 26 03:14:07 mail postfix/smtp[1041]: …
///     --- answer                       standard output: TSV with a typed header, or bare lines
///     relay_name:host  count:whole-number
///     --- message                      standard error
///     --- status 2                     the exit status, where it is not 0
struct CaseFile {
    struct Log {
        let name: String
        let text: String
    }

    struct Outcome: Equatable {
        var answer: String
        var message: String
        var status: Int
    }

    /// Comments included.
    private(set) var query = ""
    private(set) var options: [String] = []
    private(set) var logs: [Log] = []
    private(set) var expected = Outcome(answer: "", message: "", status: 0)

    init(_ text: String) throws(UsageError) {
        var section = "query"
        var name = ""
        var body = ""
        func close(_ file: inout CaseFile) {
            switch section {
            case "query": file.query = body
            case "log": file.logs.append(Log(name: name, text: body))
            case "answer": file.expected.answer = body
            case "message": file.expected.message = body
            default: break
            }
        }
        // By bytes: to Swift, a carriage return and a newline are one character.
        let lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { String($0) ?? "" }
        for line in lines.dropLast(
            text.utf8.last == 10 ? 1 : 0)
        {
            guard line.hasPrefix("--- ") else {
                body += line + "\n"
                continue
            }
            close(&self)
            let words = line.dropFirst(4).split(separator: " ").map(String.init)
            section = words.first ?? ""
            name = words.dropFirst().first ?? "maillog"
            body = ""
            switch section {
            case "options": options = Array(words.dropFirst())
            case "status": expected.status = Int(name) ?? 0
            case "log", "answer", "message": break
            default:
                throw UsageError(
                    "there is no section '\(section)'; there are options, log, answer, message, status")
            }
        }
        close(&self)
    }

    /// The file with another outcome in the place of the expected one.
    func text(with outcome: Outcome) -> String {
        var text = query
        if !options.isEmpty { text += "--- options \(options.joined(separator: " "))\n" }
        for log in logs { text += "--- log \(log.name)\n\(log.text)" }
        if !outcome.answer.isEmpty { text += "--- answer\n\(outcome.answer)" }
        if !outcome.message.isEmpty { text += "--- message\n\(outcome.message)" }
        if outcome.status != 0 { text += "--- status \(outcome.status)\n" }
        return text
    }
}
