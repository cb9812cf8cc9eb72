import MailLog

/// Row writer for the `chart` stage. Draws the chart after the last row. If there are no rows, prints an empty table.
final class ChartWriter: RowWriter {
    private let schema: Schema
    private let options: OutputOptions
    private let gatherer: ChartGatherer
    private let frame: TableWriter.Frame

    init(_ schema: Schema, _ options: OutputOptions, _ frame: TableWriter.Frame) {
        self.schema = schema
        var options = options
        if frame.isMarkdown { options.color = false }
        self.options = options
        self.frame = frame
        gatherer = ChartGatherer(schema)
    }

    var heldBytes: Int { gatherer.footprint }

    func begin(into text: inout [UInt8]) {}

    func append(_ row: Row, into text: inout [UInt8]) { gatherer.add(row) }

    func end(into text: inout [UInt8]) {
        guard let data = gatherer.data() else {
            return TableWriter(schema, options, frame).end(into: &text)
        }
        let lines = TextChart(data, options).lines
        // The fence is longer than any run of backquotes in the chart, so no line can end the block.
        let longest = lines.flatMap { $0.split { $0 != "`" } }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        for line in frame.isMarkdown ? [fence] + lines + [fence] : lines {
            text.append(contentsOf: "\(line)\n".utf8)
        }
    }
}
