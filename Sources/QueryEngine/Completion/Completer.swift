import MailLog
import QuerySyntax
import SystemText

/// Completion of an unfinished query. The parser reports what it expects at the cursor. The candidates come from the
/// vocabularies, from the schema at the cursor and from the data.
package struct Completer {
    package struct Candidate: Equatable, Sendable {
        /// Replacement of the word at the cursor.
        package let text: String
        /// Description, for lists.
        package let note: String
        /// Text to append if this is the only candidate.
        package let ending: String

        package init(text: String, note: String = "", ending: String = " ") {
            self.text = text
            self.note = note
            self.ending = ending
        }
    }

    package struct Answer: Equatable, Sendable {
        /// Byte offset of the word at the cursor.
        package let start: Int
        package let candidates: [Candidate]

        package init(start: Int, candidates: [Candidate]) {
            self.start = start
            self.candidates = candidates
        }
    }

    private let environment: Environment
    /// Runs a query `… | top N FIELD`, and returns its rows: values with their counts.
    private let values: (Query) -> RowTable
    /// Returns the names of files that begin with a text.
    private let files: (String) -> [String]

    package init(
        _ environment: Environment, values: @escaping (Query) -> RowTable = { _ in RowTable() },
        files: @escaping (String) -> [String] = { _ in [] }
    ) {
        var environment = environment
        // Tab must not read from a pipe or wait.
        environment.readFile = { FileText.read($0, waits: false) }
        self.environment = environment
        self.values = values
        self.files = files
    }

    /// Maximum number of values to offer.
    private static let valueCount = 50

    /// Completes a text that ends at the cursor. A text that begins with `:` is a command of the shell.
    package func complete<Command: Sendable>(_ text: String, commands: Vocabulary<Command>) -> Answer {
        let cursor = CursorWord(text)
        guard var parser = try? Parser(Source(name: "query", text: cursor.before)) else {
            return Answer(start: cursor.start, candidates: [])
        }
        parser.names = environment.names
        if parser.byte() == UInt8(ascii: ":") {
            _ = try? parser.command(commands)
        } else {
            parser.script(Stages.all)
        }
        var offered: [Candidate] = []
        var texts: Set<String> = []
        // Names first. Functions are allowed nearly everywhere, so they are offered only after a first letter.
        let expectations = parser.expectations.filter { $0 != .function || !cursor.word.isEmpty }
        for expectation in expectations.filter({ !$0.isKeyword }) + expectations.filter(\.isKeyword) {
            for candidate in candidates(expectation, parser, cursor, commands)
            where texts.insert(candidate.text).inserted {
                offered.append(candidate)
            }
        }
        let found = Completer.matching(cursor.word, offered)
        if found.map(\.text) == [cursor.word], cursor.word.last?.isLetter == false {
            // A complete comparison operator: complete the value after it.
            let candidates = complete(text + " ", commands: commands).candidates
            return Answer(start: SystemText.bytes(text).count, candidates: candidates)
        }
        return Answer(start: cursor.start, candidates: found)
    }

    /// Returns the candidates that begin with the word, or else those that contain it.
    private static func matching(_ word: String, _ candidates: [Candidate]) -> [Candidate] {
        guard !word.isEmpty else { return candidates }
        let word = word.lowercased()
        let text = { (candidate: Candidate) in
            candidate.text.hasPrefix("\"") ? String(candidate.text.dropFirst()) : candidate.text
        }
        let begin = candidates.filter { text($0).lowercased().hasPrefix(word) }
        return begin.isEmpty ? candidates.filter { text($0).lowercased().contains(word) } : begin
    }

    // MARK: Candidates

    private func candidates<Command: Sendable>(
        _ expectation: Expectation, _ parser: Parser, _ cursor: CursorWord, _ commands: Vocabulary<Command>
    ) -> [Candidate] {
        switch expectation {
        case .form(Stages.all.kind): forms(Stages.all, cursor.word)
        case .form: forms(commands, cursor.word)
        case .keyword(let word): [Candidate(text: word)]
        case .word(let words, let notes):
            words.indices.map { Candidate(text: words[$0], note: notes.isEmpty ? "" : notes[$0]) }
        case .field:
            schema(parser).columns.map { column in
                let field = Field.named(column.name)
                return Candidate(
                    text: QueryText.name(column.name),
                    note: column.type.name + (field.map { ": \($0.summary)" } ?? ""), ending: "")
            }
        case .function:
            Functions.all.forms.map { Candidate(text: "\($0.name)(", note: $0.summary, ending: "") }
        case .aggregate:
            Aggregates.all.forms.map {
                Candidate(text: $0.family == nil ? "\($0.name)(" : "p95(", note: $0.summary, ending: "")
            }
        case .comparison:
            Expression.Comparison.allCases.map {
                Candidate(text: $0.rawValue, ending: $0.rawValue.first!.isLetter ? " " : "")
            }
        case .value(let field): field.map { values(of: $0, parser, cursor) } ?? []
        case .range: values(of: "day", parser, cursor)
        case .binding:
            // `_`, the last answer, is not worth completing.
            environment.names.filter { $0 != "_" }.sorted().map { Candidate(text: $0, note: "pipeline") }
        case .file:
            files(cursor.word).map { name in
                let isDirectory = name.hasSuffix("/")
                let text = QueryText.path(name, in: cursor.quote)
                return Candidate(
                    text: isDirectory && text.hasSuffix("\"") ? String(text.dropLast()) : text,
                    ending: isDirectory ? "" : cursor.quote)
            }
        case .investigation:
            ShippedScript.all.map { Candidate(text: $0.name, note: $0.question) }
        case .duration: ["1m", "5m", "15m", "1h", "6h", "1d", "1w"].map { Candidate(text: $0) }
        case .helpTopic: (Help.names + commands.forms.map(\.name)).map { Candidate(text: $0) }
        }
    }

    /// Returns the names of a vocabulary. Aliases are offered only if no name begins with the word.
    private func forms<Product>(_ vocabulary: Vocabulary<Product>, _ word: String) -> [Candidate] {
        let forms = vocabulary.forms.map { form in
            Candidate(
                text: form.family == nil ? form.name : "p95", note: form.summary,
                ending: form.parameters.isEmpty ? "" : " ")
        }
        guard !word.isEmpty, !forms.contains(where: { $0.text.hasPrefix(word.lowercased()) }) else {
            return forms
        }
        return forms
            + vocabulary.forms.flatMap { form in
                form.aliases.map { Candidate(text: $0, note: form.summary) }
            }
    }

    /// Returns the text of the pipeline before the stage at the cursor.
    private func prefix(_ parser: Parser) -> String {
        guard let range = parser.expectedIn else { return "" }
        var text = parser.source[range]
        while let last = text.last, " \n\t|".contains(last) { text.removeLast() }
        return text
    }

    /// Returns the schema of the input of the stage at the cursor.
    private func schema(_ parser: Parser) -> Schema {
        let text = prefix(parser)
        guard !text.isEmpty, let query = query(text) else { return .lines }
        return query.available
    }

    private func query(_ text: String) -> Query? {
        guard var parser = try? Parser(Source(name: "query", text: text)) else { return nil }
        parser.names = environment.names
        guard let pipeline = try? parser.pipeline(Stages.all) else { return nil }
        var query = Query(pipeline, in: environment)
        query.text = text
        return query
    }

    // MARK: Values

    private func values(of name: String, _ parser: Parser, _ cursor: CursorWord) -> [Candidate] {
        guard let column = schema(parser).column(name) else { return [] }
        let isQuoted = !cursor.quote.isEmpty
        var candidates: [Candidate] = []
        if Completer.isWorthCounting(column) {
            let prefix = prefix(parser)
            let text =
                "\(prefix.isEmpty ? "" : prefix + " | ")top \(Completer.valueCount) \(QueryText.name(name))"
            if let query = query(text), !query.hasErrors {
                let rows = values(query)
                for row in 0..<rows.count where rows[row, 0].kind != .missing {
                    let text = QueryText.value(rows[row, 0], column.type)
                    let count = rows[row, 1]
                    candidates.append(
                        Candidate(
                            text: isQuoted ? QueryText.plain(rows[row, 0], column.type) : text,
                            note: Digits.grouped(count.integer), ending: isQuoted ? cursor.quote + " " : " "))
                }
            }
        }
        if case .time = column.type { candidates.sort { $0.text < $1.text } }
        // Values that no line has are offered only if no value of the data matches.
        guard Completer.matching(cursor.word, candidates).isEmpty else { return candidates }
        switch column.type {
        case .text(.oneOf(let words)): return words.map { Candidate(text: $0) }
        case .bool: return ["true", "false"].map { Candidate(text: $0) }
        default: return []
        }
    }

    /// Whether a field has values that repeat; not a field with a different value on nearly every line.
    private static func isWorthCounting(_ column: Schema.Column) -> Bool {
        switch column.type {
        case .text: !["raw", "text", "delays", "detail"].contains(column.name)
        case .integer: !["line", "pid"].contains(column.name)
        case .time(let bin): bin != .instant
        default: false
        }
    }
}

