import Foundation
import QueryEngine
import QuerySyntax
import Testing

@Suite("Examples")
struct ExamplesTests {
    static let scripts: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: Program.root.appendingPathComponent("Examples").path)
        return (names ?? []).filter { $0.hasSuffix(".mlq") }.sorted().map { "Examples/\($0)" }
    }()

    @Test("each script gives the answer in its header (MLQ_UPDATE=1 writes it)", arguments: scripts)
    func answer(_ path: String) throws {
        let url = Program.root.appendingPathComponent(path)
        let text = try String(contentsOf: url, encoding: .utf8)
        let header = try #require(ScriptAnswer(of: text), "the header tells no answer")
        let outcome = try Program.run(["-o", "table"] + header.arguments(path))
        // What was compared is said beside the answer, and is no error.
        let said = outcome.error.split(separator: "\n").filter {
            !$0.hasPrefix("mlq: before is ") && !$0.hasPrefix("mlq: the numbers are per day: ")
        }
        #expect(outcome.status == 0 && said.isEmpty, "\(outcome.error)")
        let answer = header.abridged(outcome.output)
        if ProcessInfo.processInfo.environment["MLQ_UPDATE"] != nil {
            // In its place: another file would not be executable.
            try header.text(with: answer).write(to: url, atomically: false, encoding: .utf8)
        } else {
            #expect(header.lines == answer)
        }
        #expect(answer.count > 2, "it has no rows")
        guard header.log != ScriptAnswer.usualLog else { return }
        let usual = try Program.run(["-o", "table", path, ScriptAnswer.usualLog]).output
        #expect(usual.components(separatedBy: "\n\n")[0].split(separator: "\n").count <= 2, "it has rows")
    }

    @Test("each script is in the canonical form", arguments: scripts)
    func isFormatted(_ path: String) throws {
        #expect(try Program.run(["fmt", "--check", path]).status == 0)
    }

    @Test(
        "each header asks a question, shows the command, and tells when to use it and how to read it",
        arguments: scripts)
    func header(_ path: String) throws {
        let text = try String(contentsOf: Program.root.appendingPathComponent(path), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[1].hasPrefix("# ") && lines[1].contains("?"))
        let parts = ["#     mlq ", "# When: ", "# Read: ", "# Answer"]
        let places = parts.compactMap { part in lines.firstIndex { $0.hasPrefix(part) } }
        #expect(places.count == 4 && places == places.sorted(), "\(path)")
    }

    @Test("there are the investigations and the steps of the incident")
    func exist() { #expect(ExamplesTests.scripts.count >= 46) }

    @Test("the logs are what the generator makes, byte for byte")
    func logs() throws {
        let scratch = try Scratch()
        #expect(try Program.run([scratch.directory], program: "mlq-incident").status == 0)
        let outcome = try Program.shell(
            "for f in Examples/maillog/*; do g=\(scratch.directory)/${f##*/}; gzip -dcf $f | cksum; gzip -dcf $g | cksum; done"
        )
        let sums = outcome.output.split(separator: "\n")
        #expect(sums.count == 8)
        for index in stride(from: 0, to: sums.count - 1, by: 2) { #expect(sums[index] == sums[index + 1]) }
    }

    /// The examples in the help of every stage, aggregate and function.
    static let queries: [String] =
        Stages.all.forms.flatMap(\.examples) + Aggregates.all.forms.flatMap(\.examples)
        + Functions.all.forms.flatMap(\.examples)

    /// The examples of which the help shows the answer: the first of each stage, aggregate and function.
    static let shown = Set(
        Stages.all.forms.compactMap(\.examples.first) + Aggregates.all.forms.compactMap(\.examples.first)
            + Functions.all.forms.compactMap(\.examples.first))

    @Test(
        "every example of the help runs on the example logs and gives rows, the first those that it shows",
        arguments: Set(queries).sorted())
    func helpExample(_ query: String) throws {
        let outcome = try Program.run(["-o", "table", "-e", query, "Examples/maillog"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.split(separator: "\n").count >= 2 || !query.contains("|"), "\(outcome.output)")
        if ExamplesTests.shown.contains(query) {
            let answer = ExamplesTests.beginning(outcome.output)
            #expect(Help.answers[query] == answer, "if the new answer is right: \(ExamplesTests.command)")
        } else {
            #expect(Help.answers[query] == nil, "no page shows it: \(ExamplesTests.command)")
        }
    }

    /// The first lines of an answer, as wide as a page of help has room for.
    private static func beginning(_ answer: String) -> String {
        let lines = answer.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let cut = lines.prefix(6).map { line in
            let line = String(line.reversed().drop { $0 == " " }.reversed())
            return line.count <= 92 ? line : line.prefix(91) + "…"
        }
        return (cut + (lines.count > 6 ? ["…"] : [])).joined(separator: "\n")
    }

    @Test("the answers that help pages show are the program's", .enabled(if: isUpdate))
    func update() throws {
        let entries = try ExamplesTests.shown.sorted().map { query in
            let outcome = try Program.run(["-o", "table", "-e", query, "Examples/maillog"])
            return "> \(query)\n\(ExamplesTests.beginning(outcome.output))\n"
        }
        let url = Program.root.appendingPathComponent("Tests/Data/example-answers.txt")
        try entries.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)
    }

    static let isUpdate = ProcessInfo.processInfo.environment["MLQ_UPDATE"] != nil

    /// How to write the data file of answers anew.
    static let command = "MLQ_UPDATE=1 swift test --filter ExamplesTests/update"

    @Test("every stage, aggregate and function has an example, unless it needs a file")
    func haveExamples() {
        let without =
            Stages.all.forms.filter(\.examples.isEmpty).map(\.name)
            + Aggregates.all.forms.filter(\.examples.isEmpty).map(\.name)
            + Functions.all.forms.filter(\.examples.isEmpty).map(\.name)
        #expect(without == ["lookup", "write"])
    }
}
