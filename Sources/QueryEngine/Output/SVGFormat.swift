import MailLog

extension OutputFormat {
    /// A picture of the rows.
    static let svg = OutputFormat(
        "svg", summary: "a picture of the rows, as `chart` draws them", isPiecewise: false,
        columns: \.readable
    ) { schema, _ in SVGWriter(schema) }
}

private final class SVGWriter: RowWriter {
    private let gatherer: ChartGatherer

    init(_ schema: Schema) { gatherer = ChartGatherer(schema) }

    func begin(into text: inout [UInt8]) {}

    func append(_ row: Row, into text: inout [UInt8]) { gatherer.add(row) }

    func end(into text: inout [UInt8]) {
        let picture = gatherer.data().map { SVGChart($0).text }
        text.append(contentsOf: (picture ?? SVGWriter.empty).utf8)
    }

    private static let empty = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 40"><text x="8" y="24">no numbers to draw</text></svg>

        """
}
