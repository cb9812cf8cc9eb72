import MailLog
import QuerySyntax

/// `deliveries`: a row for each delivery attempt, with fields of its message.
struct DeliveriesStage: Stage {
    static let form = Form<any Stage>(
        "deliveries",
        summary: "a row for each delivery attempt, with the sender, size and client of its message",
        details: """
            Columns
            - the fields of the delivery line
            - the fields of the message, which other lines contain: sender, size, client …
            - `attempt`: number of the attempt for this recipient, from 1
            - `gap`: time since the previous attempt for this recipient
            - `age`: time since the message began

            Notes
            - Must be the first stage; only filters on time, host or file may precede it.
            - All delivery agents count, also `error`: it logs deferrals of mail to a destination that is known to \
            be dead.
            - Rows are in the order of the log.
            """,
        examples: [
            "deliveries | filter status=deferred from=maint-admin@ml.example.jp | count by day",
            "deliveries | filter status=sent | stats n=count(), median(delay_d), p95(delay_d) by relay_name | head 5",
            "deliveries | filter attempt > 100 | groupby queue_id, to | max attempt",
        ]
    ) { (name) throws(Diagnostic) in DeliveriesStage(name: name) }

    let name: Name

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        try resolution.beginMessages(.attempt, DeliveriesStage.columns, by: name)
    }

    private static let origin: [Field] = [.time, .host, .queueID, .process]
    private static let result: [Field] = [.to, .origTo, .relay, .delay, .dsn, .status, .reason]

    private static let shown: [MessageColumn] =
        origin.map { MessageColumn.ofLine($0) } + MessageColumn.ofMessage
        + result.map { MessageColumn.ofLine($0) }
        + [
            .ofAttempt("attempt", .integer) { _, attempt, _ in .integer(attempt.number) },
            .ofAttempt("gap", .duration) { _, attempt, _ in attempt.gap },
            .ofAttempt("age", .duration) { message, _, time in
                message.hasBirth ? MessageColumn.span(message.first, time) : .missing
            },
        ]

    /// All other fields of a delivery line and of the message.
    private static let aside: [MessageColumn] =
        Fields.all.filter { field in
            isOnDeliveryLines(field) && !shown.contains { $0.name == field.name }
        }.map { MessageColumn.ofLine($0).aside }
        + [MessageColumn.origin.aside, MessageColumn.hasBirth.aside] + MessageColumn.ofMessageAside

    private static let columns = shown + aside

    private static func isOnDeliveryLines(_ field: Field) -> Bool {
        switch field.origin {
        case .envelope: true
        case .shape: DeliveryShape().fields.contains(field)
        case .derived(let source, _): isOnDeliveryLines(source)
        }
    }
}
