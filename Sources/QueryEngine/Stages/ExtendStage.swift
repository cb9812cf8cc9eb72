import MailLog
import QuerySyntax

/// `extend x = EXPR, …`: new columns, computed row by row.
struct ExtendStage: Stage {
    struct Item: Sendable {
        let name: Name
        let value: Expression
    }

    static let form = Form<any Stage>(
        "extend", aliases: ["eval", "derive"], summary: "add columns that are computed",
        details: """
            Each expression sees the columns before it. A column that is there already is replaced, for later \
            stages too.
            """,
        examples: [
            "filter status=sent | extend kept = delay - delay_d | select queue_id, kept | head 3",
            "filter event=delivery | extend slow = (delay > 30s) | count by slow",
        ],
        Parameter<[Item]>(
            "NAME = EXPR, …", grammar: "name, '=', expression, { ',', name, '=', expression }"
        ) { (parser: inout Parser) throws(Diagnostic) -> [Item] in
            try parser.list { (parser: inout Parser) throws(Diagnostic) -> Item in
                let name = try parser.takeName("the name of the new column", role: .name)
                guard parser.takeSymbol("=", .operator) != nil else {
                    throw Diagnostic(
                        "expected '=' after '\(name.text)', found \(parser.found())", at: parser.here(),
                        hint: "write extend \(name.text) = …")
                }
                return Item(name: name, value: try parser.expression())
            }
        }
    ) { (_, items) throws(Diagnostic) in ExtendStage(items: items) }

    let items: [Item]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        var values: [(slot: Int, value: Typed)] = []
        for item in items {
            let value = try resolution.expression(item.value)
            values.append((resolution.addColumn(item.name.text, value.type).slot, value))
        }
        let names = items.prefix(12).map(\.name.text).joined(separator: ", ")
        resolution.assign(values, title: "extend \(names)\(items.count > 12 ? ", …" : "")")
    }
}

extension Resolution {
    /// Appends the step that computes values into slots.
    mutating func assign(_ values: [(slot: Int, value: Typed)], title: String) {
        let needs = values.reduce(into: Set<Int>()) { $0.formUnion($1.value.needs) }
        let isSequential = values.contains { $0.value.isSequential }
        append(
            .each(
                Transform(title, needs: needs, inOrder: isSequential) { next, _ in
                    AssignOperator(values.map { ($0.slot, $0.value.make()) }, next)
                }))
    }
}

private final class AssignOperator: RowConsumer {
    private let values: [(slot: Int, evaluate: Typed.Evaluate)]
    private let next: any RowConsumer

    init(_ values: [(slot: Int, evaluate: Typed.Evaluate)], _ next: any RowConsumer) {
        self.values = values
        self.next = next
    }

    func consume(_ row: Row) -> Bool {
        for value in values { row[value.slot] = value.evaluate(row) }
        return next.consume(row)
    }

    func finish() { next.finish() }
}
