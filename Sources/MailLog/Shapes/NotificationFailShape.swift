/// Notification that could not be created or sent (`global/abounce.c`, `bounce/`).
package struct NotificationFailShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.notificationFail, "ID: status=\(.status, "deferred") (\(.detail, "bounce failed"))"),
        (.notificationFail, "warning: ID: \(.detail, "undeliverable postmaster notification discarded")"),
        (
            .notificationFail,
            "{warning: }ID: <_=sender|postmaster|postmaster/sender> notification failed to <\(.to)>{: \(.detail)}"
        ),
        (
            .notificationFail,
            "warning: ID: <_=sender|postmaster|postmaster/sender> \(.detail, "notification failed")"
        ),
        (
            .notificationFail,
            "ID: not sending trace/success notification for \(.detail, "single-bounce|double-bounce") message"
        ),
    ]
    package let processes = PostfixProcesses.all
    package let summary = "a bounce or other notification could not be created"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: ED373F8043E: status=deferred (bounce failed)",
        "Nov 23 16:39:34 mx1 postfix/bounce[9733]: warning: ED373F8043E: undeliverable postmaster notification discarded",
        "Nov 23 16:39:34 mx1 postfix/bounce[9733]: warning: ED373F8043E: sender notification failed to <a@b.example>: queue file write error",
        "Nov 23 16:39:34 mx1 postfix/bounce[9733]: warning: ED373F8043E: postmaster/sender notification failed",
        "Nov 23 16:39:34 mx1 postfix/bounce[9733]: ED373F8043E: not sending trace/success notification for double-bounce message",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
