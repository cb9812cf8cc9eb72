/// Debug output of a daemon with `-v`: the SMTP dialogue, and lines that begin with the name of a C function.
/// These lines have an event of their own; no other shape reads them.
///
///     > localhost[127.0.0.1]: 250 2.1.5 Ok      smtpd_check_addr: addr=a@b.example
package struct DebugShape: LineShape {
    package static let events: [LineEvent] = [.debug]
    package let processes = PostfixProcesses.all
    package let marker: String? = nil
    package let isLastResort = true
    package let summary = "debug output of a daemon that runs with -v"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: > localhost[127.0.0.1]: 250 2.1.5 Ok",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: match_hostname: localhost ~? 127.0.0.0/8",
    ]

    package init() {}

    package var fields: [Field] { [] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard !line.hasSeverityWord, line.queueID == nil else { return false }
        let body = line.body
        guard body.hasPrefix("> ") || body.hasPrefix("< ") || startsWithFunction(body) else { return false }
        cells.event(.debug)
        return true
    }

    /// Whether the text begins with a C function name: lower-case letters, digits and at least one `_`, followed by a
    /// colon or a blank.
    private func startsWithFunction(_ body: Bytes) -> Bool {
        var hasUnderscore = false
        for index in 0..<min(body.count, 60) {
            switch body[index] {
            case UInt8(ascii: "_"): hasUnderscore = true
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): continue
            case UInt8(ascii: ":"), 0x20: return hasUnderscore && index > 3
            default: return false
            }
        }
        return false
    }
}
