import MailLog
import QuerySyntax

/// `chart [bars|line|heat|spark]`: the rows as a picture, where people read them.
struct ChartStage: Stage {
    private static let kinds = ChartKind.allCases.map(\.rawValue)

    static let form = Form<any Stage>(
        "chart", aliases: ["plot"], summary: "draw the rows",
        details: """
            `-o table`, `md`, `html` and `svg` draw what comes in; for programs (`tsv`, `json` …) the rows stay as \
            they are. The first column that is no amount is the axis, a second one makes series, of which bars \
            stand on each other; several numbers are several series. Without a kind: `line` for more than 40 bins of \
            time, `heat` for weekday by hour_of_day, else `bars`. Of rows of bars, cells or sparks the first \
            \(ChartData.mostRows) are drawn and the others counted. An axis of time has all bins, also those without \
            rows, and shows where Postfix was started, stopped or reloaded, whatever lines a filter keeps.
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
                "'chart' draws numbers, and these are log lines", at: name.range,
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
        resolution.append(
            .each(
                Transform("watch the bins of \(axis.name)", needs: [axis.slot], inOrder: true) {
                    next, worker in
                    GapWatch(axis.slot, bin, next, worker)
                }))
    }
}

/// Reports gaps that the axis of a chart leaves open.
private final class GapWatch: RowConsumer {
    private let slot: Int
    private var walk: BinWalk
    private let next: any RowConsumer
    private let worker: Worker

    init(_ slot: Int, _ bin: TimeBin, _ next: any RowConsumer, _ worker: Worker) {
        self.slot = slot
        walk = BinWalk(bin)
        self.next = next
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        if row[slot].kind == .time { _ = walk.advance(to: row[slot].wallClock) }
        return next.consume(row)
    }

    func finish() {
        walk.report(to: worker.run)
        next.finish()
    }
}
