import MailLog
import QuerySyntax

/// `explode F`: a row for each element of a list.
struct ExplodeStage: Stage {
    static let form = Form<any Stage>(
        "explode", aliases: ["expand"], summary: "a row for each element of a list",
        details: "A row without elements stays one row, without a value in the column.",
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
        let column = resolution.addColumn(source.name, type)
        resolution.append(
            .each(
                Transform("explode \(source.name)", needs: [source.slot]) { next, _ in
                    ExplodeOperator(from: source.slot, to: column.slot, next)
                }))
    }
}

private final class ExplodeOperator: RowConsumer {
    private let source: Int
    private let target: Int
    private let next: any RowConsumer

    init(from source: Int, to target: Int, _ next: any RowConsumer) {
        self.source = source
        self.target = target
        self.next = next
    }

    func consume(_ row: Row) -> Bool {
        let value = row[source]
        guard value.kind == .list else {
            row[target] = value
            return next.consume(row)
        }
        guard value.elements.count > 0 else {
            row[target] = .missing
            return next.consume(row)
        }
        for element in value.elements {
            row[target] = element
            if !next.consume(row) { return false }
        }
        return true
    }

    func finish() { next.finish() }
}
