/// Tests of postscreen on a client before smtpd accepts it (`postscreen/`). The names ALLOWLISTED and DENYLISTED
/// exist from Postfix 3.6.
package struct PostscreenShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.postscreenConnect, "CONNECT from \(.client) to <_>"),
        (.postscreenPass, "\(.psTest, "PASS NEW|PASS OLD") \(.client)"),
        (.postscreenList, "\(.psTest, "ALLOWLISTED|DENYLISTED|WHITELISTED|BLACKLISTED") \(.client)"),
        (.postscreenVeto, "\(.psTest, "ALLOWLIST VETO|WHITELIST VETO") \(.client)"),
        (
            .postscreenPregreet,
            "\(.psTest, "PREGREET") \(.size) after \(.psAfter) from \(.client): \(.detail)"
        ),
        (.postscreenPregreet, "\(.psTest, "PREGREET") \(.size) after \(.psAfter) from \(.client):"),
        (.postscreenDnsbl, "\(.psTest, "DNSBL") rank \(.psRank) for \(.client)"),
        (.postscreenHangup, "\(.psTest, "HANGUP") after \(.psAfter) from \(.client) in \(.detail)"),
        (
            .postscreenCommand,
            "\(.psTest, "BARE NEWLINE|NON-SMTP COMMAND|COMMAND PIPELINING|COMMAND TIME LIMIT|COMMAND COUNT LIMIT|COMMAND LENGTH LIMIT") from \(.client) after \(.where): \(.detail)"
        ),
        (
            .postscreenCommand,
            "\(.psTest, "BARE NEWLINE|NON-SMTP COMMAND|COMMAND PIPELINING|COMMAND TIME LIMIT|COMMAND COUNT LIMIT|COMMAND LENGTH LIMIT") from \(.client) after \(.where)"
        ),
        (.postscreenCommand, "\(.where, "DATA|BDAT") \(.psTest, "without valid RCPT") from \(.client)"),
        (.postscreenDisconnect, "DISCONNECT \(.client)"),
        (.postscreenStress, "\(.action, "entering|leaving") STRESS mode with \(.rate) connections"),
    ]
    package let processes: [String] = ["postscreen"]
    package let summary = "a client passes or fails a test of postscreen: test, time, rank"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: CONNECT from [192.0.2.7]:4711 to [192.0.2.1]:25",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: PASS NEW [192.0.2.7]:4711",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: PASS OLD [2001:db8::7]:4711",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: DENYLISTED [192.0.2.7]:4711",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: WHITELIST VETO [192.0.2.7]:4711",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: PREGREET 11 after 0.12 from [192.0.2.7]:4711: EHLO User\\r\\n",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: DNSBL rank 3 for [192.0.2.7]:4711",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: HANGUP after 1.4 from [192.0.2.7]:4711 in tests before SMTP handshake",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: NON-SMTP COMMAND from [192.0.2.7]:4711 after CONNECT: GET / HTTP/1.1",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: COMMAND TIME LIMIT from [192.0.2.7]:4711 after EHLO",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: DATA without valid RCPT from [192.0.2.7]:4711",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: DISCONNECT [192.0.2.7]:4711",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: entering STRESS mode with 91 connections",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
