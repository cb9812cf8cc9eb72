/// Local submission that failed or was delayed (`sendmail/sendmail.c`, `postdrop/postdrop.c`).
package struct SubmitShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.submit, "warning: uid=\(.uid): \(.detail)"),
        (.submit, "warning: User \(.user)(\(.uid)) \(.detail, "is not allowed to submit mail")"),
        (.submit, "warning: ID: message has been queued for \(.detail)"),
        (.submit, "warning: ID: message dated \(.detail) into the future"),
        (.submit, "warning: message \(.detail, "maildrop/")<_>"),
        (.submit, "warning: \(.user)(\(.uid)): \(.detail)"),
    ]
    package let processes: [String] = ["sendmail", "postdrop", "pickup"]
    package let summary = "a local submission is rejected or delayed"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/sendmail[9733]: fatal: root(0): message file too big",
        "Nov 23 16:39:34 mx1 postfix/postdrop[9733]: warning: uid=0: File too large",
        "Nov 23 16:39:34 mx1 postfix/postdrop[9733]: fatal: User bob(1000) is not allowed to submit mail",
        "Nov 23 16:39:34 mx1 postfix/pickup[9733]: warning: 3mCqcj5HR1z2xDW: message has been queued for 2 days",
        "Nov 23 16:39:34 mx1 postfix/pickup[9733]: warning: 3mCqcj5HR1z2xDW: message dated 7200 seconds into the future",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
