import QuerySyntax

/// `stats n=count(), p95(delay) by KEYS`: computes several aggregates.
struct StatsStage: Stage {
    static let form = Form<any Stage>(
        "stats", aliases: ["summarize", "aggregate", "agg"],
        summary: "compute several aggregates, by keys",
        details: "An aggregate may have a name and a condition: `slow=count() if delay>1h`.",
        examples: [
            "filter event=delivery | stats n=count(), median(delay), p95(delay) by status",
            "stats deferred=count() if status=deferred, sent=count() if status=sent per 1d",
        ],
        Parameter<[AggregateItem]>(
            "[NAME=]AGGREGATE(…) [if EXPR], …", grammar: "aggregate, { ',', aggregate }"
        ) { (parser: inout Parser) throws(Diagnostic) -> [AggregateItem] in
            try parser.list { (parser: inout Parser) throws(Diagnostic) in try parser.aggregateItem() }
        },
        Parameter<Grouping>.grouping
    ) { (name, items, grouping) throws(Diagnostic) in StatsStage(name: name, items: items, grouping: grouping)
    }

    let name: Name
    let items: [AggregateItem]
    let grouping: Grouping

    var isAggregate: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        try resolution.group(by: grouping.keys, items, stage: name)
    }
}
