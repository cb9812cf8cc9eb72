/// Lines of the master daemon about itself and its child processes (`master/`).
package struct MasterShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.start, "daemon started -- version \(.version), configuration \(.configDir)"),
        (.reload, "reload -- version \(.version), configuration \(.configDir)"),
        (.stop, "terminating on signal \(.signal)"),
        (.processEnd, "warning: process \(.worker) pid \(.workerPid) exit status \(.exitStatus)"),
        (
            .processEnd,
            "warning: process \(.worker) pid \(.workerPid) <_=killed|stopped> by signal \(.signal)"
        ),
        (.throttle, "warning: \(.worker): bad command startup -- throttling"),
        (.throttle, "{warning: }throttle released for command \(.worker)"),
        (
            .masterLimit,
            "warning: service \"\(.limitService)\" (<_>) has reached its process limit \"\(.rate)\": \(.detail)"
        ),
        (
            .masterLimit,
            "warning: \(.detail, "to avoid this condition, increase the process count in master.cf or reduce the service time per client")"
        ),
        (.masterLimit, "warning: see \(.detail)  for examples of stress-adapting configuration settings"),
        (.masterLimit, "warning: see \(.detail) for examples of stress-adapting configuration settings"),
        (.bind, "warning: bind \(.socket): \(.detail)"),
    ]
    package let processes: [String] = ["master"]
    package let summary = "Postfix starts, reloads or stops, or one of its processes fails"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/master[7782]: daemon started -- version 3.7.11, configuration /etc/postfix",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: reload -- version 3.7.11, configuration /etc/postfix",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: terminating on signal 15",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: warning: process /usr/lib/postfix/sbin/smtpd pid 46234 exit status 1",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: warning: process /usr/lib/postfix/sbin/smtpd pid 46234 killed by signal 11",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: warning: /usr/lib/postfix/sbin/smtpd: bad command startup -- throttling",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: warning: service \"smtp\" (25) has reached its process limit \"100\": new clients may experience noticeable delays",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: warning: to avoid this condition, increase the process count in master.cf or reduce the service time per client",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: warning: see http://www.postfix.org/STRESS_README.html for examples of stress-adapting configuration settings",
        "Nov 23 16:39:34 mx1 postfix/master[7782]: fatal: bind 0.0.0.0 port 25: Address already in use",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
