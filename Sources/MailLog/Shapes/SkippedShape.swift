/// Lines of the queue manager about skipped messages and full queues.
package struct SkippedShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.skipped, "ID: skipped, \(.detail)"),
        (.clog, "warning: mail for \(.hostname) is using up \(.rate) of \(.detail) active queue entries"),
        (.clog, "warning: \(.detail, "you may need to")<_>"),
        (.clog, "warning: \(.detail, "please avoid flushing the whole queue when you have")<_>"),
        (.clog, "warning: \(.detail, "to turn off these warnings specify"): <_>"),
    ]
    package let processes: [String] = ["qmgr", "oqmgr", "nqmgr"]
    package let summary = "the queue manager skips a message, or its queues fill up"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: ED373F8043E: skipped, still being delivered",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: warning: mail for a.example is using up 4001 of 5000 active queue entries",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: warning: you may need to reduce smtp connect and helo timeouts",
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: warning: to turn off these warnings specify: qmgr_clog_warn_time = 0",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
