/// Changes of an administrator to messages in the queue (`postsuper/postsuper.c`). Messages selected by queue id have
/// one line each; otherwise, the log has only their number.
package struct PostsuperShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.postsuper, "ID: \(.action, "requeued|placed on hold|released from hold|expired")"),
        (
            .postsuper,
            "\(.action, "Deleted|Requeued|Placed on hold|Released from hold|Force-expired|Expired|Renamed to match inode number"): \(.messages) message{s}"
        ),
    ]
    package let processes: [String] = ["postsuper"]
    package let summary = "an administrator deletes, requeues, holds, releases or expires messages"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/postsuper[10704]: D4F2023DB: placed on hold",
        "Nov 23 16:39:34 mx1 postfix/postsuper[10777]: Deleted: 2 messages",
        "Nov 23 16:39:34 mx1 postfix/postsuper[10777]: Requeued: 1 message",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
