/// Server that does not answer Postfix: a daemon of Postfix itself, a policy server, a table server, a milter, a proxy
/// filter or a transport (`util/attr_clnt.c`, `qmgr/qmgr_transport.c`, `smtpd/smtpd_proxy.c`).
package struct ServiceShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.serviceFail, "warning: problem talking to <_=server|service> \(.socket): \(.detail)"),
        (.serviceFail, "warning: connect #<_> to subsystem \(.socket): \(.detail)"),
        (.proxyFilter, "warning: connect to proxy filter \(.socket): \(.detail)"),
        (
            .proxyFilter,
            "{warning: }\(.detail, "lost connection with proxy|timeout talking to proxy") \(.socket)"
        ),
        (.proxyFilter, "{warning: }proxy \(.socket) rejected \(.detail)"),
        (.transport, "warning: connect to transport \(.socket): \(.detail)"),
        (.transport, "warning: transport \(.socket) failure -- \(.detail)"),
        (.serviceFail, "warning: connect to <_=Milter> service \(.socket): \(.detail)"),
        (.serviceFail, "warning: connect to \(.socket): \(.detail)"),
        (.milterFail, "warning: milter \(.socket): \(.detail)"),
        (.serviceFail, "warning: premature end-of-input on \(.socket) \(.detail)"),
        (.serviceFail, "warning: timeout on \(.socket) \(.detail)"),
        (
            .serviceFail,
            "warning: \(.socket, "bounce|defer|trace|verify|flush") \(.detail, "service failure")"
        ),
    ]
    package let processes = PostfixProcesses.all
    package let summary = "a server that Postfix needs does not answer: socket and error"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: problem talking to server private/policy: Connection refused",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: connect to 127.0.0.1:10023: Connection refused",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: connect to proxy filter 127.0.0.1:10024: Connection refused",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: timeout talking to proxy 127.0.0.1:10024",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: proxy 127.0.0.1:10024 rejected \"MAIL FROM:<a@b.example>\": \"451 4.3.0 no\"",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: connect to Milter service inet:127.0.0.1:8891: Connection refused",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9733]: warning: milter inet:127.0.0.1:8891: can't read SMFIC_BODYEOB reply packet header: Success",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9733]: warning: connect #1 to subsystem private/bounce: Connection refused",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: premature end-of-input on private/anvil socket while reading input attribute name",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: warning: connect to transport private/gone: No such file or directory",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: warning: transport gone failure -- see a previous warning/fatal/panic logfile record for the problem description",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: warning: AC76BF8A0C2: defer service failure",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
