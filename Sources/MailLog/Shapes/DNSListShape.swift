/// DNS list entry of a client (`dnsblog/dnsblog.c`).
package struct DNSListShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.dnsbl, "addr \(.clientIP) listed by domain \(.dnsblDomain) as \(.dnsblResult)")
    ]
    package let processes: [String] = ["dnsblog"]
    package let summary = "a DNS list contains the address of a client"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/dnsblog[9733]: addr 192.0.2.7 listed by domain zen.example as 127.0.0.4"
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
