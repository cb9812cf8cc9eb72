/// Tests of postscreen on a client before smtpd accepts it (`postscreen/`). The names ALLOWLISTED and DENYLISTED
/// exist from Postfix 3.6.
package struct PostscreenShape: TemplateShape {
    package static let lines: [(event: String, text: String)] = [
        ("postscreen-connect", "CONNECT from <client> to <_>"),
        ("postscreen-pass", "<ps_test=PASS NEW|PASS OLD> <client>"),
        ("postscreen-list", "<ps_test=ALLOWLISTED|DENYLISTED|WHITELISTED|BLACKLISTED> <client>"),
        ("postscreen-veto", "<ps_test=ALLOWLIST VETO|WHITELIST VETO> <client>"),
        ("postscreen-pregreet", "<ps_test=PREGREET> <size> after <ps_after> from <client>: <detail>"),
        ("postscreen-pregreet", "<ps_test=PREGREET> <size> after <ps_after> from <client>:"),
        ("postscreen-dnsbl", "<ps_test=DNSBL> rank <ps_rank> for <client>"),
        ("postscreen-hangup", "<ps_test=HANGUP> after <ps_after> from <client> in <detail>"),
        (
            "postscreen-command",
            "<ps_test=BARE NEWLINE|NON-SMTP COMMAND|COMMAND PIPELINING|COMMAND TIME LIMIT|COMMAND COUNT LIMIT|COMMAND LENGTH LIMIT> from <client> after <where>: <detail>"
        ),
        (
            "postscreen-command",
            "<ps_test=BARE NEWLINE|NON-SMTP COMMAND|COMMAND PIPELINING|COMMAND TIME LIMIT|COMMAND COUNT LIMIT|COMMAND LENGTH LIMIT> from <client> after <where>"
        ),
        ("postscreen-command", "<where=DATA|BDAT> <ps_test=without valid RCPT> from <client>"),
        ("postscreen-disconnect", "DISCONNECT <client>"),
        ("postscreen-stress", "<action=entering|leaving> STRESS mode with <rate> connections"),
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
