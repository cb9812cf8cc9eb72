import QuerySyntax
import Testing

@testable import QueryEngine

@Suite("Limits of depth and size")
struct LimitsTests {
    /// What is written in a row may be of any length.
    static let chains: [String] = [
        "extend x = " + repeated("1", "+"), "extend x = " + repeated("pid", "-"),
        "extend x = " + repeated("pid", "*"), "extend x = " + repeated("pid", " / "),
        "extend x = " + repeated("pid + 2", " * "),
        "filter " + repeated("pid=1", " or "), "filter " + repeated("pid=1", " and "),
        "filter " + repeated("pid!=1", " "), "filter " + repeated("\"x\"", " "),
        "filter " + repeated("pid not in (1, 2)", " and "), "filter pid in (" + repeated("1", ",") + ")",
        "extend x = concat(" + repeated("host", ",") + ")",
        "extend x = coalesce(" + repeated("pid", ",") + ")",
        "extend " + numbered { "x\($0) = pid" }, "select " + numbered { "pid as x\($0)" },
        "stats " + numbered { "x\($0) = count()" }, "sort " + repeated("pid", ", "),
    ]

    static let length = 20_000

    static func repeated(_ piece: String, _ joint: String) -> String {
        Array(repeating: piece, count: length).joined(separator: joint)
    }

    static func numbered(_ piece: (Int) -> String) -> String {
        (0..<length).map(piece).joined(separator: ", ")
    }

    @Test("a chain of 20,000 parts is resolved", arguments: chains.indices)
    func chain(_ index: Int) {
        #expect(LimitsTests.problems(LimitsTests.chains[index]) == [])
    }

    /// What is nested may be 45 levels deep, and is refused at 5,000.
    static let nests: [(before: String, inside: String, after: String)] = [
        ("extend x = (", "pid", ")"), ("extend x = -", "pid", ""), ("filter not ", "pid=1", ""),
        ("filter not (", "pid=1", ")"), ("extend x = lower(", "host", ")"),
        ("extend x = if(pid=1, 2, ", "pid", ")"), ("extend x = 1 + (", "pid", ")"),
        ("filter pid=1 or (", "pid=2", ")"), ("filter \"x\" (", "\"y\"", ")"),
    ]

    @Test("nesting is allowed up to a depth", arguments: nests.indices)
    func nest(_ index: Int) {
        let nest = LimitsTests.nests[index]
        let stage = nest.before.prefix { $0 != " " }
        let head = stage == "extend" ? "extend x = " : "filter "
        let piece = String(nest.before.dropFirst(head.count))
        let text = { (depth: Int) in
            head + String(repeating: piece, count: depth) + nest.inside
                + String(repeating: nest.after, count: depth)
        }
        #expect(LimitsTests.problems(text(45)) == [])
        #expect(LimitsTests.problems(text(5000)) == ["the query is nested more than 100 levels deep"])
    }

    static let tooLong = "the query has more than 2,000 stages"
    static let tooDeep = "pipelines are nested more than 20 levels deep"

    /// Scripts of a number of statements, and what is wrong with a large one.
    static let scripts: [(script: @Sendable (Int) -> String, few: Int, many: Int, message: String)] = [
        ({ String(repeating: "filter pid=1 | ", count: $0) + "count" }, 1000, 5000, tooLong),
        ({ lets($0, "select pid") { "\($0) | extend x = pid" } }, 1000, 5000, tooLong),
        ({ lets($0, "select pid") { "\($0) | union (\($0))" } }, 9, 40, tooLong),
        ({ lets($0, "select pid") { "\($0) | union (\($0)) | join (\($0)) on pid" } }, 1, 40, tooLong),
        ({ lets($0, "select pid") { "filter pid in \($0) | select pid" } }, 20, 500, tooDeep),
        ({ lets($0, "select pid") { "filter pid in \($0) and pid in \($0)" } }, 9, 40, tooLong),
        ({ lets($0, "select pid") { "select pid | union (\($0))" } }, 20, 500, tooDeep),
        ({ lets($0, "select pid") { "select pid | join (\($0)) on pid" } }, 20, 500, tooDeep),
        (
            {
                "select pid" + String(repeating: " | union (select pid", count: $0)
                    + String(repeating: ")", count: $0)
            }, 20, 90, tooDeep
        ),
    ]

    @Test("what a query expands to is limited", arguments: scripts.indices)
    func expansion(_ index: Int) throws {
        let (script, few, many, message) = LimitsTests.scripts[index]
        #expect(LimitsTests.problems(script(few)) == [])
        #expect(LimitsTests.problems(script(many)) == [message])
    }

    /// `let a0 = FIRST; let a1 = …; … aN | count`
    static func lets(_ count: Int, _ first: String, _ next: (String) -> String) -> String {
        var text = "let a0 = \(first)\n"
        for index in 1...count { text += "let a\(index) = \(next("a\(index - 1)"))\n" }
        return text + "a\(count) | count\n"
    }

    @Test("a name of another name of another may be of any length")
    func aliases() {
        #expect(LimitsTests.problems(LimitsTests.lets(5000, "select pid") { $0 }) == [])
    }

    /// Files that import one another, by number.
    static let imports: [(file: @Sendable (Int) -> String, problems: [String])] = [
        ({ $0 < 90 ? "import \"\($0 + 1)\"" : "let a = select pid" }, []),
        (
            { $0 < 5000 ? "import \"\($0 + 1)\"" : "let a = select pid" },
            [
                "imports are nested more than 100 levels deep"
            ]
        ),
        // Each twice: 2 to the power of 60, if each was read each time.
        ({ $0 < 60 ? "import \"\($0 + 1)\"\nimport \"\($0 + 1)\"" : "let a = select pid" }, []),
        ({ $0 < 9 ? "import \"\($0 + 1)\"" : "import \"3\"" }, ["'3' imports itself"]),
    ]

