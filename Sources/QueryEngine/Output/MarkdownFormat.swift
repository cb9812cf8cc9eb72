extension OutputFormat {
    /// GitHub's Markdown. Tables are aligned, so that the source is readable too.
    static let markdown = OutputFormat(
        "md", summary: "Markdown with titles, queries, tables with units and charts", isPiecewise: false,
        columns: \.readable, page: .markdown
    ) {
        ChartGatherer.draws($0)
            ? ChartWriter($0, $1, .markdown) : TableWriter($0, $1, .markdown) as any RowWriter
    }
}

extension Page {
    /// The same parts as the HTML page.
    static let markdown = Page(
        head: "", title: { "## \(escaped($0))\n\n" },
        // Indented code needs no fence, which a query might contain.
        query: { text in
            text.split(separator: "\n").map { "    \($0)\n" }.joined() + "\n"
        },
        end: "\n", note: { "\(escaped($0))\n\n" },
        foot: { lines in "---\n" + lines.map { "\n\(escaped($0))\n" }.joined() })

    private static func escaped(_ text: String) -> String {
        String(decoding: TableWriter.shown(Array(text.utf8), .markdown), as: UTF8.self)
    }
}
