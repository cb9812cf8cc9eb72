import MailLog
import QuerySyntax

/// Context in which queries are resolved: current time, range of the data, values of parameters, names bound by `let`.
package struct Environment: Sendable {
    package let language: Language
    /// Microseconds of the wall clock.
    package var now: Int64 = 0
    /// Time zone of times in queries and answers; nil for the zone of each stamp.
    package var zone: Zone?
    /// Returns the first and the last stamp of the input. Reads them at the first call.
    package var dataRange: @Sendable () -> Coverage? = { nil }
    package internal(set) var bindings = Bindings()
    /// Rows of earlier answers, by name.
    package var answers: [String: Answer] = [:]
    /// Bytes of memory for grouping and sorting.
    package var memory = 512 << 20
    /// Restarts that the run finds for the query's chart.
    package var restarts = Restarts()
    /// Whether `write` may replace files.
    package var force = false
    /// Options for files. Answers use the same options, with those of the terminal added.
    package var output = OutputOptions()
    package var redaction: Redaction? { output.redaction }
    /// Returns the contents of a file named in a query.
    package var readFile: @Sendable (String) -> Result<[UInt8], RunFailure> = { path in
        FileText.read(path)
    }
    /// Runs a query over the same logs, for another query that uses its rows.
    package var pass: @Sendable (Query, any RowOutput, RunState) -> Void = { _, _, _ in }
    package var files: @Sendable () -> [LogFile] = { [] }
    /// Conditions at the start of each query over the logs (`--since`, `--until`).
    package var prelude: [Pipeline<any Stage>.Step] = []
    /// Whether the logs are followed (`--follow`).
    package var follows = false

    package init(_ language: Language) { self.language = language }

    package var parameters: [String: Expression] { bindings.parameters }

    /// Binds a name to a pipeline. Queries that are already resolved keep their bindings.
    package mutating func bind(_ name: String, _ pipeline: Pipeline<any Stage>, text: String) {
        bindings = bindings.copy()
        bindings.define(name, Bindings.Definition(pipeline: pipeline, wording: Wording(text), uses: []))
    }

    /// Returns the text of a pipeline from the log lines on.
    func wording(of pipeline: Pipeline<any Stage>, _ source: Source) -> Wording {
        guard let start = pipeline.start else { return Wording(source[pipeline.range]) }
        let first =
            answers[start.text].map { Wording($0.text) } ?? bindings[start.text]?.wording
            ?? Wording(start.text)
        guard let stage = pipeline.stages.first else { return first }
        return Wording(source[SourceRange(stage.range.lower, pipeline.range.upper)], after: first)
    }

    /// Returns the names of pipelines in a text: at the start of a pipeline, or after `in`. Parameters are returned as
    /// `{name}`. `names` are the names with which a pipeline may start.
    func names(usedIn text: String, _ names: Set<String>) -> Set<String> {
        let source = Source(name: "", text: text)
        guard let tokens = language.tokens(of: source, names: names) else { return [] }
        var used: Set<String> = []
        var before = ""
        for token in tokens where token.role != .comment {
            let word = source[token.range]
            // In other positions, a name is a new column.
            let begins = token.role == .name && ["", "("].contains(before)
            if begins || before.lowercased() == "in" || token.role == .parameter { used.insert(word) }
            before = word
        }
        return used
    }

    /// Returns the statements that make a text a script: `let` and `param` of its names, in order of dependency.
    package func definitions(for text: String) -> [String] {
        var statements: [String] = []
        var seen: Set<String> = []
        define(text, &seen, &statements)
        return statements
    }

    private func define(_ text: String, _ seen: inout Set<String>, _ statements: inout [String]) {
        for name in names(usedIn: text, names).sorted() {
            guard let definition = bindings[name]?.wording.text, seen.insert(name).inserted else { continue }
            define(definition, &seen, &statements)
            statements.append("let \(name) = \(definition)")
        }
        let words = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        for word in words.intersection(parameters.keys).sorted() where seen.insert("{\(word)}").inserted {
            switch parameters[word] {
            case .word(let value, _): statements.append("param \(word) = \(value)")
            case .string(let value, let ignoresCase, _):
                statements.append(
                    "param \(word) = \(QueryText.quoted(Array(value.utf8)))\(ignoresCase ? "i" : "")")
            default: break
            }
        }
    }

    /// Returns a text with the values of parameters inserted, if they are words.
    func filled(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let after = rest.index(after: open)
            result += rest[..<open]
            let name = rest[after...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            if rest[name.endIndex...].first == "}", case .word(let word, _)? = parameters[String(name)] {
                result += word
                rest = rest[rest.index(after: name.endIndex)...]
            } else {
                result += "{"
                rest = rest[after...]
            }
        }
        return result + rest
    }

    /// Returns a name that is not used yet.
    package func newName(_ word: String) -> String {
        var number = 1
        while names.contains("\(word)\(number)") { number += 1 }
        return "\(word)\(number)"
    }

    /// Names with which a pipeline may start.
    package var names: Set<String> { Set(bindings.names).union(answers.keys) }
}
