/// All output formats. A new format is one line here.
package enum OutputFormats {
    package static let all: [OutputFormat] = [
        .table, .tsv, .csv, .json, .jsonl, .markdown, .html, .svg, .raw,
    ]

    package static func named(_ name: String) -> OutputFormat? { all.first { $0.name == name } }
}
