/// Client that sends commands before the server replies (`smtpd/smtpd.c`, from Postfix 2.6). Control characters are
/// escaped as `\r\n`.
package struct PipeliningShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.pipelining, "improper command pipelining after \(.where) from \(.client): \(.detail)")
    ]
    package let processes: [String] = ["smtpd"]
    package let summary = "a client sends commands before the server replies"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: improper command pipelining after EHLO from localhost[127.0.0.1]: MAIL FROM:<a@b.example>\\r\\nDATA\\r\\n",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: improper command pipelining after DATA content from localhost[127.0.0.1]:4711: QUIT\\r\\n",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
