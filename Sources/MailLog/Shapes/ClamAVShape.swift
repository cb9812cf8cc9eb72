/// Results of the ClamAV virus scanner.
package struct ClamAVShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (
            .clamav,
            "Message \(.queueID) from <\(.from)> to <\(.to)> with subject '<_>' message-id '<\(.messageID)>' \(.verdict, "infected") by \(.detail)"
        ),
        (
            .clamav,
            "Message \(.queueID) from <\(.from)> to <\(.to)> with subject '<_>' message-id '<\(.messageID)>' date '<_>' \(.verdict, "infected") by \(.detail)"
        ),
        (.clamav, "Message \(.queueID) from <\(.from)> to <\(.to)> \(.verdict, "infected") by \(.detail)"),
        (.clamav, "\(.verdict, "Clean") message \(.queueID) from <\(.from)> to <\(.to)><_>"),
        (.clamav, "<_>: \(.detail) \(.verdict, "FOUND")"),
    ]
    package let processes: [String] = ["clamav-milter", "clamd"]
    package let summary = "ClamAV finds a message clean or infected"
    package let samples = [
        "Nov 23 16:39:34 mx1 clamav-milter[600]: Message AB485F8A0B1 from <s@a.example> to <alice@example.org> with subject 'x' message-id '<m1@a.example>' infected by Eicar-Test-Signature",
        "Nov 23 16:39:34 mx1 clamav-milter[600]: Clean message AB485F8A0B1 from <s@a.example> to <alice@example.org>",
        "Nov 23 16:39:34 mx1 clamd[601]: fd[10]: Eicar-Test-Signature FOUND",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
