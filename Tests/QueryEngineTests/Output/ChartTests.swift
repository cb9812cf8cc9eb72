import MailLog
import Testing

@testable import QueryEngine

/// What `-o FORMAT` draws of rows.
func chart(
    _ format: OutputFormat, _ kind: ChartKind?, _ columns: [(String, ValueType)], _ rows: [[Cell]],
    _ options: OutputOptions = OutputOptions(), restarts: Restarts? = nil
) -> String {
    var schema = Schema(
        columns: columns.enumerated().map { Schema.Column(name: $1.0, type: $1.1, slot: $0) },
        rowName: "a row")
    schema.chart = Chart(kind: kind, restarts: restarts)
    let run = RunState(memory: 512 << 20, threads: 1)
    let worker = Worker(run: run)
    let sink = MemorySink()
    let consumer = OutputConsumer(.init(format: format, options: options, sink: sink), run: run)
    let buffer = RowBuffer(width: max(1, columns.count))
    consumer.begin(schema)
    for cells in rows {
        worker.arena.reset()
        for (slot, cell) in cells.enumerated() { buffer.slots[slot] = cell.value(worker.arena) }
        _ = consumer.consume(buffer.row(order: 0, worker: worker))
    }
    consumer.finish()
    return sink.text
}

let chartDay: Int64 = 86_400_000_000

@Suite("Charts")
struct ChartTests {
    static let byProcess: ([(String, ValueType)], [[Cell]]) = (
        [("process", .text(.plain)), ("count", .integer)],
        [[.text("smtpd"), .integer(4000)], [.text("qmgr"), .integer(1000)], [.text("x"), .integer(5)]]
    )
    static let stacked: ([(String, ValueType)], [[Cell]]) = (
        [("day", .time(.day)), ("process", .text(.plain)), ("sum_bytes", .size)],
        [
            [.time(15_700 * chartDay), .text("smtp"), .integer(3000)],
            [.time(15_700 * chartDay), .text("qmgr"), .integer(1000)],
            [.time(15_701 * chartDay), .text("smtp"), .integer(500)],
        ]
    )

    @Test("long names are cut, however often a picture shows them", arguments: ChartKind.allCases)
    func longNames(kind: ChartKind) {
        let long = String(repeating: "a", count: 5000)
        let columns: [(String, ValueType)] = [
            ("label", .text(.plain)), ("series", .text(.plain)), (long, .integer),
        ]
        let rows: [[Cell]] = (0..<60).flatMap { number in
            [
                [.text("\(number)"), .text(long), .integer(1)],
                [.text(long), .text("\(number)"), .integer(1)],
            ]
        }
        for format in [OutputFormat.table, .markdown, .svg] {
            #expect(chart(format, kind, columns, rows).utf8.count < 300_000)
        }
        // Names come from logs.
        let hostile: [(String, ValueType)] = [
            ("a\u{1b}", .text(.plain)), ("b\u{9b}", .integer), ("c\u{7}", .integer),
        ]
        let text = chart(.table, kind, hostile, [[.text("\u{1b}[2J"), .integer(1), .integer(2)]])
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    }

    private func options(utf8: Bool = true, color: Bool = false) -> OutputOptions {
        .with {
            $0.width = 40
            $0.isUTF8 = utf8
            $0.color = color
        }
    }

