/// Client whose hostname does not resolve to its address (`smtpd/smtpd_peer.c`). The last two templates are from
/// before Postfix 2.9.
package struct PeerNameShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.peerName, "warning: hostname \(.hostname) does not resolve to address \(.clientIP): \(.detail)"),
        (.peerName, "warning: hostname \(.hostname) \(.detail, "does not resolve to address") \(.clientIP)"),
        (.peerName, "warning: \(.clientIP): hostname \(.hostname) verification failed: \(.detail)"),
        (.peerName, "warning: \(.clientIP): \(.detail, "address not listed for hostname") \(.hostname)"),
    ]
    package let processes: [String] = ["smtpd", "qmqpd"]
    package let summary = "the hostname of a client does not resolve to its address"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: hostname mail.a.example does not resolve to address 192.0.2.7: Name or service not known",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: hostname mail.a.example does not resolve to address 2001:db8::7",
        "Dec 26 09:00:00 mail postfix/smtpd[1050]: warning: 192.0.2.7: hostname mail.a.example verification failed: Host not found",
        "Dec 26 09:00:00 mail postfix/smtpd[1050]: warning: 192.0.2.7: address not listed for hostname mail.a.example",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
