import QuerySyntax
import Testing

@testable import QueryEngine

/// Scripts that are checked in less than a second because the cost grows with their length. Where it grows with the
/// square of the length, they take longer than the bound.
@Suite("The cost of a script", .serialized)
struct CostTests {
    static let bound = Duration.seconds(10)
    static let longName = "let a = filter pid in (\(numbers(10_000)))\n"
    static let columns = "extend " + columns(15_000) { "\($0) = pid" }
    static let wide = Array(("pid," + columns(20_000) { $0 } + "\n").utf8)

    static let scripts: [(name: String, script: String)] = [
        ("comments", repeated(40_000, "# c\n") + "count"),
        ("comments before a pipe", "count\n" + repeated(40_000, "# c\n") + "| head 1"),
        ("empty lines", "count" + repeated(100_000, "\n") + "| head 1"),
        ("not in", "filter pid not in (1)" + repeated(25_000, " and pid not in (1)")),
        (
            "names of names",
            "let a0 = select pid\n" + numbered(1000, "") { "let a\($0 + 1) = a\($0) | filter pid>1\n" }
        ),
        ("a long name used", longName + repeated(500, "a | count\n")),
        ("a long name looked up", longName + repeated(500, "filter pid in a\n")),
        ("a long name added", longName + repeated(500, "union (a)\n")),
        (
            "a long name between others",
            longName + repeated(500, "a | count\nlet b = select pid\nparam c = 1\n")
        ),
        ("parameters", numbered(3000, "") { "param p\($0) = 1\nfilter pid={p\($0)}\n" }),
        ("columns", columns + " | select " + columns(15_000) { $0 }),
        ("renamed columns", columns + " | rename " + columns(15_000) { "\($0) as \($0)_" }),
        ("dropped columns", columns + " | drop " + columns(15_000) { $0 }),
        ("aggregates", "stats " + columns(15_000) { "\($0) = count()" }),
        ("keys", "count by " + columns(15_000) { "pid as \($0)" }),
        ("columns of a template", "extract \"" + columns(15_000) { "<\($0)>" } + "\""),
        ("columns of a file", "lookup \"wide.csv\" on pid | count"),
        ("columns of a union", "lookup \"wide.csv\" on pid | union (lookup \"wide.csv\" on pid) | count"),
    ]

    @Test("grows with its length", arguments: scripts.indices)
    func check(_ index: Int) {
        let (name, script) = CostTests.scripts[index]
        var environment = Environment(.mlq)
        environment.readFile = { _ in .success(CostTests.wide) }
        let duration = ContinuousClock().measure { #expect(LimitsTests.problems(script, environment) == []) }
        #expect(duration < CostTests.bound, "\(name)")
    }

    @Test(
        "some of thousands of errors and warnings are reported",
        arguments: [("filter statsu=1\n", 5), ("filter process=status\n", 100)])
    func problems(_ line: String, _ count: Int) {
        #expect(LimitsTests.problems(CostTests.repeated(2000, line)).count == count)
    }

    @Test("formatting grows with the length of the script")
    func format() {
        let script =
            "count\n" + CostTests.repeated(20_000, "# c\n") + "| head 1\n"
            + CostTests.numbered(2000, "") { "let a\($0) = select pid\n" }
        let duration = ContinuousClock().measure {
            let formatted = try? Formatter(Stages.all).format(Source(name: "script.mlq", text: script)).get()
            #expect(formatted != nil)
        }
        #expect(duration < CostTests.bound)
    }

    @Test("redaction grows with the length of the query")
    func redact() {
        let query = "filter pid in (\(CostTests.numbers(40_000)))"
        let duration = ContinuousClock().measure {
            let shown = RedactedQuery(query, Redaction(key: "k", tokens: Language.mlq.tokens), names: [])?
                .text
            #expect(shown == query)
        }
        #expect(duration < CostTests.bound)
    }

    static func repeated(_ count: Int, _ piece: String) -> String { String(repeating: piece, count: count) }

    static func numbered(_ count: Int, _ joint: String, _ piece: (Int) -> String) -> String {
        (0..<count).map(piece).joined(separator: joint)
    }

    static func numbers(_ count: Int) -> String { numbered(count, ",", String.init) }

    static func columns(_ count: Int, _ piece: (String) -> String) -> String {
        numbered(count, ",") { piece("c\($0)") }
    }
}
