extension OutputFormat {
    /// A table of GitHub's Markdown, aligned so that it reads well as it is.
    static let markdown = OutputFormat(
        "md", summary: "a Markdown table, with units", isPiecewise: false, columns: \.readable
    ) { $0.chart == nil ? TableWriter($0, $1, .markdown) : ChartWriter($0, $1, .markdown) as any RowWriter }
}
