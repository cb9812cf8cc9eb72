/// Output of the `postfix` commands of an administrator (`conf/postfix-script`).
package struct ScriptShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.script, "\(.action, "starting|stopping|refreshing|aborting") the Postfix mail system"),
        (.script, "\(.action, "waiting") for the Postfix mail system to terminate"),
        (.script, "warning: \(.action, "stopping") the Postfix mail system with force"),
        (.script, "the Postfix mail system is \(.action, "not running|running"){: PID: \(.workerPid)}"),
        (
            .script,
            "warning: the Postfix mail system is \(.action, "already running|not running"){: PID: \(.workerPid)}"
        ),
        (
            .script,
            "warning: \(.action, "group or other writable|not owned by root|symlink leaves directory"): \(.detail)"
        ),
    ]
    package let processes: [String] = ["postfix-script", "postfix", "postmulti-script", "script"]
    package let summary = "an administrator starts, stops or reloads Postfix"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/postfix-script[7776]: starting the Postfix mail system",
        "Nov 23 16:39:34 mx1 postfix/postfix-script[7776]: waiting for the Postfix mail system to terminate",
        "Nov 23 16:39:34 mx1 postfix/postfix-script[7776]: warning: stopping the Postfix mail system with force",
        "Nov 23 16:39:34 mx1 postfix/postfix-script[7776]: the Postfix mail system is running: PID: 7782",
        "Nov 23 16:39:34 mx1 postfix/postfix-script[7776]: fatal: the Postfix mail system is already running",
        "Nov 23 16:39:34 mx1 postfix/postfix-script[7776]: warning: group or other writable: /var/spool/postfix/pid",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
