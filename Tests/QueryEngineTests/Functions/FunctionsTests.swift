import MailLog
import QuerySyntax
import Testing

@testable import QueryEngine

/// An expression, resolved against a schema and evaluated on rows.
private struct Evaluation {
    let type: ValueType
    let isSequential: Bool
    /// One text for each row, as programs get it; nil for missing.
    let results: [String?]
    let failure: RunFailure?

    init(_ text: String, _ columns: [(String, ValueType)], _ rows: [[Cell]]) throws {
        let schema = Schema(
            columns: columns.enumerated().map { Schema.Column(name: $1.0, type: $1.1, slot: $0) },
            rowName: "a row of this test")
        var parser = try Parser(Source(name: "test", text: text))
        let expression = try parser.expression()
        let isWhole = parser.atEndOfText()
        #expect(isWhole, "\(text) is read only in part")
        var resolution = Resolution(schema: schema, environment: Environment(.mlq))
        let typed = try resolution.expression(expression)
        let run = RunState(memory: 1 << 20, threads: 1)
        let worker = Worker(run: run)
        let buffer = RowBuffer(width: max(1, columns.count))
        let evaluate = typed.make()
        results = rows.enumerated().map { order, cells in
            worker.arena.reset()
            buffer.clear()
            for (slot, cell) in cells.enumerated() { buffer.slots[slot] = cell.value(worker.arena) }
            let value = evaluate(buffer.row(order: UInt64(order), worker: worker))
            if value.isMissing { return nil }
            var output: [UInt8] = []
            ValueText.append(value, typed.type, to: &output)
            return String(decoding: output, as: UTF8.self)
        }
        type = typed.type
        isSequential = typed.isSequential
        failure = run.failure
    }
}

