/// Session that smtpd ends because of TLS: the client has no valid certificate, or TLS is not available
/// (`smtpd/smtpd.c`).
package struct TLSAbortShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.tlsAbort, "{ID: }abort: TLS from \(.client): \(.detail)"),
        (
            .tlsAbort,
            "{warning: }Wrapper-mode request dropped from \(.client) for service \(.limitService). \(.detail)"
        ),
    ]
    package let processes: [String] = ["smtpd"]
    package let summary = "smtpd ends a session because of a client certificate or missing TLS"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: NOQUEUE: abort: TLS from unknown[192.0.2.7]: No client certificate presented",
        "Nov 23 16:39:34 mx1 postfix/smtps/smtpd[9733]: warning: Wrapper-mode request dropped from unknown[192.0.2.7] for service smtps. TLS context initialization failed. For details see earlier warnings in your logs.",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
