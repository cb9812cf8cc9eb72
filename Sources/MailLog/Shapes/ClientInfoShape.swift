/// Workarounds of the SMTP client for particular servers, and its notes about servers (`smtp/smtp_proto.c`).
package struct ClientInfoShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.pix, "ID: enabling PIX workarounds: \(.detail) for \(.relay)"),
        (.breaking, "ID: breaking line > <_> bytes with <CR><LF>SPACE"),
        (.replacedReply, "ID: replacing server reply \"<_>\" with \"\(.detail)\""),
        (.ehlo, "discarding EHLO keywords: \(.detail)"),
        (.ehlo, "\(.client): discarding EHLO keywords: \(.detail)"),
        (
            .ownHostname,
            "warning: host \(.relay) \(.detail, "greeted me with|replied to HELO/EHLO with") my own hostname \(.hostname)"
        ),
        (.dsnMapped, "{warning: }mapping DSN status <_> into \(.detail)"),
        (.requiretls, "ID: Sender requested REQUIRETLS, but \(.detail)"),
        (.transportPassed, "ID: passing <\(.to)> to transport=\(.socket)"),
    ]
    package let processes: [String] = ["smtp", "lmtp", "smtpd", "postscreen"]
    package let summary = "a workaround for a server, or an SMTP extension that is not offered"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: B0ADE20FC7: enabling PIX workarounds: disable_esmtp delay_dotcrlf for mx.a.example[192.0.2.7]:25",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: B0ADE20FC7: breaking line > 998 bytes with <CR><LF>SPACE",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: discarding EHLO keywords: CHUNKING ETRN DSN 8BITMIME",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: [192.0.2.7]:4711: discarding EHLO keywords: CHUNKING",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: warning: host mx.a.example[192.0.2.7]:25 greeted me with my own hostname mx1.example.org",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: B0ADE20FC7: replacing server reply \"500 no\" with \"250 yes\"",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: mapping DSN status 4.7.1 into Recipient status 5.7.1",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: B0ADE20FC7: Sender requested REQUIRETLS, but no server supports it",
        "Nov 23 16:39:34 mx1 postfix/lmtp[9733]: B0ADE20FC7: passing <a@b.example> to transport=smtp",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
