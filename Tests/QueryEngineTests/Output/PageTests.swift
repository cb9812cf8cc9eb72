import MailLog
import Testing

@testable import QueryEngine

/// The elements that are open at the end of a markup, or at the first end that has no beginning.
private func unclosed(_ markup: String) -> [Substring] {
    var open: [Substring] = []
    for piece in markup.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
        let tag = piece.prefix { $0 != ">" }
        let name = tag.prefix { $0 != " " && $0 != "/" }
        if tag.hasPrefix("/") {
            guard open.last == tag.dropFirst() else { return open + [tag] }
            open.removeLast()
        } else if !tag.hasSuffix("/"), !tag.hasPrefix("!"), name != "meta" {
            open.append(name)
        }
    }
    return open
}

@Suite("Pages and pictures")
struct PageTests {
    static let hostile: [[Cell]] = [
        [.text("<script>alert(1)</script>"), .integer(3)], [.text("a&b\"'<i>"), .integer(2)],
        [.text("\u{1B}[31m\u{202E}"), .integer(1)],
    ]
    static let columns: [(String, ValueType)] = [("helo", .text(.plain)), ("count", .integer)]

    @Test("a table of HTML holds the text of the log as text")
    func escapes() {
        let text = outputText(.html, PageTests.columns, PageTests.hostile)
        #expect(!text.contains("<script") && !text.contains("<i>"))
        #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(text.contains("a&amp;b&quot;&#39;&lt;i&gt;"))
        #expect(text.contains("\\x1b[31m") && !text.contains("\u{202E}"))
        #expect(text.contains("<td class=\"n\">3</td>"))
        #expect(unclosed(text) == [])
    }

    @Test(
        "every picture is well-formed, and holds the text of the log as text", arguments: ChartKind.allCases)
    func pictures(_ kind: ChartKind) {
        for format in [OutputFormat.svg, .html] {
            let text = chart(format, kind, PageTests.columns, PageTests.hostile)
            #expect(text.contains("<svg class=\"chart\" xmlns="))
            #expect(!text.contains("<script") && !text.contains("<i>") && !text.contains("\u{1B}"))
            #expect(unclosed(text) == [], "\(kind)")
            #expect(!text.contains("nan") && !text.contains("inf"))
        }
    }

    @Test("where there are no rows, a page says so")
    func noRows() {
        #expect(outputText(.html, PageTests.columns, []).contains(">no rows</td></tr>\n</tbody>"))
        #expect(outputText(.markdown, PageTests.columns, []).hasSuffix("\n\nno rows\n"))
        #expect(!outputText(.html, PageTests.columns, PageTests.hostile).contains("no rows"))
    }

    @Test("a bar is as wide as its number, and says it")
    func bars() {
        let text = chart(
            .svg, .bars, PageTests.columns, [[.text("a"), .integer(50)], [.text("b"), .integer(100)]])
        let widths = text.split(separator: "<rect").dropFirst().compactMap { piece in
            piece.firstRange(of: "width=\"").flatMap { range in
                Double(piece[range.upperBound...].prefix { $0 != "\"" })
            }
        }
        #expect(widths.count == 2)
        #expect((widths[0] * 2 - widths[1]).magnitude < 0.2)
        #expect(text.contains("<title>a: 50</title>"))
    }

    @Test("columns over time stand on each other; there are a legend and round numbers on the axis")
    func stacked() {
        let (columns, rows) = ChartTests.stacked
        let text = chart(.svg, nil, columns, rows)
        for word in [
            "smtp", "qmgr", "sum_bytes", "4.0 kB", "2012-12-26, qmgr: 1.0 kB", "prefers-color-scheme:dark",
        ] {
            #expect(text.contains(word), "\(word)")
        }
        #expect(unclosed(text) == [])
    }

    @Test(
        "without numbers there is a picture that says so; odd numbers do no harm",
        arguments: ChartKind.allCases)
    func degenerate(_ kind: ChartKind) {
        #expect(chart(.svg, kind, PageTests.columns, []).contains("no numbers to draw"))
        let odd: [[Cell]] = [
            [.text("a"), .number(-5)], [.text("b"), .missing], [.text("c"), .number(.infinity)],
            [.text("d"), .number(1e300)], [.missing, .number(0)],
        ]
        let text = chart(.svg, kind, [("k", .text(.plain)), ("n", .number)], odd)
        #expect(unclosed(text) == [] && text.contains("<svg"))
        #expect(!chart(.svg, kind, [("n", .number)], [[.number(0)]]).contains("nan"))
    }

    @Test("Markdown has a chart as a block of code")
    func markdown() {
        let text = chart(.markdown, .bars, PageTests.columns, [[.text("a"), .integer(50)]])
        #expect(text.hasPrefix("```\n") && text.hasSuffix("```\n"))
    }
}
