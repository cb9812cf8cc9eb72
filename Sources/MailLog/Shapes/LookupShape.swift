/// DNS lookup that failed, or returned an unusable answer.
package struct LookupShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.dns, "warning: \(.hostname): RBL lookup error: \(.detail)"),
        (.dns, "warning: Unable to look up <_=MX|NS|A|AAAA> host for \(.hostname): \(.detail)"),
        (.dns, "warning: Unable to look up <_=MX|NS|A|AAAA> host \(.hostname) for <_>: \(.detail)"),
        (.dns, "warning: dnsblog_query: lookup error for DNS query \(.hostname): \(.detail)"),
        (.dns, "warning: \(.detail, "dnsblog reply timeout") <_> for \(.hostname)"),
        (.dns, "warning: no MX host for \(.hostname) \(.detail, "has a valid address record")"),
        (
            .dns,
            "warning: \(.detail, "numeric domain name in resource data") of <_> record for \(.hostname): <_>"
        ),
        (.dns, "warning: \(.detail, "TLSA lookup error") for \(.hostname)"),
        (.dns, "warning: valid_hostname: \(.detail): \(.hostname)"),
        (.dns, "warning: valid_hostname: \(.detail, "empty hostname")"),
    ]
    package let processes: [String] = [
        "smtpd", "smtp", "lmtp", "dnsblog", "cleanup", "trivial-rewrite", "tlsproxy", "postscreen",
    ]
    package let summary = "a DNS lookup fails or returns an unusable answer"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: 7.2.0.192.zen.example: RBL lookup error: Host or domain name not found. Name service error for name=7.2.0.192.zen.example type=A: Host not found, try again",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: Unable to look up MX host mx.a.example for Sender address s@a.example: Name or service not known",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: Unable to look up NS host for a.example: Host not found",
        "Nov 23 16:39:34 mx1 postfix/dnsblog[9733]: warning: dnsblog_query: lookup error for DNS query 7.2.0.192.zen.example: Host or domain name not found. Name service error for name=7.2.0.192.zen.example type=A: Host not found, try again",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: warning: dnsblog reply timeout 10s for zen.example",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: warning: no MX host for a.example has a valid address record",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: warning: numeric domain name in resource data of MX record for a.example: 192.0.2.7",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: valid_hostname: invalid character 92(decimal): 1\\032ASPMX.L.EXAMPLE",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
