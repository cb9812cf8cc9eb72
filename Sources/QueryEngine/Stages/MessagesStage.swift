import MailLog
import QuerySyntax

/// `messages`: a row for each message.
struct MessagesStage: Stage {
    static let form = Form<any Stage>(
        "messages", summary: "a row for each message: sender, recipients, outcome, times",
        details: """
            A message is one use of a queue id on a host. A queue id that is used again is another message.

            Columns
            - `outcome`: delivered, deferred, bounced, expired, rejected, discarded, held, deleted, aborted, open or \
            passed. `passed`: the mail continues under another queue id, after a content filter or a requeue. If the \
            recipients differ: the first of expired, bounced, deferred, delivered.
            - `attempts`: number of delivery lines
            - `activations`: number of times that the message entered the active queue
            - `birth_seen`, `end_seen`: whether the log contains the first and the last line of the message

            Notes
            - Must be the first stage; only filters on time, host or file may precede it.
            - Rows are in the order in which messages end.
            - A message ends 5 seconds after its last line. A line that is logged later begins another message, so \
            the queue id has two rows.
            - With --follow, a row is printed when its message ends. Unfinished messages are printed when mlq stops.
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
            .lastReason(.reason), MessageColumn.lastReason(.detail).aside,
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
