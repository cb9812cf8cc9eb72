import Foundation
import QueryEngine
import QuerySyntax
import Testing

@Suite("The grammar")
struct GrammarTests {
    static let grammar = EBNF(Grammar.text)

    static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Grammar/mlq.ebnf")

    @Test("Grammar/mlq.ebnf is what the declarations give (MLQ_UPDATE=1 writes it)")
    func fileIsCurrent() throws {
        if ProcessInfo.processInfo.environment["MLQ_UPDATE"] != nil {
            try Data(Grammar.text.utf8).write(to: GrammarTests.file)
        }
        #expect(try String(contentsOf: GrammarTests.file, encoding: .utf8) == Grammar.text)
    }

    @Test("every rule that is used is there, and every rule is used")
    func isClosed() {
        var used: Set<String> = ["script"]
        func visit(_ node: EBNF.Node) {
            switch node {
            case .literal: break
            case .rule(let name): used.insert(name)
            case .sequence(let parts), .choice(let parts): parts.forEach(visit)
            case .optional(let inner), .repetition(let inner): visit(inner)
            }
        }
        GrammarTests.grammar.rules.values.forEach(visit)
        let defined = Set(GrammarTests.grammar.rules.keys).union(GrammarTests.grammar.lexical)
        #expect(used.subtracting(defined) == [])
        #expect(defined.subtracting(used) == [])
    }

    static let examples: [String] = Set(
        Stages.all.forms.flatMap(\.examples) + Aggregates.all.forms.flatMap(\.examples)
            + Functions.all.forms.flatMap(\.examples)
    ).sorted()

    @Test("covers every example", arguments: examples)
    func coversExample(_ query: String) throws {
        #expect(try GrammarTests.covers(query))
    }

    @Test(
        "does not cover what is no query",
        arguments: [
            "filter", "head head", "count by", "| count", "filter a =", "filter (a=1", "top 3 by", "sort",
        ])
    func refuses(_ query: String) throws {
        #expect(try !GrammarTests.covers(query))
    }

    @Test("what it makes, the parser takes", arguments: 0..<20)
    func parserTakesSentences(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        for _ in 0..<150 {
            let pieces = GrammarTests.grammar.sentence(
                of: "pipeline", using: &random, word: GrammarTests.word)
            if zip(pieces, pieces.dropFirst()).contains(where: isReadOtherwise) { continue }
            let text = GrammarTests.joined(pieces)
            var parser = try Parser(Source(name: "query", text: text))
            parser.names = ["abc", "x_1"]
            let _: [Statement<any Stage>] = parser.script(Stages.all)
            let first = parser.diagnostics.first.map { "\($0.message) at \($0.range.lower)" }
            #expect(parser.diagnostics.isEmpty, "\(text)\n\(first ?? "")")
        }
    }

    /// What no grammar of this kind can say: a number behind `top` is its count, and `per` there is no key;
    /// a slash behind `~` starts a regex; a word right behind `..` is the end of the range.
    private func isReadOtherwise(_ piece: String, _ next: String) -> Bool {
        switch piece {
        case "top", "rare", "bottom": next == "per" || next.first?.isNumber == true
        case "~", "=~", "!~", "matches", "trace": next == "/var/log/x"
        case "..":
            next == "`odd name`" || next.first?.isLetter == true && next != "smtp" && !next.contains("@")
        default: false
        }
    }

    // MARK: Pieces

    /// Whether the grammar covers the tokens that the parser takes of a query.
    private static func covers(_ query: String) throws -> Bool {
        let source = Source(name: "query", text: query)
        var parser = try Parser(source)
        let _: [Statement<any Stage>] = parser.script(Stages.all)
        let tokens = parser.tokens.sorted { $0.range.lower < $1.range.lower }
            .filter { $0.role != .comment && $0.role != .end }
        return grammar.recognises("pipeline", count: tokens.count) { place, literal, lexical in
            let text = source[tokens[place].range]
            let role = tokens[place].role
            if let literal {
                switch role {
                case .string, .regex, .number, .value, .parameter, .name: return false
                case .field: return false
                default: return text.lowercased() == literal
                }
            }
            switch lexical {
            case "name":
                // `n=count()`: what a name is shows only at the `=`.
                let isAssigned = place + 1 < tokens.count && source[tokens[place + 1].range] == "="
                return role == .name || role == .field || role == .function && isAssigned
            case "let_name": return role == .name
            case "word", "duration": return role == .value
            case "string": return role == .string
            case "regex": return role == .regex
            case "number": return role == .number
            case "count": return role == .number && text.allSatisfy(\.isNumber)
            case "parameter": return role == .parameter
            case "pnn_name":
                return (role == .function || role == .stage) && Aggregates.all[text]?.family != nil
            default: return false
            }
        }
    }

    private static func word(_ rule: String, _ random: inout SeededRandom) -> String {
        let words: [String: [String]] = [
            "name": ["abc", "x_1", "`odd name`", "count", "from", "delay"],
            "word": [
                "smtp", "sally@uk.psi.com", "<>", "4.4.1", "2012-12-26", "30s", "*@a.example", "/var/log/x",
            ],
            "string": [#""a b""#, "'x'", #""q\"uote"i"#], "regex": ["/a+b/", "/x|y/i"],
            "number": ["1", "2.5", "30s", "10MB"], "count": ["0", "3", "10"],
            "duration": ["5m", "1h", "day"],
            "let_name": ["abc", "x_1"], "parameter": ["{day}"], "pnn_name": ["p95", "p50", "p999"],
        ]
        return words[rule]?.randomElement(using: &random) ?? "abc"
    }

    /// With blanks between all pieces, but for a function and its bracket.
    private static func joined(_ pieces: [String]) -> String {
        var text = ""
        var previous = ""
        for piece in pieces {
            let touches =
                piece == "(" && previous.hasSuffix("\u{1}") || previous == "@" || previous == ".."
                || piece == ".."
            text += (text.isEmpty || touches ? "" : " ") + piece.filter { $0 != "\u{1}" }
            previous = piece
        }
        return text
    }
}
