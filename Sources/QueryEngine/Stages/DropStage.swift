import MailLog
import QuerySyntax

/// `drop f, g`: removes columns.
struct DropStage: Stage {
    static let form = Form<any Stage>(
        "drop", aliases: ["cut", "except"], summary: "remove columns",
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
            throw Diagnostic("'drop' removes all columns", at: name.range)
        }
        let isOpen = resolution.schema.isOpen
        resolution.shape(rest, by: name)
        resolution.schema.isOpen = isOpen
    }
}
