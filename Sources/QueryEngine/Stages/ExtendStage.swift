import MailLog
import QuerySyntax

/// `extend x = EXPR, …`: adds columns that are computed from each row.
struct ExtendStage: Stage {
    struct Item: Sendable {
        let name: Name
        let value: Expression
    }

    static let form = Form<any Stage>(
        "extend", aliases: ["eval", "derive"], summary: "add computed columns",
        details:
            "An expression may use the columns before it. A new column replaces an existing one of the same name.",
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
    /// Appends a step that computes values and stores them in slots.
    mutating func assign(_ values: [(slot: Int, value: Typed)], title: String) {
        let needs = values.reduce(into: Set<Int>()) { $0.formUnion($1.value.needs) }
        let isSequential = values.contains { $0.value.isSequential }
        each(title, needs: needs, inOrder: isSequential) { next, _ in
            let values = values.map { (slot: $0.slot, evaluate: $0.value.make()) }
            return RowOperator(next) { row in
                for value in values { row[value.slot] = value.evaluate(row) }
                return next.consume(row)
            }
        }
    }
}
