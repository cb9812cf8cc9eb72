/// What a syslog daemon writes in place of lines that are like the one before:
///
///     last message repeated 3 times            (also --- last message repeated 3 times ---)
///     above message repeats 3 times
///     Last message 'x' repeated 3 times, suppressed by syslog-ng on mx1
///     message repeated 3 times: [ text]        (rsyslog, which says what)
package enum Repetition {
    /// What every such line contains.
    private static let search = LiteralSearch(Array(" repeat".utf8))

    /// Whether the line may say so; for passing over the others quickly.
    package static func mayStand(in line: Bytes) -> Bool { search.first(in: line) != nil }

    /// The daemons that say so with a tag of their own.
    static let processes = ["syslog-ng", "syslogd", "rsyslogd", "syslog"]

    /// How often the line before was repeated, if that is all that the text says.
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

    /// How often the text in brackets was logged, and that text.
    static func bracketed(_ text: Bytes) -> (times: Int, text: Bytes)? {
        guard text.count > 27, text.hasPrefix("message repeated "), text.hasSuffix("]"),
            let times = number(text.dropFirst(17)), let open = text.range(of: " times: [ "),
            open.lowerBound < 40, open.upperBound < text.count
        else { return nil }
        return (times, text[open.upperBound..<text.count - 1])
    }

    /// The number in front of ` time` or ` times`.
    private static func number(_ text: Bytes) -> Int? {
        guard let blank = text.prefix(12).firstIndex(of: 0x20), text.stands(" time", at: blank) else {
            return nil
        }
        return text.prefix(blank).decimal
    }
}
