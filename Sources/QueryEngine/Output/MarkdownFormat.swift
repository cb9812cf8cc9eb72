extension OutputFormat {
    /// A table of GitHub's Markdown, aligned so that it reads well as it is.
    static let markdown = OutputFormat(
        "md", summary: "a Markdown table, with units", isPiecewise: false, columns: \.readable
    ) { TableWriter($0, $1, .markdown) }
}
