import MailLog
import QuerySyntax

/// Pages of `mlq help`. They are derived from the declarations of stages, aggregates, functions and fields.
package enum Help {
    /// Returns the overview of all names, one screen.
    package static func overview() -> String {
        return """
            A query is a pipeline: filter process=smtp | groupby day | count

            Stages
            \(rows(stages.map { ($0.name, $0.summary) }))

            Aggregates (those with * are also stages: count by process, p95 delay per 1d)
            \(wrapped(Aggregates.all.forms.map { $0.name + (Stages.all[$0.name] == nil ? "" : "*") }))

            Functions
            \(wrapped(Functions.all.forms.map(\.name)))

            Fields of a log line
            \(wrapped(Fields.all.map(\.name)))

            Topics
            \(rows(topics.map { ($0.name, $0.summary) }))

            mlq help NAME shows more about any of these.
            """
    }

    /// Stages that are not aggregates.
    private static var stages: [Form<any Stage>] {
        Stages.all.forms.filter { Aggregates.all[$0.name] == nil }
    }

    /// Names of stages, aggregates and topics, as a part of another page.
    package static var index: String {
        """
        Stages (`:help stages` describes each)
        \(wrapped(stages.map(\.name), columns: 78))
        Aggregates, also stages (count by process, p95 delay per 1d)
        \(wrapped(Aggregates.all.forms.map(\.name).filter { Stages.all[$0] != nil }, columns: 78))
        Topics
        \(wrapped(topics.map(\.name), columns: 78))
        """
    }

    /// Returns the page of a stage, an aggregate, a function, a field, an investigation or a topic.
    package static func page(_ words: [String]) -> String? {
        let word = words.joined(separator: " ").lowercased()
        var pages: [String] = []
        if let form = Stages.all[word], Aggregates.all[word] == nil {
            pages.append(page(form, "stage", form.usage))
        }
        if let form = Aggregates.all[word] {
            let stage = Stages.all[word].map { "\n  as a stage: \($0.usage)" } ?? ""
            pages.append(page(form, "aggregate", form.callUsage + stage))
        }
        if let form = Functions.all[word] { pages.append(page(form, "function", form.callUsage)) }
        if let field = Field.named(word) { pages.append(page(field)) }
        if let script = ShippedScript.named(word) { pages.append(script.page) }
        if let topic = topics.first(where: { $0.name == word }) {
            pages.append("\(topic.name): \(topic.summary)\n\n\(indented(topic.text))")
        }
        return pages.isEmpty ? nil : pages.joined(separator: "\n\n")
    }

    /// All names with a page.
    package static var names: [String] {
        Stages.all.names + Aggregates.all.names + Functions.all.names + Fields.all.map(\.name)
            + ShippedScript.all.map(\.name) + topics.map(\.name)
    }

    /// Returns the reference as JSON.
    package static func json() -> String {
        func list(_ name: String, _ entries: [String]) -> String {
            "  \(quoted(name)): [\n    \(entries.joined(separator: ",\n    "))\n  ]"
        }
        func entry(_ pairs: [(String, String)]) -> String {
            "{" + pairs.map { "\(quoted($0)): \($1)" }.joined(separator: ", ") + "}"
        }
        func texts(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ", ") + "]" }
        func form<P>(_ form: Form<P>, _ usage: String) -> String {
            entry([
                ("name", quoted(form.name)), ("aliases", texts(form.aliases)), ("usage", quoted(usage)),
                ("summary", quoted(form.summary)), ("details", quoted(form.details)),
                ("examples", texts(form.examples)),
            ])
        }
        let fields = Fields.all.map { field in
            entry([
                ("name", quoted(field.name)), ("aliases", texts(field.aliases)),
                ("type", quoted(field.type.name)),
                ("summary", quoted(field.summary)), ("lines", texts(events(with: field))),
            ])
        }
        return "{\n"
            + [
                list("stages", Stages.all.forms.map { form($0, $0.usage) }),
                list("aggregates", Aggregates.all.forms.map { form($0, $0.callUsage) }),
                list("functions", Functions.all.forms.map { form($0, $0.callUsage) }),
                list("fields", fields),
                list(
                    "investigations",
                    ShippedScript.all.map {
                        entry([("name", quoted($0.name)), ("summary", quoted($0.question))])
                    }),
            ].joined(separator: ",\n") + "\n}"
    }

    // MARK: Pages

    private static let topics: [Topic] =
        Topic.all + Topic.logs + [
            Topic(
                name: "stages", summary: "all stages, with a description",
                text: rows(stages.map { ($0.name, $0.summary) }, indent: "")),
            Topic(
                name: "fields", summary: "the fields of a log line, with types",
                text: rows(Fields.all.map { ($0.name, "\($0.type.name): \($0.summary)") }, indent: "")),
            Topic(
                name: "examples", summary: "investigations that come with mlq",
                text: rows(ShippedScript.all.map { ($0.name, $0.question) }, indent: "")
                    + "\n\nmlq NAME FILE… runs one; mlq help NAME explains it."),
            Topic(name: "grammar", summary: "the whole grammar, in EBNF", text: Grammar.text),
            Topic(
                name: "events", summary: "recognised events of log lines, and their fields",
                text: LineShapes.all.map { shape in
                    "\(shape.events.map(\.name).joined(separator: ", "))\n    \(shape.summary)\n"
                        + wrapped(shape.fields.map(\.name), indent: "    ")
                }.joined(separator: "\n")),
        ]

    private static func page<P>(_ form: Form<P>, _ kind: String, _ usage: String) -> String {
        var text = "\(form.name) (\(kind)): \(form.summary)\n\n  usage: \(usage)"
        if !form.aliases.isEmpty { text += "\n  also:  \(form.aliases.joined(separator: ", "))" }
        if !form.details.isEmpty { text += "\n\n" + indented(folded(form.details)) }
        if !form.examples.isEmpty {
            text += "\n\n  examples:"
            for example in form.examples {
                text += "\n    \(example)"
                guard let answer = answers[example] else { continue }
                text += answer.split(separator: "\n", omittingEmptySubsequences: false).map {
                    "\n      \($0)"
                }
                .joined()
            }
        }
        return text
    }

    private static func page(_ field: Field) -> String {
        var text = "\(field.name) (field, \(field.type.name)): \(field.summary)"
        if !field.aliases.isEmpty { text += "\n\n  also:  \(field.aliases.joined(separator: ", "))" }
        switch field.origin {
        case .envelope: text += "\n\n  on all lines"
        case .shape: text += "\n\n  on lines with event = \(events(with: field).joined(separator: ", "))"
        case .derived(let source, _): text += "\n\n  made from \(source.name)"
        }
        if case .text(.oneOf(let words)) = field.type {
            text += "\n\n  values:\n" + wrapped(words, indent: "    ")
        }
        return text
    }

    /// Returns the events whose lines may have the field.
    private static func events(with field: Field) -> [String] {
        LineShapes.all.filter { $0.fields.contains(field.root) }.flatMap(\.events).map(\.name)
    }

    // MARK: Layout

    private static func rows(_ rows: [(String, String)], indent: String = "  ") -> String {
        let width = rows.map { $0.0.utf8.count }.max() ?? 0
        return rows.map { name, text in
            indent + name + String(repeating: " ", count: width - name.utf8.count + 2) + text
        }.joined(separator: "\n")
    }

    private static func wrapped(_ words: [String], indent: String = "  ", columns: Int = 98) -> String {
        var lines: [String] = []
        var line = indent
        for word in words {
            if line.utf8.count + word.utf8.count > columns, line != indent {
                lines.append(line)
                line = indent
            }
            line += (line == indent ? "" : "  ") + word
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// Breaks paragraphs into lines. A line with two blanks in a row is a row of a table, which is kept.
    private static func folded(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { paragraph in
            guard !paragraph.contains("  ") else { return String(paragraph) }
            let indent = paragraph.hasPrefix("- ") ? "  " : ""
            var lines = [""]
            for word in paragraph.split(separator: " ") {
                if lines[lines.count - 1].utf8.count + word.utf8.count > 96 { lines.append(indent) }
                let isEmpty = lines.count == 1 ? lines[0].isEmpty : lines[lines.count - 1] == indent
                lines[lines.count - 1] += (isEmpty ? "" : " ") + word
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "  \($0)" }.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.append(Literals.text(text), .text(.plain), to: &bytes, escapes: false)
        return String(decoding: bytes, as: UTF8.self)
    }
}
