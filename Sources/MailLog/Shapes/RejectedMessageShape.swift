/// Message that Postfix rejects because of the message itself: too many hops, a MIME error, a corrupt queue file.
package struct RejectedMessageShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.messageRejected, "warning: ID: message rejected: \(.detail)"),
        (
            .mimeError,
            "ID: reject: mime-error \(.detail): \(.where) from \(.client); from=<\(.from)> to=<\(.to)>"
        ),
        (
            .corrupt,
            "warning: saving corrupt file \"\(.queueID)\" from queue \"\(.queue)\" to queue \"\(.detail)\""
        ),
    ]
    package let processes: [String] = ["cleanup", "qmgr", "pickup", "oqmgr", "nqmgr"]
    package let summary = "a message is malformed or in a mail loop: the reason"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/cleanup[9733]: warning: AC76BF8A0C2: message rejected: hopcount exceeded",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9733]: AC76BF8A0C2: reject: mime-error improper use of 8-bit data in message header: DATA from unknown[192.0.2.7]:4711; from=<s@c.example> to=<alice@example.org>",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: warning: saving corrupt file \"AC76BF8A0C2\" from queue \"active\" to queue \"corrupt\"",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
