import MailLog
import QuerySyntax

/// `recipients`: a row for each recipient of each message.
struct RecipientsStage: Stage {
    static let form = Form<any Stage>(
        "recipients", summary: "a row for each recipient of each message: whether the mail arrived",
        details: """
            Columns
            - `to`: the address after alias expansion
            - `orig_to`: the address before alias expansion, if it differs
            - `recipient`: the address that the sender used: `orig_to`, or else `to`
            - `fate`: delivered, deferred, bounced, expired, discarded or passed. `passed`: the mail continues under \
            another queue id.
            - `status`, `relay`, `delay`, `dsn`, `reason`: those of the last delivery attempt

            Notes
            - Must be the first stage; only filters on time, host or file may precede it.
            - The rows of a message are printed when it ends.
            """,
        examples: [
            "recipients | count by fate",
            "recipients | filter \"sally@uk.psi.com\" | select queue_id, from, attempts, fate | head 3",
            "recipients | filter fate=expired | top 5 to_domain",
        ]
    ) { (name) throws(Diagnostic) in RecipientsStage(name: name) }

    let name: Name

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        try resolution.beginMessages(.recipient, RecipientsStage.columns, by: name)
    }

    private static let columns: [MessageColumn] =
        MessageColumn.birth + [MessageColumn.host, MessageColumn.queueID] + MessageColumn.ofMessage
        + [
            .ofRecipient("recipient", .text(.address)) { message, recipient, _, _ in
                message.lend(recipient.originalTo.isMissing ? recipient.to : recipient.originalTo)
            },
            .ofRecipient("to", .text(.address)) { message, recipient, _, _ in message.lend(recipient.to) },
            .ofRecipient("orig_to", .text(.address)) { message, recipient, _, _ in
                message.lend(recipient.originalTo)
            },
            .ofRecipient("fate", .text(.oneOf(fates))) { message, _, index, _ in
                .text(Bytes(MessageColumn.fate(message.fate(index))))
            },
            .told(.status), .told(.reason), .told(.relay), .told(.delay), .told(.dsn),
            .ofRecipient("attempts", .integer) { _, recipient, _, _ in .integer(recipient.attempts) },
            .ofRecipient("first", .time(.instant)) { _, recipient, _, _ in recipient.first },
            .ofRecipient("last", .time(.instant)) { _, recipient, _, _ in recipient.last },
        ]
        + [
            Field.relayName, .relayIP, .relayPort, .relayPath, .detail, .dsnClass, .queuedAs,
            .process,
        ]
        .map { .told($0).aside }
        + [domain(.toDomain) { $0.to }, domain(.origToDomain) { $0.originalTo }]
        + [MessageColumn.origin.aside, MessageColumn.hasBirth.aside, MessageColumn.hasEnd.aside]
        + MessageColumn.ofMessageAside

    private static let fates: [String] = [
        Message.Fate.delivered, .deferred, .bounced, .expired, .discarded, .passed,
    ].map { "\(MessageColumn.fate($0))" }

    private static func domain(
        _ field: Field, _ address: @escaping @Sendable (Message.Recipient) -> Value
    ) -> MessageColumn {
        guard case .derived(_, let compute) = field.origin else {
            preconditionFailure("'\(field.name)' is derived from an address")
        }
        return .ofRecipient(field.name, field.type) { message, recipient, _, arena in
            let address = message.lend(address(recipient))
            return address.isMissing ? .missing : compute(address, arena)
        }.aside
    }
}
