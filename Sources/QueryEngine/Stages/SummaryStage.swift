import MailLog
import QuerySyntax

/// One aggregate as a stage: `count`, `sum bytes by process`, `p95 delay if status=sent per 1h`.
struct SummaryStage: Stage {
    /// Stages of the aggregates with `isStage`.
    static let forms: [Form<any Stage>] = Aggregates.all.forms.compactMap { aggregate in
        guard let product = try? aggregate.parseProduct(Name(aggregate.name, SourceRange(0, 0))),
            product.isStage
        else { return nil }
        return form(of: aggregate, product)
    }

    private static func form(of aggregate: Form<Aggregate>, _ product: Aggregate) -> Form<any Stage> {
        let rules = product.arguments
        let usage = rules.map { $0.isOptional ? "[FIELD]" : "FIELD" }.joined(separator: ", ")
        let operand = Parameter<[Expression]>(
            usage, grammar: rules.isEmpty ? "" : rules[0].isOptional ? "[ expression ]" : "expression"
        ) { (parser: inout Parser) throws(Diagnostic) -> [Expression] in
            parser.foresee { (parser: inout Parser) throws(Diagnostic) in try parser.expression() }
            if parser.atEndOfStage() || parser.clauseFollows() { return [] }
            return try parser.list { (parser: inout Parser) throws(Diagnostic) in try parser.expression() }
        }
        return Form<any Stage>(
            aggregate.name, aliases: aggregate.aliases, family: aggregate.family, summary: aggregate.summary,
            details: aggregate.details, examples: aggregate.examples, operand, Parameter<Grouping>.grouping
        ) { (name, operands, grouping) throws(Diagnostic) in
            SummaryStage(name: name, operands: operands, grouping: grouping)
        }
    }

    let name: Name
    let operands: [Expression]
    let grouping: Grouping

    var isAggregate: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let call = AggregateItem(
            name: nil, function: name, arguments: operands, condition: grouping.condition, range: name.range)
        try resolution.group(by: grouping.keys, [call], stage: name)
    }
}

/// Aggregate in a query, with its name and condition: `n = p95(delay) if status=sent`.
struct AggregateItem: Sendable {
    let name: Name?
    let function: Name
    let arguments: [Expression]
    var condition: Expression?
    let range: SourceRange

    /// `count`, `sum_bytes`, `p95_delay`
    var columnName: String {
        if let name { return name.text }
        let parts = arguments.compactMap { argument -> String? in
            switch argument {
            case .field(let field): field.text
            case .call(let name, _, _): name.text
            default: nil
            }
        }
        return ([function.text.lowercased()] + parts.prefix(1)).joined(separator: "_")
    }
}

extension Parameter where Value == AggregateItem {
    static var aggregate: Parameter {
        Parameter("AGGREGATE", grammar: "aggregate") {
            (parser: inout Parser) throws(Diagnostic) -> AggregateItem in try parser.aggregateItem()
        }
    }
}

extension Parser {
    /// `[name =] AGGREGATE(args) [if EXPR]`
    mutating func aggregateItem() throws(Diagnostic) -> AggregateItem {
        var name: Name?
        var function = try takeName("an aggregate such as count()", role: .function)
        if takeSymbol("=", .operator) != nil {
            name = function
            function = try takeName("an aggregate such as count()", role: .function)
        }
        let range = function.range
        var arguments: [Expression] = []
        skipSpace()
        if byte() == 40 {
            let opening = try open()
            skipSpace()
            if let per = takeKeyword("per") {
                // `rate(per 1m)`
                let span = try takeDurationWord()
                arguments = [.number(span.text, per.through(span.range))]
            } else if byte() != 41 {
                arguments = try list { (parser: inout Parser) throws(Diagnostic) in try parser.expression() }
            }
            _ = try close(opening)
        }
        let condition = takeKeyword("if") == nil ? nil : try expression()
        return AggregateItem(
            name: name, function: function, arguments: arguments, condition: condition, range: range)
    }
}

