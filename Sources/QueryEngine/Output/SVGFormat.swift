import MailLog

extension OutputFormat {
    static let svg = OutputFormat(
        "svg", summary: "a picture of the rows, as `chart` draws them", isPiecewise: false,
        columns: \.readable
    ) { schema, _ in SVGWriter(schema) }
}

private final class SVGWriter: RowWriter {
    private let gatherer: ChartGatherer

    init(_ schema: Schema) { gatherer = ChartGatherer(schema) }

    var heldBytes: Int { gatherer.footprint }

    func begin(into text: inout [UInt8]) {}

    func append(_ row: Row, into text: inout [UInt8]) { gatherer.add(row) }

    func end(into text: inout [UInt8]) {
        text.append(contentsOf: (gatherer.data().map { SVGChart($0).text } ?? SVGChart.empty).utf8)
    }
}
