import MailLog
import Testing

@testable import QueryEngine

/// The formats for programs: what they make of hostile text, byte by byte.
@Suite struct LineFormatTests {
    @Test func tsv() {
        let expected =
            "from\tcount\tdetail\tto\n<>\t1234\tplain\ta@b.example;<>\n"
            + "日本@例.example\t-5\ttab\\tline\\nback\\\\\t\n\t\t\u{1b}[A"
        #expect(
            output(.tsv, hardColumns, hardRows)
                == Array(expected.utf8) + [0xFF]
                + Array("b\t\nx|y@c.example\t0\t=1+\"2\",3\tc@d.example\n".utf8))
    }

    @Test func csv() {
        let expected =
            "from,count,detail,to\n<>,1234,plain,a@b.example;<>\n"
            + "日本@例.example,-5,\"tab\tline\nback\\\",\n,,\u{1b}[A"
        #expect(
            output(.csv, hardColumns, hardRows)
                == Array(expected.utf8) + [0xFF]
                + Array("b,\nx|y@c.example,0,\"=1+\"\"2\"\",3\",c@d.example\n".utf8))
    }

    @Test func json() {
        #expect(
            outputText(.json, hardColumns, hardRows) == #"""
                [
                {"from":"<>","count":1234,"detail":"plain","to":["a@b.example","<>"]},
                {"from":"日本@例.example","count":-5,"detail":"tab\tline\nback\\","to":[]},
                {"from":null,"count":null,"detail":"\u001b[A�b","to":null},
                {"from":"x|y@c.example","count":0,"detail":"=1+\"2\",3","to":["c@d.example"]}
                ]

                """#)
    }

    @Test func jsonLines() {
        let columns: [(String, ValueType)] = [
            ("day", .time(.day)), ("delay", .duration), ("share", .number), ("ok", .bool), ("a\"b", .size),
        ]
        let rows: [[Cell]] = [
            [.time(1_356_480_000_000_000), .microseconds(20_000), .number(.nan), .bool(false), .integer(10)],
            [.missing, .microseconds(3_000_000), .number(0.5), .missing, .missing],
        ]
        #expect(
            outputText(.jsonl, columns, rows) == #"""
                {"day":"2012-12-26","delay":0.02,"share":null,"ok":false,"a\"b":10}
                {"day":null,"delay":3,"share":0.5,"ok":null,"a\"b":null}

                """#)
    }

    @Test func raw() {
        let line: [UInt8] = Array("Dec 26 \u{1b}[A\t日".utf8) + [0xFF]
        let columns: [(String, ValueType)] = [("count", .integer), ("raw", .text(.plain))]
        #expect(output(.raw, columns, [[.integer(1), .bytes(line)]]) == line + [0x0A])
        #expect(
            outputText(.raw, columns, [[.integer(1), .bytes(line)]], .with { $0.escapes = true })
                == #"Dec 26 \x1b[A\t日\xff"# + "\n")
    }

    @Test func rawWithoutLine() {
        let columns: [(String, ValueType)] = [("from", .text(.address)), ("count", .integer)]
        #expect(
            outputText(.raw, columns, [[.text(""), .integer(1234)], [.missing, .integer(0)]])
                == "<>\t1234\n\t0\n")
    }

    /// On a terminal nothing acts on it.
    @Test(
        arguments: [
            (.tsv, "\\x1b\\u{202e}\\xffa\\\\\n"),
            (.csv, "\\x1b\\u{202e}\\xffa\\\n"),
            (.json, "[\n{\"a\":\"\\u001b\\u202e\u{FFFD}a\\\\\"}\n]\n"),
            (.raw, "\\x1b\\u{202e}\\xffa\\\n"),
        ] as [(OutputFormat, String)])
    func terminal(format: OutputFormat, expected: String) {
        let text: [UInt8] = Array("\u{1b}\u{202e}".utf8) + [0xFF] + Array("a\\".utf8)
        let options = OutputOptions.with {
            $0.escapes = true
            $0.header = false
        }
        #expect(outputText(format, [("a", .text(.plain))], [[.bytes(text)]], options) == expected)
    }

    @Test(
        arguments: [
            (.text("=1+1"), "'=1+1"), (.text("+1"), "'+1"), (.text("-1"), "'-1"), (.text("@x"), "'@x"),
            (.text("\tx"), "'\tx"), (.text("=\"a\""), "\"'=\"\"a\"\"\""), (.text("a=1"), "a=1"),
            (.text(""), ""),
            (.integer(-1), "-1"), (.list([.text("=x")]), "'=x"), (.text("  =x"), "'  =x"),
            (.text("  "), "  "),
            (.text("＝x"), "'＝x"), (.text("－x"), "'－x"), (.text("日"), "日"), (.microseconds(-1_000_000), "-1"),
            (.text(";=1"), ";'=1"), (.text("a; @x;b"), "a;' @x;b"), (.text("a\t-1"), "a\t'-1"),
            (.list([.text("a"), .text("=1")]), "a;'=1"), (.text("a,=1"), "\"a,'=1\""),
        ] as [(Cell, String)])
    func defusedCells(cell: Cell, expected: String) {
        let options = OutputOptions.with { $0.defusesCells = true }
        #expect(outputText(.csv, [("=a", .any)], [[cell]], options) == "'=a\n\(expected)\n")
    }

    /// What a spreadsheet opens as cells is defused, and nothing else.
    @Test(
        arguments: [
            (.tsv, "'=a\n'=1+1\n"), (.html, "<td>&#39;=1+1</td>"), (.html, "<th>&#39;=a</th>"),
            (.json, "{\"=a\":\"=1+1\"}"), (.jsonl, "{\"=a\":\"=1+1\"}"), (.raw, "=1+1\n"),
            (.markdown, "| =1+1 |"),
        ] as [(OutputFormat, String)])
    func defusedFormats(format: OutputFormat, expected: String) {
        let text = outputText(
            format, [("=a", .text(.plain))], [[.text("=1+1")]], .with { $0.defusesCells = true })
        #expect(text.contains(expected))
    }

    @Test(
        arguments: [
            (.tsv, "a\n", ""), (.csv, "a\n", ""), (.json, "[\n]\n", "[\n]\n"), (.jsonl, "", ""),
            (.raw, "", ""),
            (.table, "a\n", ""),
            (
                .markdown, "| a   |\n| --- |\n\nno rows\n", "| a   |\n| --- |\n\nno rows\n"
            ),
        ] as [(OutputFormat, String, String)])
    func noRows(format: OutputFormat, expected: String, withoutHeader: String) {
        let columns: [(String, ValueType)] = [("a", .text(.plain))]
        #expect(outputText(format, columns, []) == expected)
        #expect(outputText(format, columns, [], .with { $0.header = false }) == withoutHeader)
        #expect(output(format, columns, [], pieces: 0) == Array(expected.utf8))
    }

    /// Threads that write pieces and one thread that writes all give the same bytes.
    @Test(arguments: OutputFormats.all.filter(\.isPiecewise), [1, 2, 3, 100])
    func pieces(format: OutputFormat, rows: Int) {
        #expect(output(format, hardColumns, hardRows, pieces: rows) == output(format, hardColumns, hardRows))
    }

    /// What a log line lacks has no key; what a result lacks is null.
    @Test func linesLeaveOutWhatTheyLack() {
        var schema = Schema.lines
        schema.columns = ["host", "pid", "queue_id"].compactMap(schema.column)
        let buffer = RowBuffer(width: Fields.all.count)
        buffer.slots[Field.pid.slot] = .integer(7)
        var text: [UInt8] = []
        let worker = Worker(run: RunState(memory: 1 << 20, threads: 1))
        OutputFormat.jsonl.make(schema, OutputOptions())
            .append(buffer.row(order: 0, worker: worker), into: &text)
        #expect(String(decoding: text, as: UTF8.self) == "{\"pid\":7}\n")
    }

    @Test func jsonIsUTF8WhateverTheBytes() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            let text = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
            let json = output(.json, [("a", .text(.plain))], [[.bytes(text)]])
            #expect(String(validating: json, as: UTF8.self) != nil)
            #expect(!json.contains { $0 < 0x20 && $0 != 0x0A })
            #expect(json.count { $0 == 0x0A } == 3)
        }
    }

    @Test func namesAreUnique() {
        #expect(Set(OutputFormats.all.map(\.name)).count == OutputFormats.all.count)
        #expect(OutputFormats.named("md")?.name == "md")
        #expect(OutputFormats.named("xml") == nil)
    }
}
