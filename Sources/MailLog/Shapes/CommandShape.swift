/// Unknown or malformed SMTP command (`smtpd/smtpd.c`).
package struct CommandShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.nonSmtp, "warning: non-SMTP command from \(.client): \(.detail)"),
        (.badSyntax, "warning: Illegal address syntax from \(.client) in \(.where) command: \(.detail)"),
        (.bareNewline, "{warning: }bare <LF> received after \(.where) from \(.client)"),
        (.etrn, "{warning: }{ID: }reject: ETRN \(.detail)... from \(.client)"),
        (.replaced, "\(.client): replacing command \"\(.where)\" with \"\(.detail)\""),
    ]
    package let processes: [String] = ["smtpd"]
    package let summary = "a client sends a command that is not SMTP, or a malformed address"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: non-SMTP command from localhost[127.0.0.1]: GET / HTTP/1.0",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9750]: warning: Illegal address syntax from localhost[127.0.0.1]:4711 in MAIL command: <bad address>",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9750]: bare <LF> received after DATA from unknown[192.0.2.7]",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9750]: reject: ETRN example.org... from unknown[192.0.2.7]",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9750]: unknown[192.0.2.7]: replacing command \"RCPT TO:<a>\" with \"RCPT TO:<a@b.example>\"",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
