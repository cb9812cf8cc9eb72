import MailLog
import QuerySyntax

/// `patterns [F]`: groups texts that differ only in variable parts.
struct PatternsStage: Stage {
    static let form = Form<any Stage>(
        "patterns", aliases: ["cluster"],
        summary: "group texts that differ only in variable parts, with an example of each group",
        details: """
            First, hosts, addresses, queue ids, URLs and numbers are masked: `<host>`, `<addr>`, `<qid>`, `<url>`, \
            `<n>`. Then texts are merged into one pattern (Drain, ICWS 2017) if they have the same number of words, \
            the same first word, and at least seven of ten words in common. `<*>` marks the words that differ.

            Notes
            - Without a field: `text`, or the first column of text.
            - Codes at the start of a reply are removed, other codes are kept.
            - The most common pattern comes first.
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
        if field == nil, let text = resolution.schema.column("text") {
            column = text
        } else {
            column = try resolution.column(field, or: \.type.isText, "a text", for: name)
        }
        guard column.type.isText else {
            throw Diagnostic(
                "'\(column.name)' is \(column.type.article), not a text", at: field?.range ?? name.range)
        }
        let layout = resolution.beginRows(
            [("count", .integer), ("pattern", column.type), ("example", column.type)], by: name)
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

    var title: String { "mask \(field.name), merge similar texts" }
    var needs: Set<Int> { [field.slot] }

    func makePart(_ worker: Worker) -> PatternsPart { PatternsPart(self, worker) }
}

/// Counts of masked texts. Similar texts are merged at the end.
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
        add(table.group(Mask.apply(.text(text), worker.arena)), count: 1, first: row.order) {
            Array(UnsafeBufferPointer(start: text.base, count: text.count))
        }
        return isBounded()
    }

    private func add(_ group: Int, count: Int, first: UInt64, example: () -> [UInt8]) {
        if group == found.count { found.append(Found()) }
        found[group].count += count
        if first < found[group].first {
            found[group].first = first
            exampleBytes -= found[group].example.count
            found[group].example = example()
            exampleBytes += found[group].example.count
        }
    }

    /// Bytes in memory, including the copies that are made when similar texts are merged.
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
                "'\(plan.field.name)' has more than \(PatternsPart.mostTexts) different texts after masking; "
                    + "filter first", status: 2))
        return false
    }

    func merge(_ other: PatternsPart) {
        share = worker.run.memory
        for (group, found) in other.found.enumerated() {
            add(table.group(other.table.key(group)), count: found.count, first: found.first) { found.example }
        }
        _ = isBounded()
    }

    func emit(into next: any RowConsumer, worker: Worker) {
        let texts = found.enumerated().map { group, found in
            let key = table.key(group)
            return TextPattern(
                masked: Array(UnsafeBufferPointer(start: key.base, count: key.count)), count: found.count,
                first: found.first, example: found.example)
        }
        let emitter = RowEmitter(plan.layout, next, worker)
        for pattern in TextPattern.joined(texts) {
            let isWanted = emitter.emit { arena in
                let words = pattern.words.joined(separator: " ")
                return [.integer(pattern.count), arena.text(words), arena.text(pattern.example)]
            }
            guard isWanted else { return }
        }
    }
}
