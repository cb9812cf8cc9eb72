/// Client that exceeds a rate or concurrency limit (`smtpd/smtpd.c`, counted by anvil).
package struct LimitShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (
            .limit,
            "warning: \(.statKind) \(.detail, "limit exceeded"): \(.rate) from \(.client) for service \(.limitService)"
        ),
        (
            .limit,
            "{warning: }Refusing \(.statKind, "STARTTLS|TLS service") request from \(.client) for service \(.limitService)"
        ),
    ]
    package let processes: [String] = ["smtpd"]
    package let summary = "a client exceeds a limit: name of the limit, rate, service"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: Connection concurrency limit exceeded: 51 from unknown[192.0.2.7] for service smtp",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: Recipient address rate limit exceeded: 201 from unknown[192.0.2.7]:4711 for service submission",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: Refusing STARTTLS request from unknown[192.0.2.7] for service smtp",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
