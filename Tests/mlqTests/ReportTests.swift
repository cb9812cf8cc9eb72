import Testing

@Suite("Reports")
struct ReportTests {
    @Test("a script becomes one page that needs nothing else")
    func page() throws {
        let outcome = try Program.run(["-o", "html", "Examples/incident.mlq", "Examples/maillog"])
        #expect(outcome.status == 0)
        let page = outcome.output
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
        for mark in ["<!DOCTYPE", "<footer>", "</body>"] {
            #expect(page.split(separator: mark, omittingEmptySubsequences: false).count == 2, "\(mark)")
        }
        #expect(!page.contains("<script") && !page.contains("src=") && !page.contains("href="))
        #expect(page.contains("<pre>whatchanged | drop query</pre>"))
        #expect(page.contains("from=maint-admin@ml.example.jp"))
        #expect(page.split(separator: "<svg").count >= 4)
        // Notes stand on the page, and on standard error as ever.
        #expect(page.contains("<p class=\"note\">before is 2012-12-09"))
        #expect(outcome.error.contains("before is 2012-12-09"))
        #expect(page.contains("Examples/maillog/maillog-20130106"))
    }

    @Test("Markdown says what the page says: titles, queries, notes, and what the answer covers")
    func markdown() throws {
        let script = "title \"a * b\"; whatchanged | select what | head 1\nfilter from=<>\n  | count"
        let text = try Program.run(["-o", "md", "-e", script, "Examples/maillog"]).output
        for part in [
            "## a \\* b\n\n    whatchanged | select what | head 1\n\n| what ",
            "| moment |\n\nbefore is 2012-12-09",
            "\n\n    filter from=<>\n      | count\n\n| count |\n", "|\n\n---\n\nMade by mlq from Examples/",
            "\n\nThe logs go from 2012-12-09T03:24:07 to ",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test("a page shows the control characters of a file name as escapes")
    func foot() throws {
        let scratch = try Scratch()
        let log = try scratch.write("Nov 23 16:39:34 mx1 a: b\n", to: "mail\u{1B}[2J\n.log")
        let page = try Program.run(["-o", "html", "-e", "count", log]).output
        #expect(page.contains("mail\\x1b[2J\\n.log.</p>"), "\(page)")
    }

    @Test("-o svg gives a picture of each answer; explain and titles fit on a page")
    func pictures() throws {
        let picture = try Program.run([
            "-o", "svg", "-e", "count by day, process | chart", "Examples/maillog",
        ])
        #expect(picture.output.hasPrefix("<svg") && picture.output.hasSuffix("</svg>\n"))
        let page = try Program.run([
            "-o", "html", "-e", "title \"a < b\"; explain count by day", "Examples/maillog",
        ])
        #expect(page.output.contains("<h2>a &lt; b</h2>"))
        #expect(page.output.contains("group by day: count"))
        #expect(page.output.hasSuffix("</html>\n"))
    }
}
