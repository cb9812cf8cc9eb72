import QuerySyntax

/// `groupby KEYS`: sets the keys of the aggregate stage that follows.
struct GroupbyStage: Stage {
    static let form = Form<any Stage>(
        "groupby", aliases: ["group", "by"],
        summary: "group rows by keys; one aggregate stage follows",
        details: """
            A key is a field, an expression with a name (`lower(helo) as helo`), or `per 1h`: a bin of time, which is \
            always the first key. The next stage is the aggregate: count, sum F, p95 F, stats …
            """,
        examples: ["filter process=smtp | groupby day | count", "groupby process, severity | count"],
        Parameter<[Key]>("KEYS", grammar: "keys") {
            (parser: inout Parser) throws(Diagnostic) -> [Key] in
            _ = parser.takeKeyword("by")
            return try parser.keys()
        }
    ) { (name, keys) throws(Diagnostic) in GroupbyStage(name: name, keys: keys) }

    let name: Name
    let keys: [Key]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        // Reports errors in the keys at this stage. The aggregate resolves the keys again.
        _ = try resolution.resolve(keys)
        resolution.pendingGroups = (keys, name)
    }
}
