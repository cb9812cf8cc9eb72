/// Warning that the system clock was set back (`util/sane_time.c`).
package struct ClockShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.clock, "warning: \(.detail, "backward time jump detected -- slewing clock")"),
        (.clock, "warning: \(.detail, "backward time jump recovered -- back to normality")"),
    ]
    package let processes = PostfixProcesses.all
    package let summary = "the system clock was set back"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/qmgr[7786]: warning: backward time jump detected -- slewing clock"
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
