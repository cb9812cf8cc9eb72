import MailLog
import QuerySyntax
import SystemText

/// What may stand at the cursor of an unfinished query. The parser says what it would ask for there; the
/// vocabularies, the schema of that point and the data say what there is.
package struct Completer {
    package struct Candidate: Equatable, Sendable {
        /// What takes the place of the word at the cursor.
        package let text: String
        /// What it is, for lists.
        package let note: String
        /// What is typed after it when nothing else can be meant.
        package let ending: String

        package init(text: String, note: String = "", ending: String = " ") {
            self.text = text
            self.note = note
            self.ending = ending
        }
    }

    package struct Answer: Equatable, Sendable {
        /// Where the word at the cursor starts, in bytes.
        package let start: Int
        package let candidates: [Candidate]

        package init(start: Int, candidates: [Candidate]) {
            self.start = start
            self.candidates = candidates
        }
    }

    private let environment: Environment
    /// The rows of `… | top N FIELD`: values with their counts.
    private let values: (Query) -> RowTable
    /// The names of files that begin so.
    private let files: (String) -> [String]

    package init(
        _ environment: Environment, values: @escaping (Query) -> RowTable = { _ in RowTable() },
        files: @escaping (String) -> [String] = { _ in [] }
    ) {
        var environment = environment
        // Tab takes nothing out of a pipe, and waits for nobody.
        environment.readFile = { FileText.read($0, waits: false) }
        self.environment = environment
        self.values = values
        self.files = files
    }

    /// How many values of the data are offered.
    private static let valueCount = 50

    /// For a text that ends at the cursor. A text that begins with `:` is one of the commands.
    package func complete<Command: Sendable>(_ text: String, commands: Vocabulary<Command>) -> Answer {
        let place = Place(text)
        guard var parser = try? Parser(Source(name: "query", text: place.before)) else {
            return Answer(start: place.start, candidates: [])
        }
        parser.names = environment.names
        if parser.byte() == UInt8(ascii: ":") {
            _ = try? parser.command(commands)
        } else {
            parser.script(Stages.all)
        }
        var offered: [Candidate] = []
        var texts: Set<String> = []
        // Names first; functions, which may stand nearly everywhere, to who has begun to type one.
        let expectations = parser.expectations.filter { $0 != .function || !place.word.isEmpty }
        for expectation in expectations.filter({ !$0.isKeyword }) + expectations.filter(\.isKeyword) {
            for candidate in candidates(expectation, parser, place, commands)
            where texts.insert(candidate.text).inserted {
                offered.append(candidate)
            }
        }
        let found = Completer.matching(place.word, offered)
        if found.map(\.text) == [place.word], place.word.last?.isLetter == false {
            // A comparison that is whole is followed by its value.
            let candidates = complete(text + " ", commands: commands).candidates
            return Answer(start: SystemText.bytes(text).count, candidates: candidates)
        }
        return Answer(start: place.start, candidates: found)
    }

    /// Those that begin with the word; else those that contain it.
    private static func matching(_ word: String, _ candidates: [Candidate]) -> [Candidate] {
        guard !word.isEmpty else { return candidates }
        let word = word.lowercased()
        let text = { (candidate: Candidate) in
            candidate.text.hasPrefix("\"") ? String(candidate.text.dropFirst()) : candidate.text
        }
        let begin = candidates.filter { text($0).lowercased().hasPrefix(word) }
        return begin.isEmpty ? candidates.filter { text($0).lowercased().contains(word) } : begin
    }

    // MARK: What there is

    private func candidates<Command: Sendable>(
        _ expectation: Expectation, _ parser: Parser, _ place: Place, _ commands: Vocabulary<Command>
    ) -> [Candidate] {
        switch expectation {
        case .form(Stages.all.kind): forms(Stages.all, place.word)
        case .form: forms(commands, place.word)
        case .keyword(let word): [Candidate(text: word)]
        case .word(let words, let notes):
            words.indices.map { Candidate(text: words[$0], note: notes.isEmpty ? "" : notes[$0]) }
        case .field:
            schema(parser).columns.map { column in
                let field = Fields.named(column.name)
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
        case .value(let field): field.map { values(of: $0, parser, place) } ?? []
        case .range: values(of: "day", parser, place)
        case .binding:
            // The last answer's name is shorter than a Tab.
            environment.names.filter { $0 != "_" }.sorted().map { Candidate(text: $0, note: "pipeline") }
        case .file:
            files(place.word).map { name in
                let isDirectory = name.hasSuffix("/")
                let text = QueryText.path(name, in: place.quote)
                return Candidate(
                    text: isDirectory && text.hasSuffix("\"") ? String(text.dropLast()) : text,
                    ending: isDirectory ? "" : place.quote)
            }
        case .investigation:
            ShippedScript.all.map { Candidate(text: $0.name, note: $0.question) }
        case .duration: ["1m", "5m", "15m", "1h", "6h", "1d", "1w"].map { Candidate(text: $0) }
        case .helpTopic: (Help.names + commands.forms.map(\.name)).map { Candidate(text: $0) }
        }
    }

    /// Aliases are offered to who has begun to type one.
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

    /// The text of the pipeline before the stage that the cursor is in.
    private func prefix(_ parser: Parser) -> String {
        guard let range = parser.expectedIn else { return "" }
        var text = parser.source[range]
        while let last = text.last, " \n\t|".contains(last) { text.removeLast() }
        return text
    }

    /// The columns of the rows that come to the stage that the cursor is in.
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

    private func values(of name: String, _ parser: Parser, _ place: Place) -> [Candidate] {
        guard let column = schema(parser).column(name) else { return [] }
        let isQuoted = !place.quote.isEmpty
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
                            note: Digits.grouped(count.integer), ending: isQuoted ? place.quote + " " : " "))
                }
            }
        }
        if case .time = column.type { candidates.sort { $0.text < $1.text } }
        // What no line has is offered only where nothing else is meant.
        guard Completer.matching(place.word, candidates).isEmpty else { return candidates }
        switch column.type {
        case .text(.oneOf(let words)): return words.map { Candidate(text: $0) }
        case .bool: return ["true", "false"].map { Candidate(text: $0) }
        default: return []
        }
    }

    /// Not what has a value of its own on nearly every line.
    private static func isWorthCounting(_ column: Schema.Column) -> Bool {
        switch column.type {
        case .text: !["raw", "text", "delays", "detail"].contains(column.name)
        case .integer: !["line", "pid"].contains(column.name)
        case .time(let bin): bin != .instant
        default: false
        }
    }
}

/// The place of the cursor: the word that it ends, and what stands before.
private struct Place {
    /// Where the word starts, in bytes.
    let start: Int
    let word: String
    /// The text before the word, or before the quote that the word stands in.
    let before: String
    /// The quote that is open.
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
            start = Place.startOfWord(bytes)
            cut = start
            self.quote = ""
        }
        word = SystemText.string(bytes[start...])
        before = SystemText.string(bytes[..<cut])
    }

    private static func startOfWord(_ bytes: [UInt8]) -> Int {
        let ends = Array(" \t\n|(),;".utf8)
        var start = bytes.lastIndex(where: ends.contains).map { $0 + 1 } ?? 0
        // The right side of a comparison without spaces; the marks of one alone are words themselves.
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