    @Test("imports are read once, and nested up to a depth", arguments: imports.indices)
    func imported(_ index: Int) {
        let (file, problems) = LimitsTests.imports[index]
        var environment = Environment(.mlq)
        environment.readFile = { .success(Array(file(Int($0) ?? 0).utf8)) }
        #expect(LimitsTests.problems("import \"0\"\ncount", environment) == problems)
    }

    /// The messages of a script's errors.
    static func problems(_ script: String, _ environment: Environment = Environment(.mlq)) -> [String] {
        Program([Source(name: "script.mlq", text: script)], in: environment).diagnostics
            .map(\.diagnostic.message)
    }
}

@Suite("Names of pipelines")
struct NamesTests {
    /// Scripts whose names are bound again, and the rows of the last query.
    static let scripts: [(script: String, rows: [String])] = [
        ("let a = filter process=smtp\nlet b = a\nb | count", ["count", "2"]),
        ("let a = filter process=smtp\nlet b = a | count\nlet a = filter process=local\nb", ["count", "1"]),
        (
            "param n = smtp\nlet a = filter process={n}\na | count\nparam n = local\na | count",
            ["count", "1"]
        ),
        ("let a = select pid\nlet b = a\nlet b = select pid\nlet a = b\na | count", ["count", "10"]),
        // Two queries that go on from one name do not share columns or tables.
        (
            "let a = filter process=smtp | select pid\na | extend x = 1, y = 2\na | extend z = 3 | head 1",
            ["pid\tz", "9748\t3"]
        ),
        (
            "let a = count by process | union (count by event) | sort -count | head 1\n"
                + "a | extend x = 1 | union (a | extend y = 2)",
            ["process\tcount\tevent\tx\ty", "qmgr\t3\t\t1\t", "qmgr\t3\t\t\t2"]
        ),
        (
            "let a = count by day, process | pivot process\na | select smtp\na | select smtp, smtpd",
            ["smtp\tsmtpd", "2\t3"]
        ),
    ]

    @Test("a name stands for the pipeline that it is bound to last", arguments: scripts.indices)
    func bound(_ index: Int) {
        let log = TestLog()
        defer { log.remove() }
        #expect(log.rows(NamesTests.scripts[index].script) == NamesTests.scripts[index].rows)
    }

    static let broken = [
        "let a = filter statsu=1\na | count\nlet b = a | count\nb | head 1",
        "let a = filter statsu=1\nfilter pid in a\nselect pid | union (a)\nselect pid | join (a) on pid",
        "let a = filter status=sent and from=x\na | count\na | filter pid=1",
        "let a = a | count\n",
        "let a = filter pid=1\nlet b = filter pid in a\nlet a = b | count",
        "let a = filter pid=1\nlet a = a | count",
    ]

    @Test("an error of a name is reported once", arguments: broken)
    func once(_ script: String) {
        #expect(LimitsTests.problems(script).count == 1, "\(LimitsTests.problems(script))")
    }

    @Test("the text of a query starts from the log lines")
    func text() {
        let script = "let a = filter pid=1\nlet b = a | head 3\nlet c = b\nc | count"
        let program = Program([Source(name: "script.mlq", text: script)], in: Environment(.mlq))
        guard case .query(let query)? = program.items.last else { return #expect(Bool(false)) }
        #expect(query.text == "filter pid=1 | head 3 | count")
    }
}

@Suite("Rows through what is long")
struct LongQueriesTests {
    static let queries: [(query: String, rows: [String])] = [
        ("head 1 | extend x = " + LimitsTests.repeated("1", "+") + " | select x", ["x", "20000"]),
        (
            "head 1 | extend x = pid - " + LimitsTests.repeated("pid", "-") + " | select x",
            ["x", "-194650267"]
        ),
        ("head 1 | extend x = 2 * 3 + pid % 10 - 12 / 4 * 2 | select x", ["x", "3"]),
        ("filter " + LimitsTests.repeated("process=smtp", " or ") + " | count", ["count", "2"]),
        (
            "head 1 | extend "
                + LimitsTests.numbered {
                    "x\($0) = x\(max(0, $0 - 1))".replacing("x0 = x0", with: "x0 = pid")
                }
                + " | select x\(LimitsTests.length - 1)", ["x\(LimitsTests.length - 1)", "9733"]
        ),
        (String(repeating: "extend x = pid | ", count: 1990) + "count", ["count", "10"]),
        (String(repeating: "sort pid | ", count: 1990) + "count", ["count", "10"]),
        (
            LimitsTests.lets(20, "select queue_id") { "filter queue_id in \($0) | select queue_id" },
            ["count", "8"]
        ),
        (
            LimitsTests.lets(20, "select pid") { "select pid | sort pid | union (\($0)) | sort pid" },
            ["count", "210"]
        ),
        (
            LimitsTests.lets(20, "select pid | dedup pid") { "select pid | dedup pid | join (\($0)) on pid" },
            ["count", "5"]
        ),
    ]

    @Test("a query at the limits gives its rows", arguments: queries.indices)
    func rows(_ index: Int) {
        let log = TestLog()
        defer { log.remove() }
        #expect(log.rows(LongQueriesTests.queries[index].query) == LongQueriesTests.queries[index].rows)
    }
}
