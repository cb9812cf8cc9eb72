import MailLog
import QuerySyntax

/// `select f, g as h`: these columns, in this order.
struct SelectStage: Stage {
    struct Item: Sendable {
        let value: Expression
        let name: Name
    }

    static let form = Form<any Stage>(
        "select", aliases: ["fields", "project"], summary: "keep these columns, in this order",
        details: "A column may be an expression; name it with `as`.",
        examples: [
            "filter status=bounced | select time, to, reason as why | head 3",
            "filter status=sent | select queue_id, to_domain as domain, delay | sort -delay | head 3",
        ],
        Parameter<[Item]>(
            "FIELD [as NAME], …",
            grammar: "expression, [ 'as', name ], { ',', expression, [ 'as', name ] }", completes: .fields
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
        var computed: [(slot: Int, value: Typed)] = []
        for item in items {
            var column: Schema.Column
            if case .field(let field) = item.value {
                column = try resolution.columnOrMissing(field)
                if item.name.text != field.text { column.name = item.name.text }
            } else {
                let value = try resolution.expression(item.value)
                column = Schema.Column(name: item.name.text, type: value.type, slot: resolution.newSlot())
                computed.append((column.slot, value))
            }
            guard !columns.contains(where: { $0.name == column.name }) else {
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

/// `drop f, g`: all columns but these.
struct DropStage: Stage {
    static let form = Form<any Stage>(
        "drop", aliases: ["cut", "except"], summary: "leave columns out",
        examples: ["count by process, event | drop event | head 3"],
        .fields
    ) { (name, fields) throws(Diagnostic) in DropStage(name: name, fields: fields) }

    let name: Name
    let fields: [Name]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        var dropped: Set<String> = []
        for field in fields {
            if resolution.schema.isOpen, resolution.schema.column(field.text) == nil { continue }
            dropped.insert(try resolution.column(field).name)
        }
        let rest = resolution.schema.columns.filter { !dropped.contains($0.name) }
        guard !rest.isEmpty else {
            throw Diagnostic("'drop' leaves no column", at: name.range)
        }
        let isOpen = resolution.schema.isOpen
        resolution.shape(rest, by: name)
        resolution.schema.isOpen = isOpen
    }
}

/// `rename f as g`: the same columns under other names.
struct RenameStage: Stage {
    struct Item: Sendable {
        let old: Name
        let new: Name
    }

    static let form = Form<any Stage>(
        "rename", summary: "give columns other names",
        examples: ["count by process | rename count as lines | head 3"],
        Parameter<[Item]>(
            "FIELD as NAME, …", grammar: "name, 'as', name, { ',', name, 'as', name }",
            completes: .fields
        ) { (parser: inout Parser) throws(Diagnostic) -> [Item] in
            try parser.list { (parser: inout Parser) throws(Diagnostic) -> Item in
                let old = try parser.takeName("a field")
                guard parser.takeKeyword("as") != nil else {
                    throw Diagnostic(
                        "expected 'as' after '\(old.text)', found \(parser.found())", at: parser.here(),
                        hint: "write rename \(old.text) as NAME")
                }
                return Item(old: old, new: try parser.takeName("a name", role: .name))
            }
        }
    ) { (name, items) throws(Diagnostic) in RenameStage(name: name, items: items) }

    let name: Name
    let items: [Item]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        var columns = resolution.schema.columns
        var renamed: Set<String> = []
        for item in items {
            let column = try resolution.columnOrMissing(item.old)
            guard renamed.insert(column.name).inserted else {
                throw Diagnostic("'\(item.old.text)' is renamed twice", at: item.old.range)
            }
            if let place = columns.firstIndex(where: { $0.slot == column.slot && $0.name == column.name }) {
                columns[place].name = item.new.text
            } else {
                var column = column
                column.name = item.new.text
                columns.append(column)
            }
        }
        for item in items where columns.count(where: { $0.name == item.new.text }) > 1 {
            throw Diagnostic(
                "there is a column '\(item.new.text)' already", at: item.new.range,
                hint: "drop it first, or choose another name")
        }
        let isOpen = resolution.schema.isOpen
        let grouping = resolution.lastGrouping
        resolution.shape(columns, by: name)
        resolution.schema.isOpen = isOpen
        resolution.lastGrouping = grouping
    }
}

extension Resolution {
    /// The column of that name. Where columns are known only when rows are seen, one without values.
    mutating func columnOrMissing(_ name: Name) throws(Diagnostic) -> Schema.Column {
        if schema.column(name.text) == nil, schema.isOpen || schema.isBroken {
            return Schema.Column(name: name.text, type: .any, slot: newSlot())
        }
        return try column(name)
    }

    /// Leaves these columns, which lie where they lay; the others are known to be taken away by the stage.
    mutating func shape(_ columns: [Schema.Column], by stage: Name) {
        let keyCount = lastGrouping?.keyCount ?? 0
        let keys = Set(schema.columns.prefix(keyCount).map(\.slot))
        // Groups stay groups as long as their keys still come first.
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
