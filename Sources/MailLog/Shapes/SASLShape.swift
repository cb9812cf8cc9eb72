/// Failed login (`smtpd/smtpd_sasl_glue.c`). The user name is logged from Postfix 3.9. Lines of Cyrus SASL have no
/// client (`xsasl/xsasl_cyrus_log.c`).
package struct SASLShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (
            .saslFail,
            "warning: \(.client): SASL \(.saslMethod) authentication failed: \(.detail), sasl_username=(unavailable)"
        ),
        (
            .saslFail,
            "warning: \(.client): SASL \(.saslMethod) authentication failed: \(.detail){, sasl_username=\(.saslUsername)}"
        ),
        (.saslFail, "warning: \(.client): SASL \(.saslMethod) authentication \(.detail, "aborted")"),
        (.saslFail, "warning: SASL authentication <_=failure|problem>: \(.detail)"),
    ]
    package let processes: [String] = ["smtpd", "smtp", "lmtp"]
    package let summary = "a login fails: client, method and, from Postfix 3.9, the user name"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
        "Nov 23 16:39:34 mx1 postfix/submission/smtpd[9733]: warning: unknown[192.0.2.7]:4711: SASL PLAIN authentication failed: authentication failure, sasl_username=bob@example.org",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: Invalid base64 data, sasl_username=(unavailable)",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: unknown[192.0.2.7]: SASL LOGIN authentication aborted",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: SASL authentication failure: Password verification failed",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
