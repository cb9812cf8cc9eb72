import MailLog
import QuerySyntax

/// `sort -a, b`: sorts rows; equal rows keep their order.
struct SortStage: Stage {
    struct Item: Sendable {
        let expression: Expression
        let descending: Bool
    }

    static let form = Form<any Stage>(
        "sort", aliases: ["order"], summary: "sort rows; -field is descending",
        details:
            "Missing values come last in both directions. Equal rows keep their order. `order by` is accepted.",
        examples: ["count by process | sort process", "filter status=sent | sort -delay | head 3"],
        Parameter<[Item]>(
            "[-]FIELD, …", grammar: "[ '-' ], expression, { ',', [ '-' ], expression }"
        ) {
            (parser: inout Parser) throws(Diagnostic) -> [Item] in
            _ = parser.takeKeyword("by")
            return try parser.list { (parser: inout Parser) throws(Diagnostic) -> Item in
                let minus = parser.takeSymbol("-", .operator)
                if minus == nil { _ = parser.takeSymbol("+", .operator) }
                let expression = try parser.expression()
                if parser.takeKeyword("desc") != nil { return Item(expression: expression, descending: true) }
                _ = parser.takeKeyword("asc")
                return Item(expression: expression, descending: minus != nil)
            }
        }
    ) { (_, items) throws(Diagnostic) in SortStage(items: items) }

    let items: [Item]

    var keepsColumns: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        var keys: [SortReduction.Key] = []
        for item in items {
            keys.append(
                SortReduction.Key(
                    expression: try resolution.expression(item.expression), descending: item.descending))
        }
        try resolution.refuseSequential(keys.map(\.expression))
        resolution.append(.reduce(resolution.sort(by: keys)))
    }
}

extension Resolution {
    /// Returns a sort that keeps all columns, in their slots.
    func sort(by keys: [SortReduction.Key], limit: Int? = nil) -> SortReduction {
        SortReduction(keys: keys, slots: allSlots.sorted(), layout: layout, limit: limit)
    }
}
