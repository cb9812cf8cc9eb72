/// Results of opendmarc for the policy of the sender's domain.
package struct OpenDMARCShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (
            .opendmarc,
            "ID: SPF(<_>): \(.hostname) \(.verdict, "pass|fail|softfail|neutral|none|permerror|temperror")"
        ),
        (.opendmarc, "ID: \(.hostname) \(.verdict, "pass|fail|softfail|neutral|none|permerror|temperror")"),
        (.opendmarc, "implicit authentication service: \(.hostname)"),
        (.opendmarc, "ID: \(.detail)"),
    ]
    package let processes: [String] = ["opendmarc"]
    /// The last template matches any text, because the list of opendmarc's messages is incomplete.
    package let isLastResort = true
    package let summary = "a message passes or fails DMARC"
    package let samples = [
        "Nov 23 16:39:34 mx1 opendmarc[812]: AB485F8A0B1: a.example pass",
        "Nov 23 16:39:34 mx1 opendmarc[812]: AB485F8A0B1: SPF(mailfrom): a.example softfail",
        "Nov 23 16:39:34 mx1 opendmarc[812]: implicit authentication service: mx1.example.org",
        "Nov 23 16:39:34 mx1 opendmarc[812]: AB485F8A0B1: no Authentication-Results header",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
