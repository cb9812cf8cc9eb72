import MailLog
import QuerySyntax

/// `deliveries`: a row for each attempt to deliver, with what the log tells of its message.
struct DeliveriesStage: Stage {
    static let form = Form<any Stage>(
        "deliveries",
        summary: "a row for each attempt to deliver, with its message's sender, size and client",
        details: """
            It starts a pipeline; a filter on time, host or file may stand before it. A row has the fields of the \
            delivery line and those of the message, which stand on other lines. `attempt` counts those for the \
            recipient, `gap` is the time since the one before, `age` the time since the message began. All \
            delivery agents count, also `error`, which logs the deferrals of a destination that is known to be \
            dead. Rows come in the order of the log.
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

    private static let shown: [MessageColumn] =
        ["time", "host", "queue_id", "process"].map { .ofLine($0) } + MessageColumn.ofMessage
        + ["to", "orig_to", "relay", "delay", "dsn", "status", "reason"].map { .ofLine($0) }
        + [
            .ofAttempt("attempt", .integer) { _, attempt, _ in .integer(attempt.number) },
            .ofAttempt("gap", .duration) { _, attempt, _ in attempt.gap },
            .ofAttempt("age", .duration) { message, _, time in
                message.hasBirth ? MessageColumn.span(message.first, time) : .missing
            },
        ]

    /// Every other field that a delivery line has, and what else is known of the message.
    private static let aside: [MessageColumn] =
        Fields.all.filter { field in
            isOnDeliveryLines(field) && !shown.contains { $0.name == field.name }
        }.map { .ofLine($0.name).aside }
        + [MessageColumn.origin.aside, MessageColumn.hasBirth.aside] + MessageColumn.ofMessageAside

    private static let columns = shown + aside

    private static func isOnDeliveryLines(_ field: Field) -> Bool {
        switch field.origin {
        case .envelope: true
        case .shape: DeliveryShape().slots.contains(field.slot)
        case .derived(let source, _): isOnDeliveryLines(Field(source))
        }
    }
}
