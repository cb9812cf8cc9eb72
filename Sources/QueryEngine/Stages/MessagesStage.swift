import MailLog
import QuerySyntax

/// `messages`: a row for each message, from its birth to its end.
struct MessagesStage: Stage {
    static let form = Form<any Stage>(
        "messages", summary: "a row for each message: who sent it, to whom, what became of it",
        details: """
            It starts a pipeline; a filter on time, host or file may stand before it. A message is a queue id on a \
            host, once: an id that comes back is another message. `outcome` is delivered, deferred, bounced, \
            expired, rejected, discarded, held, deleted, aborted or open; with unlike recipients the first of \
            expired, bounced, deferred, delivered; `passed` is a message that goes on under another queue id, \
            behind a content filter or a requeue. `attempts` are delivery lines, `activations` entries into the \
            active queue. `birth_seen` and `end_seen` tell whether the log shows how it began and ended. Rows \
            come in the order in which messages end.
            """,
        examples: [
            "messages | count by outcome", "messages | filter outcome=expired | groupby from_domain | count",
            "messages | filter from_domain=ml.example.jp | select queue_id, recipients, outcome, reason | head 3",
            "messages | filter parent_kind=notification | count by day | head 5",
        ]
    ) { (name) throws(Diagnostic) in MessagesStage(name: name) }

    let name: Name

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        try resolution.beginMessages(.message, MessagesStage.columns, by: name)
    }

    private static let columns: [MessageColumn] =
        MessageColumn.birth + [MessageColumn.host, MessageColumn.queueID, MessageColumn.origin]
        + MessageColumn.ofMessage
        + [
            .computed("recipients", .list(.text(.address))) { message, arena in
                arena.list(message.recipients.map { message.lend($0.to) })
            },
            .word("outcome", Message.outcomes) { $0.outcome?.word },
            .lastReason("reason"), MessageColumn.lastReason("detail").aside,
            .computed("nsent", .integer) { message, _ in
                .integer(message.count(.delivered) + message.count(.passed))
            },
            .computed("ndeferred", .integer) { message, _ in .integer(message.count(.deferred)) },
            .computed("nbounced", .integer) { message, _ in .integer(message.count(.bounced)) },
            .computed("nexpired", .integer) { message, _ in .integer(message.count(.expired)) },
            .computed("ndiscarded", .integer) { message, _ in .integer(message.count(.discarded)) }.aside,
            .computed("attempts", .integer) { message, _ in .integer(message.attempts) },
            .computed("activations", .integer) { message, _ in .integer(message.activations) },
            .computed("lines", .integer) { message, _ in .integer(message.lines) }.aside,
            .computed("first", .time(.instant)) { message, _ in message.first }.aside,
            .computed("last", .time(.instant)) { message, _ in message.last },
            .computed("removed", .time(.instant)) { message, _ in message.removed },
            .computed("queue_time", .duration) { message, _ in
                message.hasBirth ? MessageColumn.span(message.first, message.removed) : .missing
            },
            .computed("parent_queue_id", .text(.plain)) { message, _ in message.parentQueueID },
            .word("parent_kind", Message.kinships) { $0.parentKind?.word },
            .computed("children", .list(.text(.plain))) { message, arena in arena.list(message.children) },
            .computed("next_hop_queue_id", .text(.plain)) { message, _ in message.nextHop },
            MessageColumn.hasBirth, MessageColumn.hasEnd,
        ] + MessageColumn.ofMessageAside
}
