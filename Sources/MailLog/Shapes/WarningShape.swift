/// Line of any Postfix daemon with a severity word that no other shape matches: `warning: TEXT`, `fatal: TEXT`. The
/// `reason` of its detail groups texts that differ only in hosts, addresses and numbers.
package struct WarningShape: LineShape {
    package static let events: [LineEvent] = [.warning]
    package let processes = PostfixProcesses.all
    package let marker: String? = ": "
    package let isLastResort = true
    package let summary = "a warning, error, fatal or panic line of Postfix without a more specific event"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/virtual[9752]: warning: perhaps you need to create the maildirs in advance",
        "Nov 23 16:39:34 mx1 postfix/postdrop[9752]: fatal: the Postfix mail system is down",
    ]

    package init() {}

    package var fields: [Field] { [.detail] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard line.hasSeverityWord else { return false }
        cells.event(.warning)
        cells.set(.detail, line.body)
        return true
    }
}
