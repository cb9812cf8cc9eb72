import MailLog

extension OutputFormat {
    /// One page with all answers of a script, which needs no network and no scripts.
    static let html = OutputFormat(
        "html", summary: "one page with titles, queries, tables and charts", isPiecewise: false,
        columns: \.readable, page: .html
    ) { HTMLWriter($0, $1) }
}

extension Page {
    static let html = Page(
        head: """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, \
            initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src \
            'unsafe-inline'"><title>mlq</title><style>
            :root{color-scheme:light dark}
            body{font:15px/1.45 system-ui,sans-serif;max-width:78rem;margin:1.5rem auto;padding:0 1rem;\
            background:#fff;color:#222}
            h2{font-size:1.15rem;margin:2.2rem 0 .4rem}
            pre{font:13px/1.4 ui-monospace,monospace;background:#8881;padding:.5rem .7rem;border-radius:4px;\
            white-space:pre-wrap;overflow-wrap:anywhere;margin:.4rem 0}
            .scroll{overflow-x:auto}
            table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.5rem 0}
            th,td{text-align:left;padding:.15rem .7rem .15rem 0;vertical-align:top;border-bottom:1px solid #8883}
            th{font-weight:600}td.n,th.n{text-align:right}th,td{white-space:nowrap}
            td.t{white-space:normal;overflow-wrap:anywhere;min-width:24rem;max-width:44rem}
            figure{margin:.6rem 0;overflow-x:auto}
            svg{width:100%;height:auto;min-width:40rem;max-width:56rem;display:block}
            footer{overflow-wrap:anywhere}
            .note,footer,summary{color:#666;font-size:.9rem}footer{margin-top:3rem;border-top:1px solid #8884}
            @media(prefers-color-scheme:dark){body{background:#16181b;color:#ddd}.note,footer,summary{color:#aaa}}
            </style></head><body>

            """,
        title: { "<h2>\(MarkupText.escaped($0))</h2>\n" }, query: { "<pre>\(MarkupText.lines($0))</pre>\n" },
        end: "", note: { "<p class=\"note\">\(MarkupText.withCode($0))</p>\n" },
        foot: { lines in
            "<footer>" + lines.map { "<p>\(MarkupText.escaped($0))</p>" }.joined(separator: "\n")
                + "</footer>\n</body></html>\n"
        })
}

extension MarkupText {
    /// Escapes a sentence. Text between backquotes becomes code.
    static func withCode(_ text: String) -> String {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false).map { escaped(String($0)) }
        guard parts.count % 2 == 1 else { return escaped(text) }
        return parts.enumerated().map { $0 % 2 == 1 ? "<code>\($1)</code>" : $1 }.joined()
    }

    /// Escapes several lines, for `pre`.
    static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
            .joined(separator: "\n")
    }
}

/// Writes rows as a table. Rows of a `chart` become a picture, followed by a folded table.
private final class HTMLWriter: RowWriter {
    /// Numbers are right-aligned.
    private let columns: [(slot: Int, text: PeopleText, isNumber: Bool)]
    private let header: [String]
    private let gatherer: ChartGatherer?
    private let defusesCells: Bool
    private var table: [UInt8] = []
    private var scratch: [UInt8] = []
    private var isEmpty = true

    init(_ schema: Schema, _ options: OutputOptions) {
        defusesCells = options.defusesCells
        columns = schema.columns.map { ($0.slot, PeopleText($0), $0.type.isNumeric && $0.type != .any) }
        header = schema.columns.map(\.name)
        gatherer = ChartGatherer.draws(schema) ? ChartGatherer(schema) : nil
    }

    /// Longer texts may be broken into lines. Addresses and times stay on one line.
    private static let longestLine = 60

    var heldBytes: Int { gatherer.map { $0.footprint + table.capacity } ?? 0 }

    func begin(into text: inout [UInt8]) {
        var head = "<div class=\"scroll\"><table><thead><tr>"
        for (index, name) in header.enumerated() {
            head += "<th\(columns[index].isNumber ? " class=\"n\"" : "")>"
            head += "\(MarkupText.escaped(defusesCells ? Formula.defused(name) : name))</th>"
        }
        put("\(head)</tr></thead><tbody>\n", &text)
    }

    /// Appends markup. A table below a picture is held until the picture is drawn.
    private func put(_ markup: String, _ text: inout [UInt8]) {
        if gatherer == nil {
            text.append(contentsOf: markup.utf8)
        } else {
            table.append(contentsOf: markup.utf8)
        }
    }

    func append(_ row: Row, into text: inout [UInt8]) {
        gatherer?.add(row)
        isEmpty = false
        if gatherer == nil { append(row, to: &text) } else { append(row, to: &table) }
    }

    private func append(_ row: Row, to markup: inout [UInt8]) {
        markup.append(contentsOf: "<tr>".utf8)
        for column in columns {
            scratch.removeAll(keepingCapacity: true)
            let value = row[column.slot]
            column.text.append(value, to: &scratch)
            let isLong = scratch.count > HTMLWriter.longestLine
            let kind = column.isNumber ? " class=\"n\"" : isLong ? " class=\"t\"" : ""
            markup.append(contentsOf: "<td\(kind)>".utf8)
            if defusesCells, value.kind == .text || value.kind == .list {
                var defused: [UInt8] = []
                scratch.withBytes { Formula.defuse($0, to: &defused) }
                scratch = defused
            }
            MarkupText.append(scratch, to: &markup)
            markup.append(contentsOf: "</td>".utf8)
        }
        markup.append(contentsOf: "</tr>\n".utf8)
    }

    func end(into text: inout [UInt8]) {
        if isEmpty { put("<tr><td class=\"note\" colspan=\"\(columns.count)\">no rows</td></tr>\n", &text) }
        put("</tbody></table></div>\n", &text)
        guard let gatherer else { return }
        guard let data = gatherer.data() else {
            text.append(contentsOf: table)
            return
        }
        text.append(
            contentsOf: "<figure>\(SVGChart(data).text)</figure>\n<details><summary>the numbers</summary>"
                .utf8)
        text.append(contentsOf: table)
        text.append(contentsOf: "</details>\n".utf8)
    }
}
