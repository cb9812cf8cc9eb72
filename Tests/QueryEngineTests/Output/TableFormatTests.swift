import MailLog
import Testing

@testable import QueryEngine

@Suite struct TableFormatTests {
    @Test func alignsAndEscapes() {
        #expect(
            outputText(.table, hardColumns, hardRows) == #"""
                from             count  detail            to
                <>               1,234  plain             a@b.example, <>
                日本@例.example     -5  tab\tline\nback\
                                        \x1b[A\xffb
                x|y@c.example        0  =1+"2",3          c@d.example

                """#)
    }

    @Test func markdown() {
        #expect(
            outputText(.markdown, hardColumns, hardRows)
                == #"""
                | from            | count | detail              | to               |
                | --------------- | ----: | ------------------- | ---------------- |
                | \<>             | 1,234 | plain               | a@b.example, \<> |
                | 日本@例.example |    -5 | tab\\tline\\nback\\ |                  |
                |                 |       | \\x1b\[A\\xffb      |                  |
                | x\|y@c.example  |     0 | =1+"2",3            | c@d.example      |

                """#)
    }

    @Test func markdownMarks() {
        let rows: [[Cell]] = [[.text("a_b _c_ *d* `e` [f](g) <h> &amp; ~i~")]]
        #expect(
            outputText(.markdown, [("reply_code", .text(.plain))], rows).split(separator: "\n").last
                == #"| a_b \_c\_ \*d\* \`e\` \[f\](g) \<h> \&amp; \~i\~ |"#)
    }

    static let wide: [(String, ValueType)] = [
        ("a", .text(.plain)), ("n", .integer), ("b", .text(.plain)), ("c", .text(.plain)),
    ]
    static let wideRow: [Cell] = [
        .text("abc"), .integer(1_234_567), .text("0123456789012345"), .text("日本日本日本日本日本日本"),
    ]

    @Test(arguments: [
        (60, "abc  1,234,567  0123456789012345  日本日本日本日本日本日本"),
        (51, "abc  1,234,567  0123456789012345  日本日本日本日本…"),
        (46, "abc  1,234,567  0123456789012…  日本日本日本…"),
        (30, "abc  1,234,567  0123456…  日本日…"),
        (1, "abc  1,234,567  0123456…  日本日…"),
    ])
    func fits(width: Int, line: String) {
        let options = OutputOptions.with {
            $0.width = width
            $0.header = false
        }
        #expect(outputText(.table, Self.wide, [Self.wideRow], options) == line + "\n")
    }

    @Test func cutsWithoutUnicode() {
        let options = OutputOptions.with {
            $0.width = 10
            $0.isUTF8 = false
            $0.header = false
        }
        #expect(
            outputText(.table, [("a", .text(.plain))], [[.text("abcdefghijk")]], options) == "abcdefghi~\n")
    }

    @Test func headerIsMarkedOnlyInColor() {
        let rows: [[Cell]] = [[.text("x"), .integer(1)]]
        let columns: [(String, ValueType)] = [("name", .text(.plain)), ("n", .integer)]
        #expect(outputText(.table, columns, rows) == "name  n\nx     1\n")
        #expect(
            outputText(.table, columns, rows, .with { $0.color = true })
                == "\u{1b}[1;4mname  n\u{1b}[0m\nx     1\n")
    }

    @Test func hostileColumnName() {
        #expect(outputText(.table, [("a\u{1b}b", .text(.plain))], [[.text("x")]]) == "a\\x1bb\nx\n")
    }

    @Test(arguments: [(3, "n\n1\n2\n3\n"), (2, "n\n1\n2\n… 1 more row\n"), (1, "n\n1\n… 2 more rows\n")])
    func saysHowManyMore(maximum: Int, expected: String) {
        let options = OutputOptions.with { $0.maximumRows = maximum }
        let rows: [[Cell]] = [[.integer(1)], [.integer(2)], [.integer(3)]]
        #expect(outputText(.table, [("n", .integer)], rows, options) == expected)
    }

    /// Columns of unknown type stand to the right when all of them are numbers.
    @Test func anyColumns() {
        let columns: [(String, ValueType)] = [("aa", .any), ("bb", .any), ("c", .text(.plain))]
        let rows: [[Cell]] = [
            [.integer(1), .text("x"), .text("|")], [.missing, .integer(2), .text("|")],
        ]
        #expect(outputText(.table, columns, rows) == "aa  bb  c\n 1  x   |\n    2   |\n")
    }

    /// The first thousand rows decide; later ones widen a column as far as the line has room.
    @Test(
        arguments: [
            (nil, "abcdefghijklmnop  z\nx                 z\n"), (12, "abcdefgh…  z\nx          z\n"),
        ] as [(Int?, String)])
    func laterRowsWiden(width: Int?, end: String) {
        let head = [[Cell]](repeating: [.text("ab"), .text("z")], count: 1000)
        let rows = head + [[.text("abcdefghijklmnop"), .text("z")], [.text("x"), .text("z")]]
        let columns: [(String, ValueType)] = [("a", .text(.plain)), ("b", .text(.plain))]
        let text = outputText(.table, columns, rows, .with { $0.width = width })
        #expect(text == "a   b\n" + String(repeating: "ab  z\n", count: 1000) + end)
    }

    /// One long cell, or the name of one column, is written as often as it comes, and pads nothing else.
    @Test(
        arguments: OutputFormats.all.map(\.name),
        [
            OutputOptions(), .with { $0.width = 80 }, .with { $0.width = 1 << 40 },
            .with { ($0.width, $0.turnsWideRows, $0.numbersRows) = (80, true, true) },
        ])
    func outputIsLinear(format: String, options: OutputOptions) throws {
        let format = try #require(OutputFormats.named(format))
        let long = String(repeating: "a", count: 20_000)
        let columns: [(String, ValueType)] = [("t", .text(.plain)), ("n", .integer), ("u", .text(.plain))]
        let row: [Cell] = [.text("x"), .integer(1), .text("y")]
        var rows = [[Cell]](repeating: row, count: 1200)
        for place in [5, 1100] { rows[place][0] = .text(long) }
        // At most every row is as wide as the widest line.
        #expect(output(format, columns, rows, options).count < 1_300_000)
        // Objects repeat their keys.
        guard !format.name.hasPrefix("json") else { return }
        for place in 0..<2 {
            var named = columns
            named[place].0 = long
            #expect(output(format, named, [[Cell]](repeating: row, count: 300), options).count < 350_000)
        }
    }

    /// Of a log line, a page shows what tells most and what the query has added.
    @Test func linesShowFewColumns() {
        var schema = Schema.lines
        schema.columns.append(.init(name: "mine", type: .integer, slot: Fields.all.count))
        #expect(
            OutputFormat.table.columns(schema).columns.map(\.name)
                == ["time", "process", "queue_id", "event", "mine", "text"])
        #expect(OutputFormat.raw.columns(schema).columns.map(\.name) == ["raw"])
    }
}
