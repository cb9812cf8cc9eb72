import MailLog
import QuerySyntax

/// What a query is resolved in: the time it is asked, what the data covers, the values of parameters, the names
/// that `let` has bound.
package struct Environment: Sendable {
    package let language: Language
    /// Microseconds of the wall clock.
    package var now: Int64 = 0
    /// The zone in which times are given, if it is not that of each stamp.
    package var zone: Zone?
    /// First and last stamp of the input, found when a query first needs them.
    package var dataRange: @Sendable () -> Coverage? = { nil }
    package internal(set) var bindings = Bindings()
    /// Rows of earlier answers, by the names that stand for them.
    package var answers: [String: Answer] = [:]
    /// Bytes of memory for grouping and sorting.
    package var memory = 512 << 20
    /// Found while the query runs, for its chart.
    package var restarts = Restarts()
    /// Whether `write` may replace files.
    package var force = false
    /// How files are written. Answers are written so too, with what a terminal wants besides.
    package var output = OutputOptions()
    /// What files and messages must not tell is replaced (`--redact`).
    package var redaction: Redaction? { output.redaction }
    /// The contents of a file named in a query, or the reason why there is none.
    package var readFile: @Sendable (String) -> Result<[UInt8], RunFailure> = { path in
        FileText.read(path)
    }
    /// Runs a query over the same logs, for another query that wants its rows.
    package var pass: @Sendable (Query, any RowOutput, RunState) -> Void = { _, _, _ in }
    /// The logs that are read.
    package var files: @Sendable () -> [LogFile] = { [] }
    /// Conditions that every query over the logs begins with (`--since`, `--until`).
    package var prelude: [Pipeline<any Stage>.Step] = []
    /// Whether rows go on coming (`--follow`).
    package var follows = false

    package init(_ language: Language) { self.language = language }

    package var parameters: [String: Expression] { bindings.parameters }

    /// Gives a pipeline a name. Queries that were resolved before keep the names that they know.
    package mutating func bind(_ name: String, _ pipeline: Pipeline<any Stage>, text: String) {
        bindings = bindings.copy()
        bindings.define(name, Bindings.Definition(pipeline: pipeline, wording: Wording(text), uses: []))
    }

    /// A pipeline's text from the log lines on.
    func wording(of pipeline: Pipeline<any Stage>, _ source: Source) -> Wording {
        guard let start = pipeline.start else { return Wording(source[pipeline.range]) }
        let first =
            answers[start.text].map { Wording($0.text) } ?? bindings[start.text]?.wording
            ?? Wording(start.text)
        guard let stage = pipeline.stages.first else { return first }
        return Wording(source[SourceRange(stage.range.lower, pipeline.range.upper)], after: first)
    }

    /// The names of pipelines that a text uses: a pipeline begins with them, or they stand after `in`. Parameters are
    /// named `{name}`. `names` are those that a pipeline may begin with.
    func names(usedIn text: String, _ names: Set<String>) -> Set<String> {
        let source = Source(name: "", text: text)
        guard let tokens = language.tokens(of: source, names: names) else { return [] }
        var used: Set<String> = []
        var before = ""
        for token in tokens where token.role != .comment {
            let word = source[token.range]
            // Elsewhere a name is that of a new column.
            let begins = token.role == .name && ["", "("].contains(before)
            if begins || before.lowercased() == "in" || token.role == .parameter { used.insert(word) }
            before = word
        }
        return used
    }

    /// The statements that a text needs before it to be a script: `let` and `param` of the names that it uses, each
    /// behind those that it uses itself.
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

    /// A text with the values of parameters filled in, where they are words.
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

    /// A name that no pipeline has.
    package func newName(_ word: String) -> String {
        var number = 1
        while names.contains("\(word)\(number)") { number += 1 }
        return "\(word)\(number)"
    }

    /// The names that a pipeline may start with.
    package var names: Set<String> { Set(bindings.names).union(answers.keys) }
}
