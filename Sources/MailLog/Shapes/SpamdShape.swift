/// Results of spamd, the daemon of SpamAssassin.
package struct SpamdShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (
            .spamd,
            "{spamd: }result: \(.verdict, "Y|.") { }\(.score) - \(.detail) scantime=<_>,size=\(.size),user=\(.user),uid=\(.uid),<_>mid=<\(.messageID)>,<_>"
        ),
        (
            .spamd,
            "{spamd: }result: \(.verdict, "Y|.") { }\(.score) - \(.detail) scantime=<_>,size=\(.size),user=\(.user),uid=\(.uid),<_>"
        ),
        (
            .spamd,
            "{spamd: }\(.verdict, "identified spam|clean message") (\(.score)/<_>) for \(.user):\(.uid) in <_> seconds, \(.size) bytes<_>"
        ),
        (.spamd, "{spamd: }processing message <\(.messageID)> for \(.user):\(.uid)"),
        (.spamd, "{spamd: }connection from \(.clientName) [\(.clientIP)]<_>"),
    ]
    package let processes: [String] = ["spamd"]
    package let summary = "spamd scans a message: score, verdict, Message-ID"
    package let samples = [
        "Nov 23 16:39:34 mx1 spamd[700]: spamd: result: Y 15 - BAYES_99,HTML_MESSAGE scantime=1.2,size=2811,user=bob,uid=1001,required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=4711,mid=<m1@a.example>,bayes=0.99,autolearn=no",
        "Nov 23 16:39:34 mx1 spamd[700]: spamd: result: .  0 -  scantime=0.2,size=811,user=bob,uid=1001,required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=4711,mid=(unknown),autolearn=ham",
        "Nov 23 16:39:34 mx1 spamd[700]: spamd: clean message (-1.2/5.0) for bob:1001 in 0.8 seconds, 2811 bytes.",
        "Nov 23 16:39:34 mx1 spamd[700]: spamd: processing message <m1@a.example> for bob:1001",
        "Nov 23 16:39:34 mx1 spamd[700]: spamd: connection from localhost [127.0.0.1]:4711 to port 783, fd 5",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
