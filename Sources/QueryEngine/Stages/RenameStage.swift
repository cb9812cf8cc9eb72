import MailLog
import QuerySyntax

/// `rename f as g`: renames columns.
struct RenameStage: Stage {
    struct Item: Sendable {
        let old: Name
        let new: Name
    }

    static let form = Form<any Stage>(
        "rename", summary: "rename columns",
        examples: ["count by process | rename count as lines | head 3"],
        Parameter<[Item]>(
            "FIELD as NAME, …", grammar: "name, 'as', name, { ',', name, 'as', name }"
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
            if let index = resolution.schema.index(of: column.name) {
                columns[index].name = item.new.text
            } else {
                var column = column
                column.name = item.new.text
                columns.append(column)
            }
        }
        let counts = Dictionary(columns.map { ($0.name, 1) }, uniquingKeysWith: +)
        for item in items where counts[item.new.text, default: 0] > 1 {
            throw Diagnostic(
                "a column '\(item.new.text)' already exists", at: item.new.range,
                hint: "drop it first, or choose another name")
        }
        let isOpen = resolution.schema.isOpen
        let grouping = resolution.lastGrouping
        resolution.shape(columns, by: name)
        resolution.schema.isOpen = isOpen
        resolution.lastGrouping = grouping
    }
}
