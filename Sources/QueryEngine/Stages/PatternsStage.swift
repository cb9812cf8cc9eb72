import MailLog
import QuerySyntax

/// `patterns [F]`: texts that differ only in what varies, as one row.
struct PatternsStage: Stage {
    static let form = Form<any Stage>(
        "patterns", aliases: ["cluster"],
        summary: "group texts that differ only in what varies, with an example of each",
        details: """
            Hosts, addresses, queue ids, URLs and numbers are masked (`<host>`, `<addr>`, `<qid>`, `<url>`, `<n>`). \
            Texts of the same length and first word that then agree in seven words of ten are one pattern (Drain, \
            ICWS 2017), with `<*>` where they differ. Without a field: `text`, or the first text of the rows. Codes \
            that lead a reply are left out, others stay. \
            The commonest pattern comes first.
            """,
        examples: [
            "filter status=deferred | patterns reason", "patterns | head 5",
            "filter severity!=info | patterns | select count, pattern",
        ],
        Parameter<Name>.field.optional
    ) { (name, field) throws(Diagnostic) in PatternsStage(name: name, field: field) }

    let name: Name
    let field: Name?

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let column: Schema.Column
        if let field {
            column = try resolution.column(field)
        } else if let first = resolution.schema.column("text")
            ?? resolution.schema.columns.first(where: { $0.type.isText })
        {
            column = first
        } else {
            throw Diagnostic(
                "'patterns' needs a text, and \(resolution.schema.rowName) has none", at: name.range)
        }
        guard column.type.isText else {
            throw Diagnostic(
                "'\(column.name)' is \(column.type.article), not a text", at: field?.range ?? name.range)
        }
        let layout = resolution.beginRows(
            [
                ("count", .integer, .missing), ("pattern", column.type, .missing),
                ("example", column.type, .missing),
            ], rowName: "a row of 'patterns'", by: name)
        let pattern = resolution.schema.columns[1]
        resolution.origin = RowOrigin(
            behind: name.range,
            [
                RowOrigin.Condition(columns: [pattern]) { values, _ in
                    "\(QueryText.name(column.name)) ~ \(TextPattern.regex(values[0].bytes.string))"
                }
            ])
        resolution.timeRange = nil
        resolution.append(.reduce(Patterns(field: column, layout: layout)))
    }
}

private struct Patterns: Reduction {
    let field: Schema.Column
    let layout: Layout

    var title: String { "mask \(field.name), join what is similar" }
    var needs: Set<Int> { [field.slot] }

    func makePart(_ worker: Worker) -> PatternsPart { PatternsPart(self, worker) }
}

/// Counts masked texts; what is similar is joined when all are there.
private final class PatternsPart: ReductionPart {
    private struct Found {
        var count = 0
        var first: UInt64 = .max
        var example: [UInt8] = []
    }

    private let plan: Patterns
    private let worker: Worker
    private var table = GroupTable()
    private var found: [Found] = []
    private var exampleBytes = 0
    private var share: Int

    private static let mostTexts = 100_000
    private static let longestText = 2000

    init(_ plan: Patterns, _ worker: Worker) {
        self.plan = plan
        self.worker = worker
        share = worker.run.share
    }

    func consume(_ row: Row) -> Bool {
        let value = row[plan.field.slot]
        guard value.kind == .text, !value.bytes.isEmpty else { return true }
        let text = value.bytes.prefix(PatternsPart.longestText)
        let place = Mask.apply(.text(text), worker.arena).withUnsafeBufferPointer { masked in
            table.group(Bytes(masked.baseAddress.unsafelyUnwrapped, count: masked.count))
        }
        add(place, count: 1, first: row.order) {
            Array(UnsafeBufferPointer(start: text.base, count: text.count))
        }
        return isBounded()
    }

    private func add(_ place: Int, count: Int, first: UInt64, example: () -> [UInt8]) {
        if place == found.count { found.append(Found()) }
        found[place].count += count
        if first < found[place].first {
            found[place].first = first
            exampleBytes -= found[place].example.count
            found[place].example = example()
            exampleBytes += found[place].example.count
        }
    }

    /// Bytes held, and their copies as words when similar texts are joined.
    private var footprint: Int {
        (table.footprint + exampleBytes + found.capacity * MemoryLayout<Found>.stride) * 2
    }

    private func isBounded() -> Bool {
        guard footprint <= share else {
            worker.run.failForMemory("'\(plan.field.name)' has more different texts", "filter first")
            return false
        }
        guard table.count > PatternsPart.mostTexts else { return true }
        worker.run.fail(
            RunFailure(
                "'\(plan.field.name)' has more than \(PatternsPart.mostTexts) different texts even when what varies "
                    + "is masked; filter first", status: 2))
        return false
    }

    func merge(_ other: PatternsPart) {
        share = worker.run.memory
        for (place, found) in other.found.enumerated() {
            add(table.group(other.table.key(place)), count: found.count, first: found.first) {
                found.example
            }
        }
        _ = isBounded()
    }

    func emit(into next: any RowConsumer, worker: Worker) {
        let texts = found.indices.map { place in
            let key = table.key(place)
            return TextPattern(
                masked: Array(UnsafeBufferPointer(start: key.base, count: key.count)),
                count: found[place].count, first: found[place].first, example: found[place].example)
        }
        let buffer = RowBuffer(plan.layout)
        for (place, template) in TextPattern.joined(texts).enumerated() {
            worker.arena.reset()
            buffer.slots[0] = .integer(template.count)
            buffer.slots[1] = worker.arena.text(template.words.joined(separator: " "))
            buffer.slots[2] = worker.arena.text(template.example)
            guard next.consume(buffer.row(order: UInt64(place + 1), worker: worker)) else { return }
        }
    }
}