    @Test("bars are as long as their numbers, to an eighth of a column")
    func bars() {
        let (columns, rows) = ChartTests.byProcess
        #expect(
            chart(.table, .bars, columns, rows, options()) == """
                process  count
                smtpd    4,000  ████████████████████████
                qmgr     1,000  ██████
                x            5

                """)
        #expect(
            chart(.table, nil, columns, rows, options(utf8: false)).contains("qmgr     1,000  ######\n"))
    }

    @Test("a second key stacks, with a legend; units are people's")
    func stack() {
        let (columns, rows) = ChartTests.stacked
        #expect(
            chart(.table, nil, columns, rows, options()) == """
                █ smtp  ▓ qmgr
                day         sum_bytes
                2012-12-26     4.0 kB  █████████████▓▓▓▓
                2012-12-27      500 B  ██

                """)
    }

    /// One day after the first bin Postfix was stopped and started, and long before.
    static let restarts: Restarts = {
        let restarts = Restarts()
        for (day, event) in [(15_701, "stop"), (15_701, "start"), (15_000, "reload")] {
            restarts.add(.init(time: Int64(day) * chartDay + (event == "start" ? 1 : 0), event: event))
        }
        return restarts
    }()

    @Test("restarts are marked on an axis of time: behind bars, below lines, across pictures")
    func marks() {
        let columns: [(String, ValueType)] = [("day", .time(.day)), ("count", .integer)]
        let rows: [[Cell]] = [15_700, 15_701].map { [.time($0 * chartDay), .integer(8)] }
        let drawn = { (format: OutputFormat, kind: ChartKind) in
            chart(format, kind, columns, rows, options(), restarts: ChartTests.restarts)
        }
        #expect(
            drawn(.table, .bars) == """
                day         count
                2012-12-26      8  ██████████
                2012-12-27      8  ██████████ ◂ stop, start

                """)
        #expect(drawn(.table, .line).hasSuffix("       ▲\n▲ 2012-12-27  stop, start\n"))
        for kind in [ChartKind.bars, .line, .spark] {
            let picture = drawn(.svg, kind)
            #expect(picture.contains("<title>2012-12-27: stop, start</title>") && !picture.contains("reload"))
        }
        #expect(drawn(.svg, .heat).contains(">◂ stop, start</text>"))
    }

    @Test("backquotes of the log do not end the block of a chart in Markdown")
    func fence() {
        let rows: [[Cell]] = [[.text("```"), .integer(3)], [.text("<img>"), .integer(1)]]
        let lines = chart(.markdown, .bars, ChartTests.byProcess.0, rows).split(separator: "\n")
        #expect(lines.first == "````" && lines.last == "````")
        #expect(!lines.dropFirst().dropLast().contains { $0.hasPrefix("````") })
    }

    @Test("a picture of thousands of columns shows those that can be seen and counts the others")
    func manyColumns() {
        let columns: [(String, ValueType)] = [("a", .text(.plain)), ("b", .text(.plain)), ("n", .integer)]
        let rows: [[Cell]] = (0..<5000).map { [.text("x"), .text("y\($0)"), .integer($0 + 1)] }
        let picture = chart(.svg, .heat, columns, rows)
        #expect(!picture.contains("width=\"-") && !picture.contains("width=\"0\""))
        #expect(picture.contains(" more columns</text>") && picture.utf8.count < 60_000)
    }

    @Test(
        "a picture of thousands of rows shows the first of them and counts the others",
        arguments: [
            (ChartKind.bars, "bars"), (.heat, "cells"), (.spark, "sparks"),
        ])
    func manyRows(_ kind: ChartKind, _ what: String) {
        let columns: [(String, ValueType)] = [("a", .text(.plain)), ("b", .text(.plain)), ("n", .integer)]
        let rows: [[Cell]] = (0..<10_000).map { number in
            let name = Cell.text("x\(number)")
            return kind == .spark ? [.text("y"), name, .integer(1)] : [name, .text("y"), .integer(1)]
        }
        let picture = chart(.svg, kind, columns, rows)
        #expect(picture.contains(">x199<") && !picture.contains(">x200<"), "\(what)")
        #expect(picture.contains(">9,800 more rows</text>"))
        let lines = chart(.table, kind, columns, rows, options()).split(separator: "\n")
        #expect(lines.last == "… 9,800 more rows" && lines.count < 210)
    }

    @Test("bars below 0 end where the others begin")
    func negative() {
        let rows: [[Cell]] = [[.text("more"), .integer(9)], [.text("less"), .integer(-3)]]
        #expect(
            chart(.table, .bars, [("key", .text(.plain)), ("n", .integer)], rows, options()) == """
                key    n
                more   9         █████████████████████▊
                less  -3  ███████

                """)
        let stacked: [[Cell]] = [("a", 6), ("b", -2), ("c", -4)].map {
            [.text("x"), .text($0), .integer($1)]
        }
        let columns: [(String, ValueType)] = [("k", .text(.plain)), ("s", .text(.plain)), ("n", .integer)]
        #expect(
            chart(.table, .bars, columns, stacked, options(utf8: false)) == """
                # a  = b  + c
                k  n
                x  0  +++++++++++======#################

                """)
        #expect(chart(.svg, .bars, columns, stacked).contains("<line class=\"axis\""))
    }

    @Test("a heat map of small counts has a shade for each")
    func shades() {
        let columns: [(String, ValueType)] = [("a", .text(.plain)), ("b", .text(.plain)), ("n", .integer)]
        let rows: [[Cell]] = [1, 2].map { [.text("x"), .text("y\($0)"), .integer($0)] }
        let text = chart(.table, .heat, columns, rows, options())
        #expect(text == "   y1 y2\nx  ▒▒▒███\nn: ▒ up to 1  █ up to 2\n")
    }

    @Test("many bins of time make a line with axes")
    func line() {
        let rows = (0..<60).map { [Cell.time(15_700 * chartDay + Int64($0) * 3_600_000_000), .integer($0)] }
        let text = chart(.table, nil, [("hour", .time(.hour)), ("count", .integer)], rows, options())
        let lines = text.split(separator: "\n")
        #expect(lines.count == 13)
        #expect(lines[0] == "count")
        #expect(lines[1].hasPrefix("59 ┤ ") && lines[10].hasPrefix(" 0 ┤"))
        #expect(lines[12].contains("2012-12-26 00:00"))
    }

    @Test("weekdays and hours make a heat map in their own order")
    func heat() {
        let columns: [(String, ValueType)] = [
            ("weekday", .text(.oneOf(["Mon", "Tue", "Wed"]))), ("hour_of_day", .integer), ("count", .integer),
        ]
        let rows: [[Cell]] = [
            [.text("Tue"), .integer(13), .integer(100)], [.text("Mon"), .integer(9), .integer(20)],
        ]
        #expect(
            chart(.table, nil, columns, rows, options()) == """
                     9  13
                Mon  ░░░
                Tue     ███
                count: ░ up to 25  ▒ up to 50  ▓ up to 75  █ up to 100

                """)
    }

    @Test("sparks are one line a series")
    func spark() {
        let (columns, rows) = ChartTests.stacked
        let lines = chart(.table, .spark, columns, rows, options()).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("smtp  ████") && lines[0].hasSuffix("500 B..3.0 kB"))
    }

    @Test("colours only where they are wanted; text of the log cannot act on the terminal")
    func safe() {
        let rows: [[Cell]] = [[.text("a\u{1B}[31mb"), .integer(3)]]
        let columns = ChartTests.byProcess.0
        #expect(!chart(.table, .bars, columns, rows, options()).contains("\u{1B}"))
        #expect(chart(.table, .bars, columns, rows, options(color: true)).contains("\u{1B}[38;5;33m"))
    }

    @Test(
        "rows without a number, and no rows, are a table; programs get the rows",
        arguments: ChartKind.allCases)
    func degenerate(_ kind: ChartKind) {
        #expect(
            chart(.table, kind, [("process", .text(.plain))], [[.text("smtp")]], options())
                == "process\nsmtp\n")
        #expect(chart(.table, kind, ChartTests.byProcess.0, [], options()) == "process  count\n")
        #expect(
            chart(.tsv, kind, ChartTests.byProcess.0, [[.text("x"), .integer(1)]]) == "process\tcount\nx\t1\n"
        )
        // Numbers of any size and sign, and missing ones.
        let odd: [[Cell]] = [
            [.text("a"), .number(-1e300)], [.text("b"), .missing], [.text("c"), .number(.infinity)],
            [.text("d"), .number(.nan)], [.missing, .number(1e300)],
        ]
        _ = chart(.table, kind, [("k", .text(.plain)), ("n", .number)], odd, options())
        _ = chart(.table, kind, [("n", .number)], [[.number(0)], [.number(0)]], options())
    }
}
