import MailLog
import QuerySyntax

/// `top N [KEYS] [by AGGREGATE] [per D]` and `rare N …`: the groups with the largest or smallest aggregate.
struct TopStage: Stage {
    static let top = form(
        "top", [], descending: true,
        summary: "the N keys with the most rows, or with the largest aggregate",
        examples: [
            "filter status=deferred | top 10 queue_id", "top 3 relay_name by p95(delay) if status=sent",
            "top 2 process per 1d", "count by process, host | top 3",
        ])
    static let rare = form(
        "rare", ["bottom"], descending: false,
        summary: "the N keys with the fewest rows, or with the smallest aggregate",
        examples: ["rare 5 process", "rare 3 relay_name by max(delay)"])

    private static func form(
        _ name: String, _ aliases: [String], descending: Bool, summary: String, examples: [String]
    ) -> Form<any Stage> {
        Form<any Stage>(
            name, aliases: aliases, summary: summary,
            details: """
                With `per`, N keys of each bin of time. Without keys: the rows with the \
                \(descending ? "largest" : "smallest") value in the last column that is a number. Without N: 10.
                """,
            examples: examples,
            Parameter<Int?>("[N]", grammar: "[ count ]") {
                (parser: inout Parser) throws(Diagnostic) -> Int? in
                parser.numberFollows() ? try parser.takeCount() : nil
            },
            Parameter<[Key]>.keys.optional,
            Parameter<Ranking>.ranking
        ) { (name, count, keys, ranking) throws(Diagnostic) in
            TopStage(
                name: name, count: count ?? 10, keys: keys ?? [], ranking: ranking, descending: descending)
        }
    }

    let name: Name
    let count: Int
    let keys: [Key]
    let ranking: Ranking
    let descending: Bool

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard !keys.isEmpty else {
            guard ranking.aggregate == nil, ranking.bin == nil else {
                throw Diagnostic(
                    "'\(name.text)' needs keys before 'by' and 'per'", at: name.range,
                    hint: "such as `\(name.text) 10 queue_id by max(delay)`")
            }
            return try rankRows(&resolution)
        }
        var item =
            ranking.aggregate
            ?? AggregateItem(name: nil, function: Name("count", name.range), arguments: [], range: name.range)
        item.condition = item.condition ?? ranking.condition
        guard let bin = ranking.bin else {
            return try resolution.group(
                by: keys, [item], stage: name, order: .aggregate(0, descending: descending), limit: count)
        }
        try resolution.group(by: [.per(bin)] + keys, [item], stage: name, order: .keys)
        // The bin is the first column, the aggregate the last.
        let columns = resolution.schema.columns
        let order = [columns[0], columns[columns.count - 1]] + columns[1..<columns.count - 1]
        let sortKeys = order.enumerated().map { index, column in
            SortReduction.Key(
                expression: Typed(column: column, range: name.range), descending: index == 1 && descending)
        }
        resolution.append(.reduce(resolution.sort(by: sortKeys)))
        let (slot, count) = (columns[0].slot, count)
        resolution.each("the first \(count) of each bin", needs: [slot], inOrder: true) { next, _ in
            var bin: Value?
            var left = 0
            return RowOperator(next) { row in
                let value = row[slot]
                if bin.map({ $0.bits != value.bits || $0.kind != value.kind }) ?? true {
                    bin = value
                    left = count
                }
                guard left > 0 else { return true }
                left -= 1
                return next.consume(row)
            }
        }
    }

    private func rankRows(_ resolution: inout Resolution) throws(Diagnostic) {
        guard !resolution.schema.isLines,
            let column = resolution.schema.columns.last(where: { $0.type.isNumeric })
        else {
            throw Diagnostic(
                "'\(name.text) \(count)' needs a key or a column with numbers", at: name.range,
                hint: "such as `\(name.text) \(count) queue_id`")
        }
        let key = SortReduction.Key(
            expression: Typed(column: column, range: name.range), descending: descending)
        resolution.append(.reduce(resolution.sort(by: [key], limit: count)))
    }
}

/// Clauses of `top`: the aggregate to rank by, a condition on the rows, and a bin of time.
struct Ranking: Sendable {
    var aggregate: AggregateItem?
    var condition: Expression?
    var bin: Name?
}

extension Parameter where Value == Ranking {
    static var ranking: Parameter {
        Parameter(
            "[by AGGREGATE] [if EXPR] [per D]",
            grammar: "{ 'by', aggregate | 'if', expression | 'per', duration }"
        ) { (parser: inout Parser) throws(Diagnostic) -> Ranking in
            var ranking = Ranking()
            while true {
                if parser.takeKeyword("by") != nil {
                    ranking.aggregate = try parser.aggregateItem()
                } else if parser.takeKeyword("per") != nil {
                    ranking.bin = try parser.takeDurationWord()
                } else if parser.takeKeyword("if") != nil {
                    ranking.condition = try parser.expression()
                } else {
                    return ranking
                }
            }
        }
    }
}
