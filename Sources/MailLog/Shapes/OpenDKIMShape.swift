/// Lines of opendkim about the DKIM signature of a message.
package struct OpenDKIMShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.opendkim, "ID: DKIM-Signature <_=field|header> \(.verdict, "added") (s=<_>, d=\(.hostname))"),
        (.opendkim, "ID: DKIM verification \(.verdict, "successful")"),
        (.opendkim, "ID: \(.hostname) [\(.clientIP)] \(.verdict, "not internal|not authenticated")"),
        (.opendkim, "ID: \(.verdict, "no signing domain match") for \(.hostname)"),
        (
            .opendkim,
            "ID: \(.verdict, "bad signature data|no signature data|not authenticated|no signing table match|no sender domain"){ \(.detail)}"
        ),
        (.opendkim, "ID: \(.verdict, "key retrieval failed") (s=<_>, d=\(.hostname)){: \(.detail)}"),
        (.opendkim, "ID: external host \(.clientName) \(.verdict, "attempted to send") as \(.hostname)"),
        (.opendkim, "ID: s=<_> d=\(.hostname) \(.detail)"),
        (.opendkim, "ID: \(.detail)"),
    ]
    package let processes: [String] = ["opendkim"]
    /// The last template matches any text, because the list of opendkim's messages is incomplete.
    package let isLastResort = true
    package let summary = "a DKIM signature is added or verified"
    package let samples = [
        "Nov 23 16:39:34 mx1 opendkim[811]: AB485F8A0B1: DKIM-Signature field added (s=mail, d=example.org)",
        "Nov 23 16:39:34 mx1 opendkim[811]: AB485F8A0B1: DKIM verification successful",
        "Nov 23 16:39:34 mx1 opendkim[811]: AB485F8A0B1: mx.a.example [192.0.2.7] not internal",
        "Nov 23 16:39:34 mx1 opendkim[811]: AB485F8A0B1: no signing domain match for a.example",
        "Nov 23 16:39:34 mx1 opendkim[811]: AB485F8A0B1: key retrieval failed (s=sel, d=a.example): 'sel._domainkey.a.example' query timed out",
        "Nov 23 16:39:34 mx1 opendkim[811]: AB485F8A0B1: external host mx.a.example attempted to send as example.org",
        "Nov 23 16:39:34 mx1 opendkim[811]: AB485F8A0B1: s=sel d=a.example a=rsa-sha256 SSL error:04091068:rsa routines:INT_RSA_VERIFY:bad signature",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