extension Resolution {
    mutating func resolve(_ item: AggregateItem) throws(Diagnostic) -> GroupReduction.Item {
        let aggregates = environment.language.aggregates
        guard let form = aggregates[item.function.text] else {
            if environment.language.functions[item.function.text] != nil {
                throw Diagnostic(
                    "'\(item.function.text)' is a function of one row, not an aggregate",
                    at: item.function.range,
                    hint: "aggregates: \(aggregates.forms.map(\.name).joined(separator: ", "))")
            }
            throw aggregates.unknown(item.function)
        }
        let aggregate = try form.parseProduct(item.function)
        let call = try call(
            item.function, item.arguments.map { Expression.Argument(name: nil, value: $0) },
            aggregate.arguments,
            item.range, usage: form.callUsage)
        let condition = try item.condition.map { (condition) throws(Diagnostic) in
            try self.condition(condition)
        }
        return GroupReduction.Item(
            name: item.columnName, aggregate: try aggregate.resolve(call, &self), condition: condition)
    }

    /// Groups rows, for `count`, `stats`, `top` and others. The keys of a preceding `groupby` come first.
    mutating func group(
        by ownKeys: [Key], _ items: [AggregateItem], stage: Name, order: GroupOrder? = nil, limit: Int? = nil
    ) throws(Diagnostic) {
        let keys = (pendingGroups?.keys ?? []) + ownKeys
        let start = pendingGroups?.stage.range ?? stage.range
        pendingGroups = nil
        let resolvedKeys = try resolve(keys)
        groupBin =
            resolvedKeys.lazy.compactMap { key -> TimeBin? in
                if case .time(let bin) = key.value.type, bin != .instant { bin } else { nil }
            }.first
        var resolvedItems: [GroupReduction.Item] = []
        var names = Set(resolvedKeys.map(\.name))
        for item in items {
            let resolved = try resolve(item)
            guard names.insert(resolved.name).inserted else {
                throw Diagnostic(
                    "two columns are called '\(resolved.name)'", at: item.range,
                    hint: "name one: n=\(item.function.text)(…)")
            }
            resolvedItems.append(resolved)
        }
        try refuseSequential(resolvedKeys.map(\.value) + resolvedItems.flatMap(\.aggregate.inputs))
        if let condition = resolvedItems.compactMap(\.condition).first(where: \.isSequential) {
            throw sequentialInGroups(condition.range)
        }
        let startsWithTime = resolvedKeys.first?.value.type.isTime ?? false
        let order =
            order ?? (startsWithTime || resolvedItems.isEmpty ? .keys : .aggregate(0, descending: true))
        let columns =
            resolvedKeys.map { ($0.name, $0.value.type, Value.missing) }
            + resolvedItems.map { ($0.name, $0.aggregate.type, $0.aggregate.empty) }
        let shares = resolvedItems.indices.filter { resolvedItems[$0].aggregate.isShare }
            .map { resolvedKeys.count + $0 }
        let layout = beginRows(columns, rowName: "a row of '\(stage.text)'", by: stage)
        let title =
            "group by \(resolvedKeys.isEmpty ? "nothing" : resolvedKeys.map(\.name).joined(separator: ", ")): "
            + resolvedItems.map(\.name).joined(separator: ", ")
        append(
            .reduce(
                GroupReduction(
                    keys: resolvedKeys.map(\.value), items: resolvedItems, order: order, layout: layout,
                    title: title,
                    limit: shares.isEmpty ? limit : nil)))
        if !shares.isEmpty {
            append(.reduce(ShareReduction(shares: shares, slots: allSlots.sorted(), layout: layout)))
            if let limit { append(HeadStage.step(limit)) }
        }
        lastGrouping = GroupStep(keyCount: resolvedKeys.count)
        // The rows of a group meet the condition of a single aggregate, and have its keys. Key `i` is in slot `i`.
        let counted = items.count == 1 ? items[0].condition : nil
        origin = RowOrigin(
            behind: start,
            (counted.map { [.fixed { [range = $0.range] in "(\($0[range]))" }] } ?? [])
                + zip(keys.filter(\.isBin) + keys.filter { !$0.isBin }, schema.columns).map { .key($0, $1) })
        if resolvedKeys.count == 1, startsWithTime, limit == nil { fillBins() }
    }

    /// Throws if a value depends on previous rows: stages that group or sort take rows in any order.
    func refuseSequential(_ values: [Typed]) throws(Diagnostic) {
        if let value = values.first(where: \.isSequential) { throw sequentialInGroups(value.range) }
    }

    private func sequentialInGroups(_ range: SourceRange) -> Diagnostic {
        Diagnostic(
            "prev, delta and running need rows in order, but this stage takes rows in any order", at: range,
            hint: "compute them with `extend` first")
    }
}
