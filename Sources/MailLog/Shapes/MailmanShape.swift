/// Post to a Mailman mailing list.
package struct MailmanShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (
            .mailman,
            "{(<_>) }post to \(.user) from \(.from), size=\(.size), message-id=<\(.messageID)>, \(.verdict)"
        ),
        (.mailman, "{(<_>) }<\(.messageID)> smtp to \(.user) for \(.nrcpt) recips, <_>"),
    ]
    package let processes: [String] = ["mailman"]
    package let summary = "a Mailman list receives a post, or sends it to its members"
    package let samples = [
        "Nov 23 16:39:34 mx1 mailman[400]: post to users from s@a.example, size=2811, message-id=<m1@a.example>, success",
        "Nov 23 16:39:34 mx1 mailman[400]: <m1@a.example> smtp to users for 12 recips, completed in 0.311 seconds",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
