/// Connection that tlsproxy encrypts for postscreen or for the SMTP client (`tlsproxy/tlsproxy.c`).
package struct TLSProxyShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.tlsproxyConnect, "CONNECT \(.tlsDirection, "from|to") \(.client)"),
        (.tlsproxyDisconnect, "DISCONNECT \(.client)"),
    ]
    package let processes: [String] = ["tlsproxy"]
    package let summary = "tlsproxy starts or ends the encryption of a connection"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/tlsproxy[9733]: CONNECT from [192.0.2.7]:4711",
        "Nov 23 16:39:34 mx1 postfix/tlsproxy[9733]: DISCONNECT [192.0.2.7]:4711",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
