/// Notices of syslog daemons, journald and log rotation: lines were dropped, a log starts, a line was repeated.
package struct GapShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.gap, "imuxsock lost \(.dropped) messages from pid \(.workerPid) due to rate-limiting<_>"),
        (
            .gap,
            "imuxsock begins to drop messages from pid \(.workerPid) \(.detail, "due to rate-limiting")<_>"
        ),
        (.gap, "imuxsock[<_>: \(.detail, "begins to drop messages due to rate-limiting")<_>"),
        (.gap, "imuxsock[<_>: \(.detail, "begin to drop messages due to rate-limiting")<_>"),
        (.gap, "imuxsock[<_>: \(.dropped) messages lost due to rate-limiting<_>"),
        (.gap, "imjournal: \(.dropped) messages lost due to rate-limiting<_>"),
        (.gap, "imjournal: \(.detail, "begin to drop messages due to rate-limiting")<_>"),
        (.gap, "<_=Suppressed> \(.dropped) messages from \(.socket)"),
        (.gap, "<_> messages suppressed: \(.dropped)"),
        (.gap, "\(.detail, "logfile turned over")<_>"),
        (.gap, "-- \(.detail, "MARK") --"),
        (.gap, "-- \(.detail, "Reboot") --"),
        (.gap, "-- \(.detail, "Boot")<_> --"),
        (.gap, "-- <_=Logs|Journal> \(.detail, "begin")<_> --"),
        (.repeat, "{--- }last message repeated <_>"),
        (.repeat, "above message repeats <_>"),
        (.repeat, "Last message '<_>' repeated <_>"),
    ]
    package let processes: [String] = [
        "", "rsyslogd", "systemd-journald", "journal", "newsyslog", "syslogd", "syslog-ng", "syslog",
        "logrotate",
        "rsyslogd-2177",
    ]
    package let summary = "lines were dropped, a log starts, or a line was repeated that is not in the log"
    package let samples = [
        "Nov 23 16:39:34 mx1 rsyslogd[512]: imuxsock lost 112 messages from pid 9733 due to rate-limiting",
        "Nov 23 16:39:34 mx1 rsyslogd: imjournal: 4301 messages lost due to rate-limiting (20000 allowed within 600 seconds)",
        "Nov 23 16:39:34 mx1 systemd-journald[301]: Suppressed 211 messages from postfix@-.service",
        "Nov 23 00:00:00 mx1 newsyslog[811]: logfile turned over due to size>100K",
        "Nov 23 16:39:34 mx1 -- MARK --",
        "-- Boot 5ee1f3c0c4b94c6b8c4e4b1f6f8f9a3d --",
        "Nov 23 16:39:34 mx1 last message repeated 3 times",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
