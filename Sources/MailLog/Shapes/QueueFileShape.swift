/// Message that Postfix cannot write to the queue, because of a limit or a file system error.
package struct QueueFileShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.queueFile, "warning: \(.detail, "queue file size limit exceeded")"),
        (.queueFile, "warning: \(.detail, "not enough free space in mail queue"): <_>"),
        (.queueFile, "warning: write queue file: \(.detail)"),
        (.queueFile, "warning: \(.detail, "queue file write error")"),
        (.queueFile, "{warning: }mail_queue_enter: create file <_>: \(.detail)"),
    ]
    package let processes: [String] = ["smtpd", "cleanup", "pickup", "qmqpd", "postdrop", "qmgr", "bounce"]
    package let summary = "Postfix cannot write a message to the queue"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: AC76BF8A0C2: queue file size limit exceeded",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: not enough free space in mail queue: 1048576 bytes < 1.5*message size limit",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9733]: warning: AC76BF8A0C2: write queue file: No space left on device",
        "Nov 23 16:39:34 mx1 postfix/postdrop[9733]: warning: mail_queue_enter: create file maildrop/1234.5678: Permission denied",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
