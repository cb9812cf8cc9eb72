import MailLog
import QuerySyntax

/// `explode F`: makes a row for each element of a list.
struct ExplodeStage: Stage {
    static let form = Form<any Stage>(
        "explode", aliases: ["expand"], summary: "make a row for each element of a list",
        details: "A row with an empty list is kept, with a missing value.",
        examples: ["filter status=bounced | stats to = values(to) by queue_id | explode to | head 5"],
        .field
    ) { (_, field) throws(Diagnostic) in ExplodeStage(field: field) }

    let field: Name

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let source = try resolution.columnOrMissing(field)
        let type: ValueType
        switch source.type {
        case .list(let element): type = element
        case .any: type = .any
        default:
            throw Diagnostic(
                "'\(source.name)' is \(source.type.article), not a list", at: field.range,
                hint: "lists come from values(…), list(…) and split(…)")
        }
        let target = resolution.addColumn(source.name, type).slot
        resolution.each("explode \(source.name)", needs: [source.slot]) { next, _ in
            RowOperator(next) { row in
                let value = row[source.slot]
                guard value.kind == .list, value.elements.count > 0 else {
                    row[target] = value.kind == .list ? .missing : value
                    return next.consume(row)
                }
                for element in value.elements {
                    row[target] = element
                    if !next.consume(row) { return false }
                }
                return true
            }
        }
    }
}
