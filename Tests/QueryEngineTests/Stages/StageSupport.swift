import Glibc
import MailLog
@testable import QueryEngine
import QuerySyntax
import Testing

/// Runs queries over a small log as the command does, from text to text.
struct TestLog {
    let directory: String
    let paths: [String]
    var threads = 1
    var memory = 64 << 20
    var force = false

    /// Logs of these lines, in a new directory.
    init(_ logs: [(name: String, lines: [String])] = [("maillog", TestLog.lines)]) {
        var template = Array("/tmp/mlq-stages-XXXXXX".utf8CString)
        let directory = String(cString: mkdtemp(&template))
        self.directory = directory
        paths = logs.map { "\(directory)/\($0.name)" }
        for (path, log) in zip(paths, logs) {
            TestLog.write(log.lines.joined(separator: "\n") + "\n", to: path)
        }
    }

    /// Logs that are there, by their names in the package.
    init(existing names: [String]) {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        directory = root
        paths = names.map { "\(root)/\($0)" }
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    static func write(_ text: String, to path: String) {
        guard case .success = FileText.write(Array(text.utf8), to: path) else {
            Issue.record("cannot write \(path)")
            return
        }
    }

    func text(of name: String) -> String? {
        guard case .success(let bytes) = FileText.read(path(name)) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    func remove() {
        guard let handle = opendir(directory) else { return }
        var names: [String] = []
        while let entry = readdir(handle) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        closedir(handle)
        for name in names { unlink(path(name)) }
        rmdir(directory)
    }

    struct Answer {
        /// One element a line: TSV with its header, or the lines themselves.
        var rows: [String] = []
        var diagnostics: [String] = []
        var notes: [String] = []
        var assertions: [String] = []
        var failure: String?
        var hasSpilled = false
    }

    private func open() -> (LogSet, Environment) {
        var options = LogOptions()
        options.year = 2026
        let logs = LogSet(paths: paths, options: options)
        var environment = Environment(.mlq)
        environment.memory = memory
        environment.force = force
        environment.files = { logs.files }
        environment.dataRange = { logs.coverage }
        let directory = directory
        environment.readFile = { FileText.read("\(directory)/\($0)") }
        environment.pass = { [threads] query, output, run in
            Executor(logs: logs, threads: threads).pass(query, to: output, run: run)
        }
        return (logs, environment)
    }

    /// The rows of a query as a shell keeps them; nil where the query is wrong.
    func kept(_ text: String) -> QueryEngine.Answer? {
        let (logs, environment) = open()
        let program = Program([Source(name: "query", text: text)], in: environment)
        guard !program.hasErrors, case .query(let query)? = program.items.last else { return nil }
        let outcome = Executor(logs: logs, threads: threads).run(
            query, to: .init(format: .tsv, options: OutputOptions(), sink: MemorySink()),
            run: RunState(memory: memory, threads: threads), keeping: 1 << 24)
        return outcome.kept.map {
            QueryEngine.Answer(text: query.text, query: query, rows: $0.rows, isWhole: $0.isWhole)
        }
    }

    /// The answer to the last query of a script.
    func answer(_ script: String) -> Answer {
        let (logs, environment) = open()
        let program = Program([Source(name: "query", text: script)], in: environment)
        var answer = Answer()
        answer.diagnostics = program.diagnostics.map(\.diagnostic.message)
        if program.hasErrors { return answer }
        for case .query(let query) in program.items {
            let run = RunState(memory: memory, threads: threads)
            let sink = MemorySink()
            let format = query.givesLines ? OutputFormat.raw : OutputFormat.tsv
            _ = Executor(logs: logs, threads: threads).run(
                query, to: .init(format: format, options: OutputOptions(), sink: sink), run: run)
            answer.rows = sink.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if answer.rows.last == "" { answer.rows.removeLast() }
            answer.notes = run.notes
            answer.assertions = run.assertionFailures
            answer.failure = run.failure?.message
            answer.hasSpilled = run.hasSpilled
        }
        return answer
    }

    /// The rows of an answer that nothing is wrong with.
    func rows(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) -> [String] {
        let answer = answer(script)
        #expect(answer.diagnostics == [], "\(script)", sourceLocation: sourceLocation)
        #expect(answer.failure == nil, "\(script)", sourceLocation: sourceLocation)
        return answer.rows
    }

    /// Two messages that go different ways, and a refusal.
    static let lines = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: connect from localhost[127.0.0.1]",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: AC76BF8A0C2: client=localhost[127.0.0.1]",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: NOQUEUE: reject: RCPT from localhost[127.0.0.1]: 550 5.1.1 "
            + "<nosuch@example.org>: Recipient address rejected: User unknown in local recipient table; "
            + "from=<sender@client.example> to=<nosuch@example.org> proto=ESMTP helo=<client.example>",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: AC76BF8A0C2: message-id=<m1795451974706@client.example>",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: AC76BF8A0C2: from=<sender@client.example>, size=301, nrcpt=2 "
            + "(queue active)",
        "Nov 23 16:39:34 mx1 postfix/local[9738]: AC76BF8A0C2: to=<alice@example.org>, relay=local, delay=0.02, "
            + "delays=0/0.01/0/0.01, dsn=5.1.1, status=bounced (unknown user: \"alice\")",
        "Nov 23 16:39:35 mx1 postfix/qmgr[7786]: B0A9DF8A113: from=<sally@uk.psi.example>, size=325, nrcpt=1 "
            + "(queue active)",
        "Nov 23 16:39:37 mx1 postfix/smtp[9748]: B0A9DF8A113: to=<x@drop.example>, "
            + "relay=127.0.0.1[127.0.0.1]:10097, delay=2.9, delays=2.8/0/0.04/0, dsn=4.4.2, status=deferred "
            + "(lost connection with 127.0.0.1[127.0.0.1] while receiving the initial server greeting)",
        "Nov 23 16:39:55 mx1 postfix/smtp[9748]: B0A9DF8A113: to=<X@drop.example>, "
            + "relay=127.0.0.1[127.0.0.1]:10097, delay=21, delays=21/0/0/0, dsn=2.0.0, status=sent (250 ok)",
        "Nov 23 16:39:56 mx1 postfix/qmgr[7786]: B0A9DF8A113: removed",
    ]
}