/// Position of the cursor: the word that ends there, and the text before the word.
private struct CursorWord {
    /// Byte offset of the word.
    let start: Int
    let word: String
    /// Text before the word, or before the open quote.
    let before: String
    /// Open quote; empty if there is none.
    let quote: String

    init(_ text: String) {
        let bytes = SystemText.bytes(text)
        var quote: (mark: UInt8, at: Int)?
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == UInt8(ascii: "\\") {
                    index += 1
                } else if byte == open.mark || byte == 10 {
                    quote = nil
                }
            } else if byte == 34 || byte == 39 {
                quote = (byte, index)
            }
            index += 1
        }
        let cut: Int
        if let quote {
            start = quote.at + 1
            cut = quote.at
            self.quote = String(UnicodeScalar(quote.mark))
        } else {
            start = CursorWord.startOfWord(bytes)
            cut = start
            self.quote = ""
        }
        word = SystemText.string(bytes[start...])
        before = SystemText.string(bytes[..<cut])
    }

    private static func startOfWord(_ bytes: [UInt8]) -> Int {
        let ends = Array(" \t\n|(),;".utf8)
        var start = bytes.lastIndex(where: ends.contains).map { $0 + 1 } ?? 0
        // The right side of a comparison without blanks. An operator alone is a word itself.
        let marks = Array("=~<>!".utf8)
        if let mark = bytes[start...].firstIndex(where: marks.contains), mark > start {
            start = mark
            while start < bytes.count, marks.contains(bytes[start]) { start += 1 }
        }
        if start < bytes.count,
            [UInt8(ascii: "@"), UInt8(ascii: "-"), UInt8(ascii: ":")].contains(bytes[start])
        {
            start += 1
        }
        return start
    }
}
