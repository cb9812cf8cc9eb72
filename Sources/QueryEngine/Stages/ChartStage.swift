import MailLog
import QuerySyntax

/// `chart [bars|line|heat|spark]`: draws the rows in formats for people.
struct ChartStage: Stage {
    private static let kinds = ChartKind.allCases.map(\.rawValue)

    static let form = Form<any Stage>(
        "chart", aliases: ["plot"], summary: "draw the rows",
        details: """
            `-o table`, `md`, `html` and `svg` draw a chart. Formats for programs (`tsv`, `json` …) print the rows.

            Columns
            - axis: the first column that is not an amount
            - series: the values of a second such column (their bars are stacked), or several columns of numbers

            Kinds
            - `line`: the default for more than 40 bins of time
            - `heat`: the default for weekday by hour_of_day
            - `bars`: the default otherwise
            - `spark`: one small line per series

            Notes
            - Bars, heat and sparks draw the first \(ChartData.mostRows) rows and count the others.
            - An axis of time has all bins, also those without rows.
            - The axis of time marks each start, stop and reload of Postfix, also if a filter drops these lines.
            """,
        examples: [
            "count by day | chart", "count by day, process | chart", "sum bytes per 1h | chart line",
            "count by weekday, hour_of_day | chart heat", "count by day, process | chart spark",
        ],
        Parameter<ChartKind>(
            "bars|line|heat|spark",
            grammar: "( " + kinds.map { "'\($0)'" }.joined(separator: " | ") + " )"
        ) { (parser: inout Parser) throws(Diagnostic) -> ChartKind in
            for kind in ChartKind.allCases where parser.takeKeyword(kind.rawValue) != nil { return kind }
            throw Diagnostic(
                "expected a kind of chart, found \(parser.found())", at: parser.here(),
                hint: "there are \(kinds.joined(separator: ", "))")
        }.optional
    ) { (name, kind) throws(Diagnostic) in ChartStage(name: name, kind: kind) }

    let name: Name
    let kind: ChartKind?

    var keepsColumns: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard !resolution.schema.isLines else {
            throw Diagnostic(
                "'chart' needs numbers, and these rows are log lines", at: name.range,
                hint: "count them first: `count by day | chart`")
        }
        guard resolution.schema.isOpen || resolution.schema.columns.contains(where: { $0.type.isNumeric })
        else {
            throw Diagnostic(
                "'chart' needs a number, and \(resolution.schema.rowName) has none", at: name.range)
        }
        let axis = resolution.schema.columns.first { !ChartGatherer.isAmount($0) }
        let bin = axis.flatMap(ChartGatherer.bin)
        resolution.schema.chart = Chart(
            kind: kind, restarts: bin != nil ? resolution.environment.restarts : nil)
        guard let axis, let bin else { return }
        // Reports the gaps that the axis skips.
        resolution.each("watch the bins of \(axis.name)", needs: [axis.slot], inOrder: true) { next, worker in
            var walk = BinWalk(bin)
            return RowOperator(next, atEnd: { walk.report(to: worker.run) }) { row in
                if row[axis.slot].kind == .time { _ = walk.advance(to: row[axis.slot].wallClock) }
                return next.consume(row)
            }
        }
    }
}
