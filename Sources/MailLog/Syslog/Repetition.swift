/// Line that a syslog daemon writes in place of repeated lines:
///
///     last message repeated 3 times            (also --- last message repeated 3 times ---)
///     above message repeats 3 times
///     Last message 'x' repeated 3 times, suppressed by syslog-ng on mx1
///     message repeated 3 times: [ text]        (rsyslog, with the repeated text)
package enum Repetition {
    /// Search for the text that every such line contains.
    private static let search = LiteralSearch(Array(" repeat".utf8))

    /// Whether the line may report a repetition. A fast test to skip all other lines.
    package static func mayStand(in line: Bytes) -> Bool { search.first(in: line) != nil }

    /// Daemons that log repetitions under their own tag.
    static let processes = ["syslog-ng", "syslogd", "rsyslogd", "syslog"]

    /// Returns the number of repetitions of the previous line, if the text reports only that.
    static func times(_ text: Bytes) -> Int? {
        guard text.count > 20 else { return nil }
        var rest = text.hasPrefix("--- ") ? text.dropFirst(4) : text
        if rest.hasPrefix("Last message '") {
            guard let quote = rest.range(of: "' repeated ") else { return nil }
            rest = rest.dropFirst(quote.upperBound)
        } else if rest.hasPrefix("last message repeated ") {
            rest = rest.dropFirst(22)
        } else if rest.hasPrefix("above message repeats ") {
            rest = rest.dropFirst(22)
        } else {
            return nil
        }
        return number(rest)
    }

    /// Returns the text in brackets and the number of its repetitions.
    static func bracketed(_ text: Bytes) -> (times: Int, text: Bytes)? {
        guard text.count > 27, text.hasPrefix("message repeated "), text.hasSuffix("]"),
            let times = number(text.dropFirst(17)), let open = text.range(of: " times: [ "),
            open.lowerBound < 40, open.upperBound < text.count
        else { return nil }
        return (times, text[open.upperBound..<text.count - 1])
    }

    /// Returns the number before ` time` or ` times`.
    private static func number(_ text: Bytes) -> Int? {
        guard let blank = text.prefix(12).firstIndex(of: 0x20), text.stands(" time", at: blank) else {
            return nil
        }
        return text.prefix(blank).decimal
    }
}
