import MailLog
import QuerySyntax

/// `select f, g as h`: keeps the named columns, in this order.
struct SelectStage: Stage {
    struct Item: Sendable {
        let value: Expression
        let name: Name
    }

    static let form = Form<any Stage>(
        "select", aliases: ["fields", "project"], summary: "keep the named columns, in this order",
        details: "A column may be an expression; `as` names it.",
        examples: [
            "filter status=bounced | select time, to, reason as why | head 3",
            "filter status=sent | select queue_id, to_domain as domain, delay | sort -delay | head 3",
        ],
        Parameter<[Item]>(
            "FIELD [as NAME], …",
            grammar: "expression, [ 'as', name ], { ',', expression, [ 'as', name ] }"
        ) { (parser: inout Parser) throws(Diagnostic) -> [Item] in
            try parser.list { (parser: inout Parser) throws(Diagnostic) -> Item in
                let value = try parser.expression()
                if parser.takeKeyword("as") != nil {
                    return Item(value: value, name: try parser.takeName("a name", role: .name))
                }
                if case .field(let name) = value { return Item(value: value, name: name) }
                if case .and(let parts) = value, case .field = parts[1] {
                    throw Diagnostic(
                        "a comma is missing between columns", at: value.range,
                        hint: "write a, b")
                }
                return Item(value: value, name: Name(parser.source[value.range], value.range))
            }
        }
    ) { (name, items) throws(Diagnostic) in SelectStage(name: name, items: items) }

    let name: Name
    let items: [Item]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        var columns: [Schema.Column] = []
        var names: Set<String> = []
        var computed: [(slot: Int, value: Typed)] = []
        for item in items {
            var column: Schema.Column
            if case .field(let field) = item.value {
                column = try resolution.columnOrMissing(field)
                column.isAside = false
                if item.name.text != field.text { column.name = item.name.text }
            } else {
                let value = try resolution.expression(item.value)
                column = Schema.Column(name: item.name.text, type: value.type, slot: resolution.newSlot())
                computed.append((column.slot, value))
            }
            guard names.insert(column.name).inserted else {
                throw Diagnostic(
                    "two columns are called '\(column.name)'", at: item.name.range, hint: "name one with `as`"
                )
            }
            columns.append(column)
        }
        if !computed.isEmpty { resolution.assign(computed, title: "select, computing columns") }
        resolution.shape(columns, by: name)
    }
}

extension Resolution {
    /// Returns the column of this name. If the columns are not known before run time, returns a column of missing
    /// values instead of an error.
    mutating func columnOrMissing(_ name: Name) throws(Diagnostic) -> Schema.Column {
        if schema.column(name.text) == nil, schema.isOpen || schema.isBroken {
            return Schema.Column(name: name.text, type: .any, slot: newSlot())
        }
        return try column(name)
    }

    /// Keeps only these columns, in their slots. Errors about the other columns name the stage that removed them.
    mutating func shape(_ columns: [Schema.Column], by stage: Name) {
        let keyCount = lastGrouping?.keyCount ?? 0
        let keys = Set(schema.columns.prefix(keyCount).map(\.slot))
        // Rows still count as groups while their keys are the first columns.
        let leading = columns.prefix { keys.contains($0.slot) }.count
        let laterKeys = columns.dropFirst(leading).contains { keys.contains($0.slot) }
        lastGrouping = keyCount > 0 && leading > 0 && !laterKeys ? GroupStep(keyCount: leading) : nil
        for column in schema.columns { schema.removed[column.name] = stage }
        for column in columns { schema.removed[column.name] = nil }
        schema.columns = columns
        schema.rowName = "a row of '\(stage.text)'"
        schema.isLines = false
        schema.isOpen = false
    }
}