private let columns: [(String, ValueType)] = [
    ("from", .text(.address)), ("to", .text(.address)), ("relay", .text(.host)), ("client_ip", .text(.ip)),
    ("status", .text(.oneOf(["sent", "deferred"]))), ("text", .text(.plain)), ("size", .size),
    ("delay", .duration), ("nrcpt", .integer), ("ratio", .number), ("time", .time(.instant)),
    ("tags", .list(.text(.plain))), ("orig_to", .text(.address)), ("ok", .bool), ("is_empty", .text(.plain)),
    ("least", .integer), ("early", .duration),
]
/// 2012-12-26 13:04:05.25; orig_to is missing.
private let row: [Cell] = [
    .text("Sally.O@UK.psi.com"), .text("\"a@b\"@x.example"), .text("Mx1.Example.org[192.0.2.1]:25"),
    .text("192.0.2.77"), .text("sent"),
    .text(#"to=<"x size=9 > k=1"@b.example>, size=5, k=<v 1>, note="a, b" (tries=3) 554 5.7.1 no"#),
    .integer(1_234_567), .microseconds(95_500_000), .integer(7), .number(2.345),
    .time(someTime + 250_000), .list([.text("a"), .text("b")]), .missing, .bool(true), .text(""),
    .integer(.min), .microseconds(.min),
]

@Suite struct FunctionsTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let expression: String
        let type: String
        let result: String?

        init(_ expression: String, _ type: String, _ result: String?) {
            self.expression = expression
            self.type = type
            self.result = result
        }

        var testDescription: String { expression }
    }

    @Test(arguments: [
        Example("domain(from)", "domain", "uk.psi.com"),
        Example("domain(to)", "domain", "x.example"),
        Example("domain(relay)", "domain", "example.org"),
        Example(#"domain("no at")"#, "domain", nil),
        Example("domain(orig_to)", "domain", nil),
        Example("domain(domain(from))", "domain", "uk.psi.com"),
        Example("localpart(from)", "text", "Sally.O"),
        Example("localpart(to)", "text", #""a@b""#),
        Example(#"localpart("root")"#, "text", "root"),
        Example("lower(from)", "address", "sally.o@uk.psi.com"),
        Example("upper(status)", "text", "SENT"),
        Example(#"upper("straße\x01")"#, "text", "STRAßE\u{1}"),
        Example("length(status)", "whole-number", "4"),
        Example(#"length("日本é")"#, "whole-number", "3"),
        Example("length(tags)", "whole-number", "2"),
        Example("length(is_empty)", "whole-number", "0"),
        Example("length(orig_to)", "whole-number", nil),
        Example(#"substr("日本語", 2)"#, "text", "本語"),
        Example(#"substr("abcdef", 2, 3)"#, "text", "bcd"),
        Example(#"substr("abcdef", -2)"#, "text", "ef"),
        Example(#"substr("abcdef", -9, 2)"#, "text", "ab"),
        Example(#"substr("abc", 9)"#, "text", ""),
        Example(#"substr("abc", 1, -1)"#, "text", ""),
        Example(#"substr("abc", 1, least)"#, "text", ""),
        Example(#"replace("a.b.c", ".", "")"#, "text", "abc"),
        Example(#"replace("aab", /^a/, "x")"#, "text", "xab"),
        Example(#"replace("foobar", /(?<=o)b/, "x")"#, "text", "fooxar"),
        Example(#"replace("日x", /y*/, "-")"#, "text", "-日-x-"),
        Example(#"replace("Error ERROR", "error"i, "e")"#, "text", "e e"),
        Example(#"replace("a+b", "A+"i, "c")"#, "text", "cb"),
        Example(#"replace("n1 n22", /[0-9]+/, "$0")"#, "text", "n$0 n$0"),
        Example("replace(status, /x/, \"y\")", "text", "sent"),
        Example(#"split("a, b,c", ",")"#, "list-of-text", "a; b;c"),
        Example(#"split("a1b22c", /[0-9]+/)"#, "list-of-text", "a;b;c"),
        Example(#"split("日本", /x*/)"#, "list-of-text", "日本"),
        Example(#"length(split("a,,", ","))"#, "whole-number", "3"),
        Example(#"length(split("", ","))"#, "whole-number", "1"),
        Example(
            #"concat(status, " ", nrcpt, " ", delay, orig_to, " ", time)"#, "text",
            "sent 7 95.5 2012-12-26T13:04:05.250000"),
        Example(#"if(nrcpt > 5, "many", "few")"#, "text", "many"),
        Example(#"if(status=deferred, "late")"#, "text", nil),
        Example("if(ok, delay, 0)", "duration", "95.5"),
        Example("if(not ok, delay, 3)", "duration", "3"),
        Example("if(ok, nrcpt, ratio)", "number", "7"),
        Example("if(ok, nrcpt, size)", "size", "7"),
        Example(#"if(ok, from, "nobody")"#, "address", "Sally.O@UK.psi.com"),
        Example("if(ok, from, status)", "text", "Sally.O@UK.psi.com"),
        Example("if(ok, null, size)", "size", nil),
        Example("if(ok, null, null)", "any", nil),
        Example(#"if("size=5", 1, 2)"#, "whole-number", "1"),
        Example(#"case(delay < 1m, "new", delay < 2m, "waiting", "old")"#, "text", "waiting"),
        Example(#"case(delay < 1m, 1, delay < 1m, 2.5)"#, "number", nil),
        Example("coalesce(orig_to, to)", "address", #""a@b"@x.example"#),
        Example("coalesce(orig_to, is_empty, status)", "text", ""),
        Example("coalesce(null, orig_to)", "address", nil),
        Example("missing(orig_to)", "true-or-false", "true"),
        Example("missing(is_empty)", "true-or-false", "false"),
        Example("round(ratio)", "whole-number", "2"),
        Example("round(ratio, 1)", "number", "2.3"),
        Example("round(2.675 * ratio, 0.25)", "number", "6.25"),
        Example("round(0.3, 0.1)", "number", "0.3"),
        Example("round(-2.5)", "whole-number", "-3"),
        Example("round(1e300)", "whole-number", "1e+300"),
        Example("round(1e300, 15)", "number", "1e+300"),
        Example("round(nrcpt, 2)", "whole-number", "7"),
        Example("round(nrcpt, -1)", "whole-number", "10"),
        Example("round(nrcpt, 2.5)", "number", "7.5"),
        Example("round(least, -1)", "whole-number", nil),
        Example("round(size, 1KB)", "size", "1235000"),
        Example("round(delay)", "duration", "96"),
        Example("round(delay, 1m)", "duration", "120"),
        Example("round(-delay)", "duration", "-96"),
        Example("round(1.2345s, 2)", "duration", "1.23"),
        Example("round(early, 1m)", "duration", nil),
        Example("abs(nrcpt - 9)", "whole-number", "2"),
        Example("abs(0s - delay)", "duration", "95.5"),
        Example("abs(least)", "whole-number", nil),
        Example("-least", "whole-number", nil),
        Example("bin(time, 1h)", "time-bin", "2012-12-26T13:00"),
        Example("bin(time, 7m)", "time-bin", "2012-12-26T13:02"),
        Example("bin(time, 1w)", "time-bin", "2012-12-24"),
        Example("bin(time, 60 * 1m)", "time-bin", "2012-12-26T13:00"),
        Example("bin(delay, 30s)", "duration", "90"),
        Example("bin(delay, 60)", "duration", "60"),
        Example("bin(-delay, 30s)", "duration", "-120"),
        Example("bin(early, 1m)", "duration", nil),
        Example("bin(size, 10KB)", "size", "1230000"),
        Example("bin(nrcpt - 8, 5)", "whole-number", "-5"),
        Example("bin(nrcpt, 0.5)", "number", "7"),
        Example("bin(ratio, 2)", "number", "2"),
        Example("bin(least, 10)", "whole-number", nil),
        Example("bin(nrcpt, nrcpt - 7)", "whole-number", nil),
        Example("net(client_ip, 24)", "text", "192.0.2.0/24"),
        Example("net(client_ip)", "text", "192.0.2.0/24"),
        Example(#"net("2001:db8::1", 32)"#, "text", "2001:db8::/32"),
        Example(#"net("2001:db8:0:1::1")"#, "text", "2001:db8:0:1::/64"),
        Example("net(client_ip, 64)", "text", "192.0.2.77/32"),
        Example("net(status, 8)", "text", nil),
        Example(#"strftime(time, "%F %T")"#, "text", "2012-12-26 13:04:05"),
        Example(#"strftime(time, "%a %e %b %Y %H:%M %j %u%%")"#, "text", "Wed 26 Dec 2012 13:04 361 3%"),
        Example(#"strftime(time, "%R.%L")"#, "text", "13:04.250"),
        Example("duration(90)", "duration", "90"),
        Example("duration(ratio)", "duration", "2.345"),
        Example(#"duration("1h30m")"#, "duration", "5400"),
        Example("duration(status)", "duration", nil),
        Example("duration(1e300)", "duration", nil),
        Example(#"tonumber("12.5")"#, "number", "12.5"),
        Example(#"tonumber("-1e3")"#, "number", "-1000"),
        Example(#"tonumber("0x10")"#, "number", nil),
        Example(#"tonumber("nan")"#, "number", nil),
        Example(#"tonumber("1e999")"#, "number", nil),
        Example("tonumber(is_empty)", "number", nil),
        Example("tonumber(delay)", "number", "95.5"),
        Example("tonumber(ok)", "number", "1"),
        Example("dsn(text)", "text", "5.7.1"),
        Example(#"dsn("4.2.0 <a>: greylisted")"#, "text", "4.2.0"),
        Example(#"dsn("host x said: 550-5.1.1 gone")"#, "text", "5.1.1"),
        Example(#"dsn("status: 550 #5.1.0 refused")"#, "text", "5.1.0"),
        Example(#"dsn("x, dsn=4.4.1, status=deferred")"#, "text", "4.4.1"),
        Example(#"dsn("daemon started -- version 2.9.4")"#, "text", nil),
        Example(#"dsn("said 554 5.7.1.2")"#, "text", nil),
        Example(#"dsn("said 554 5.7")"#, "text", nil),
        Example("kv(size)", "text", "5"),
        Example(#"kv("k")"#, "text", "v 1"),
        Example("kv(note)", "text", "a, b"),
        Example("kv(tries)", "text", "3"),
        Example("kv(to)", "text", #""x size=9 > k=1"@b.example"#),
        Example("kv(ize)", "text", nil),
        Example("kv(none)", "text", nil),
        Example(#"kv("b", "a=b=c, b=d")"#, "text", "d"),
        Example(#"kv("b", "b=")"#, "text", ""),
        Example(#"kv("k", "from=<\"k=1> k=2")"#, "text", "2"),
    ])
    func gives(_ example: Example) throws {
        let evaluation = try Evaluation(example.expression, columns, [row])
        #expect(evaluation.results == [example.result])
        #expect(evaluation.type.word == example.type)
        #expect(evaluation.failure == nil)
        #expect(!evaluation.isSequential)
    }

    @Test(arguments: [
        ("prev(n)", "whole-number", [nil, "3", nil, "5"]),
        ("prev(name)", "text", [nil, "a", "b", nil]),
        ("prev(tags)", "list-of-text", [nil, "x;y", nil, "z"]),
        ("prev(prev(n))", "whole-number", [nil, nil, "3", nil]),
        ("delta(n)", "whole-number", [nil, nil, nil, "-4"]),
        ("delta(time)", "duration", [nil, "60", "60", "60"]),
        ("delta(delay)", "duration", [nil, "-1.5", "1.5", "0"]),
        ("running(n)", "whole-number", ["3", "3", "8", "9"]),
        ("running(delay)", "duration", ["2", "2.5", "4.5", "6.5"]),
        // Each row counts for the next, whatever is chosen or decided before.
        (#"if(n = 1, prev(name), "-")"#, "text", ["-", "-", "-", nil]),
        ("if(missing(n) or n = 5, prev(n), 0)", "whole-number", ["0", "3", nil, "0"]),
        ("n = 1 and prev(n) = 5", "true-or-false", ["false", "false", "false", "true"]),
        ("missing(n) or prev(n) = 5", "true-or-false", ["false", "true", "false", "true"]),
        ("prev(n) in 4..9", "true-or-false", ["false", "false", "false", "true"]),
        ("delta(time) > 59s", "true-or-false", ["false", "true", "true", "true"]),
    ])
    func looksAtRowsBefore(_ text: String, _ type: String, _ results: [String?]) throws {
        let columns: [(String, ValueType)] = [
            ("n", .integer), ("name", .text(.plain)), ("tags", .list(.text(.plain))),
            ("time", .time(.instant)), ("delay", .duration),
        ]
        let minute: Int64 = 60_000_000
        let evaluation = try Evaluation(
            text, columns,
            [
                [
                    .integer(3), .text("a"), .list([.text("x"), .text("y")]), .time(0),
                    .microseconds(2_000_000),
                ],
                [.missing, .text("b"), .missing, .time(minute), .microseconds(500_000)],
                [.integer(5), .missing, .list([.text("z")]), .time(2 * minute), .microseconds(2_000_000)],
                [.integer(1), .text("c"), .missing, .time(3 * minute), .microseconds(2_000_000)],
            ])
        #expect(evaluation.results == results)
        #expect(evaluation.type.word == type)
        #expect(evaluation.isSequential)
    }

    @Test func aRunningSumThatGrowsTooLargeStaysMissing() throws {
        let evaluation = try Evaluation(
            "running(n)", [("n", .integer)], [[.integer(.max)], [.integer(1)], [.integer(2)]])
        #expect(evaluation.results == [String(Int.max), nil, nil])
    }

    @Test(arguments: [
        ("lenght(status)", "unknown function 'lenght'"),
        ("domain(nrcpt)", "argument 'x' of 'domain' must be text, not a whole number"),
        ("length(nrcpt)", "'length' needs a text or a list, not a whole number"),
        ("substr(status)", "'substr' takes other arguments"),
        (#"replace(status, "", "x")"#, "the text to replace is empty"),
        ("replace(status, /a/, to)", "argument 'with' of 'replace' must be a quoted text, not an address"),
        (
            "replace(status, to, \"x\")",
            "argument 'what' of 'replace' must be a quoted text or a regex, not an address"
        ),
        ("replace(status, /(/, \"x\")", "bad regex: missing closing parenthesis"),
        (#"split(status, "")"#, "'split' needs a separator"),
        (#"if(nrcpt, 1, 2)"#, "this is a whole number, not a condition"),
        (#"if(ok, 1, "two")"#, "all values must have one type, not both a whole number and a text"),
        ("if(ok, delay, size)", "all values must have one type, not both a duration and a size"),
        ("coalesce(ok, 1)", "all values must have one type, not both true or false and a whole number"),
        ("case(ok)", "'case' takes conditions and values in turn"),
        ("case(nrcpt, 1)", "argument 1 of 'case' must be a condition, not a whole number"),
        ("round(ratio, nrcpt)", "'round' needs a fixed number of decimals or a fixed unit"),
        ("round(nrcpt, 100)", "'round' takes -15 to 15 decimals"),
        ("round(delay, 1KB)", "'round' cannot round a duration to a size"),
        ("round(nrcpt, 1s)", "'round' cannot round a whole number to a duration"),
        ("round(ratio, 0.0)", "a unit must be above 0"),
        ("bin(time, 5)", "bins of time need a duration"),
        ("bin(delay, 0)", "the width of a bin must be above 0"),
        ("bin(size, 5s)", "the width of a bin of a size cannot be a duration"),
        ("bin(status, 5)", "'bin' needs a time or a number, not a word"),
        ("net(client_ip, 129)", "a network has 0 to 32 bits, or 0 to 128 for IPv6"),
        ("net(client_ip, 1e300)", "a network has 0 to 32 bits, or 0 to 128 for IPv6"),
        ("net(client_ip, nrcpt)", "argument 'bits' of 'net' must be a number, not a whole number"),
        (#"strftime(time, "%Q")"#, "unknown conversion '%Q'"),
        (#"strftime(time, "50%")"#, "unknown conversion '%'"),
        ("strftime(delay, \"%Y\")", "argument 't' of 'strftime' must be a time, not a duration"),
        ("duration(time)", "'duration' needs a number or a text, not a time"),
        ("tonumber(tags)", "'tonumber' does not take a list of text"),
        (#"kv("")"#, "'kv' needs the name of a key"),
        ("delta(status)", "'delta' needs numbers or times, not a word"),
        ("running(time)", "argument 'x' of 'running' must be a number, not a time"),
    ])
    func refuses(_ text: String, _ message: String) throws {
        let error = #expect(throws: Diagnostic.self) { try Evaluation(text, columns, []) }
        #expect(error?.message == message)
        #expect((error?.range.lower ?? 0) < (error?.range.upper ?? 0))
    }

    @Test func kvNeedsAText() throws {
        let error = #expect(throws: Diagnostic.self) { try Evaluation("kv(size)", [("n", .integer)], []) }
        #expect(error?.message == "'kv' needs the text of a line, but a row of this test has none")
    }

    @Test(arguments: ["replace(text, /(x|xx)+$/, \"\")", "split(text, /(x|xx)+$/)"])
    func aRegexThatExplodesEndsTheRun(_ text: String) throws {
        let evaluation = try Evaluation(
            text, [("text", .text(.plain))], [[.text(String(repeating: "x", count: 1000) + "!")]])
        #expect(evaluation.failure?.status == 2)
    }

    /// Groups, sorts and conditions of aggregates take rows in any order.
    @Test(arguments: [
        "count by prev(process) as p", "stats max(delta(time))", "count if prev(pid) = 3",
        "sort running(bytes)",
    ])
    func neighboursNeedOrder(_ text: String) throws {
        var parser = try Parser(Source(name: "test", text: text))
        let pipeline = try parser.pipeline(Stages.all)
        let query = Query(pipeline, in: Environment(.mlq))
        let messages = query.diagnostics.filter { $0.severity == .error }.map(\.message)
        #expect(
            messages == [
                "prev, delta and running need rows in order, but this stage takes rows in any order"
            ])
    }

    /// Any bytes in any text give an answer, and only bytes that were there or that the query wrote.
    @Test func bytesThatAreNotTextHarmNothing() throws {
        var random = SeededRandom(seed: 7)
        let pieces: [[UInt8]] = [
            [0xFF], [0x80], [0xE6, 0x97], [0xE6, 0x97, 0xA5], [0], Array("<".utf8), Array(">".utf8),
            Array("\"".utf8), Array("k=".utf8), Array("@".utf8), Array(" 5.".utf8), Array("550".utf8),
            Array("7.1".utf8), Array("a".utf8), Array(",".utf8), Array("\\".utf8),
        ]
        let rows: [[Cell]] = (0..<4000).map { _ in
            [
                .bytes(
                    (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
                        pieces.randomElement(using: &random)!
                    })
            ]
        }
        let columns: [(String, ValueType)] = [("text", .text(.plain))]
        for text in [
            "domain(text)", "localpart(text)", "upper(text)", "length(text)", "substr(text, 2, 3)",
            "substr(text, -3)", #"replace(text, /\b|a*/, "-")"#, #"replace(text, /^|\xE6/, "")"#,
            #"split(text, /a|,|x*/)"#, "concat(text, text)", "duration(text)", "tonumber(text)", "dsn(text)",
            "kv(k)", "net(text, 8)", "prev(text)",
        ] {
            let evaluation = try Evaluation(text, columns, rows)
            #expect(evaluation.failure == nil, "\(text)")
            // Hardly any of these texts is a number, a duration or an address.
            if !["duration(text)", "tonumber(text)", "net(text, 8)"].contains(text) {
                #expect(evaluation.results.contains { $0 != nil }, "\(text)")
            }
        }
        let halves = try Evaluation("concat(substr(text, 1, 3), substr(text, 4)) = (text)", columns, rows)
        #expect(halves.results.allSatisfy { $0 == "true" })
        let parts = try Evaluation("length(concat(text)) = (length(text))", columns, rows)
        #expect(parts.results.allSatisfy { $0 == "true" })
    }
}
