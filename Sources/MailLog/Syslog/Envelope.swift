/// Full parser for the prelude of a line, in any form that occurs in mail logs. `LineDecoder` calls it if its fast
/// paths do not apply.
///
///     Nov 23 16:39:34 mx1 postfix/smtpd[9733]: text          or any other timestamp that `Stamp` reads
///     <22>Nov 23 … · <22>1 2026-… mx1 postfix/smtpd 9733 - - text
///     Nov 23 16:39:34 <mail.info> mx1 … · Nov 23 16:39:34 mx1 mail.info postfix/…
///     2026-… stdout F Nov 23 … · mail_1  | Nov 23 … · … mx1 postfix/smtp[1]: [ID 197553 mail.info] text
///     @4000000050d9e0aa1a2b3c4d postfix/smtpd[1]: text · Nov 23 16:39:34 [postfix/smtpd] text
///     Nov 23 16:39:34 mx1 last message repeated 3 times
package struct Envelope {
    package var stamp: Stamp
    package var host: Bytes?
    package var tag: Bytes?
    package var pid: Bytes?
    /// Text after the tag, with the severity word.
    package var message: Bytes
    /// Severity in the prelude.
    package var severity: StaticString?
    /// Number of repetitions of the previous line, if this line only reports them.
    package var repeats: Int?
    /// Whether the line starts with timestamp, host and tag, separated by single blanks. True for nearly all lines.
    var isPlain = true

    package static func parse(_ line: Bytes) -> Envelope? {
        if let envelope = parse(line, from: 0) { return envelope }
        // A crash, or a truncation under the writer, leaves a hole of NULs before the next line.
        if line.count > 0, line[0] == 0 {
            let hole = (0..<line.count).first { line[$0] != 0 } ?? line.count
            return parse(line, from: hole)
        }
        // docker compose writes the container name before the line.
        guard let bar = line.prefix(64).range(of: "| ") else { return nil }
        return parse(line, from: bar.upperBound)
    }

    /// Whether the line is a mark such as `-- MARK --` or `-- Boot 7f2c… --`. A mark has no timestamp.
    static func isMark(_ line: Bytes) -> Bool {
        line.hasPrefix("-- ") && line.hasSuffix("--") && line.count > 5
    }

    private static func parse(_ line: Bytes, from start: Int) -> Envelope? {
        var rest = line.dropFirst(start)
        var envelope = Envelope(stamp: Stamp(), message: rest, isPlain: start == 0)
        if let (length, level) = priority(rest) {
            rest = rest.dropFirst(length)
            envelope.isPlain = false
            envelope.severity = Priority.severity(ofLevel: level)
            if rest.stands("1 ", at: 0), let stamp = Stamp.parse(rest.dropFirst(2)) {
                envelope.stamp = stamp
                return envelope.read5424(rest.dropFirst(2)) ? envelope : nil
            }
        }
        guard let stamp = Stamp.parse(rest), stamp.length <= rest.count else { return nil }
        envelope.stamp = stamp
        rest = rest.dropFirst(stamp.length)
        guard rest.isEmpty || rest[0] == 0x20 else { return nil }
        rest = rest.dropFirst(min(1, rest.count))

        if rest.stands("stdout ", at: 0) || rest.stands("stderr ", at: 0), rest.count > 9 {
            rest = rest.dropFirst(9)
            envelope.isPlain = false
        }
        if let (length, level) = priority(rest) {
            rest = rest.dropFirst(length)
            envelope.isPlain = false
            envelope.severity = Priority.severity(ofLevel: level)
        }
        if let inner = Stamp.parse(rest), rest.stands(" ", at: inner.length) {
            rest = rest.dropFirst(inner.length + 1)
            envelope.isPlain = false
        }
        if rest.stands("<", at: 0), let close = rest.firstIndex(of: UInt8(ascii: ">")),
            rest.stands(" ", at: close + 1)
        {
            envelope.severity = Priority.severity(ofPair: rest[1..<close]) ?? envelope.severity
            rest = rest.dropFirst(close + 2)
            envelope.isPlain = false
        }
        envelope.message = rest
        if envelope.readRepeat(rest) { return envelope }
        if rest.stands("[", at: 0), let close = rest.range(of: "] "), close.lowerBound > 1 {
            // metalog logs neither host nor process id.
            envelope.tag = rest[1..<close.lowerBound]
            envelope.message = rest.dropFirst(close.upperBound)
            envelope.isPlain = false
            return envelope
        }
        let first = rest.prefix(rest.firstIndex(of: 0x20) ?? rest.count)
        if first.hasSuffix(":"), first.count > 1, first.firstIndex(of: UInt8(ascii: ":")) == first.count - 1 {
            // This is the tag, and the host is missing: a host name has no colon at its end.
            envelope.isPlain = false
            envelope.readTag(rest)
            return envelope
        }
        guard first.count < rest.count, first.count > 0 else {
            envelope.isPlain = false
            return envelope
        }
        envelope.host = first
        envelope.readTag(rest.dropFirst(first.count + 1))
        return envelope
    }

    /// Reads `tag[pid]: text` or `tag: text`. Any other text has no tag.
    private mutating func readTag(_ text: Bytes) {
        message = text
        guard !readRepeat(text) else { return }
        var rest = text
        let word = rest.prefix(rest.firstIndex(of: 0x20) ?? rest.count)
        if let found = Priority.severity(ofPair: word), word.count < rest.count {
            severity = found
            rest = rest.dropFirst(word.count + 1)
            isPlain = false
        }
        var end = 0
        while end < rest.count, !Envelope.endsTag(rest[end]) { end += 1 }
        guard end > 0, end < rest.count, rest[end] != 0x20 else { return isPlain = false }
        var next = end
        if rest[end] == UInt8(ascii: "[") {
            guard let close = rest.firstIndex(of: UInt8(ascii: "]"), from: end) else {
                // The line was cut inside the process id.
                tag = rest.prefix(end)
                message = rest.dropFirst(end)
                return
            }
            pid = rest[end + 1..<close]
            next = close + 1
        }
        tag = rest.prefix(end)
        message = rest.dropFirst(next)
        if message.stands(":", at: 0) { message = message.dropFirst(1) }
        if message.stands(" ", at: 0) { message = message.dropFirst(1) }
        severity = Envelope.takeMessageID(&message) ?? severity
        if let tag, Repetition.processes.contains(where: { tag.string == $0 }) { _ = readRepeat(message) }
    }

    /// Removes `[ID 197553 mail.info] ` from the start of a text, and returns its severity.
    static func takeMessageID(_ message: inout Bytes) -> StaticString? {
        guard message.stands("[ID ", at: 0), let close = message.range(of: "] "),
            let blank = message.prefix(close.lowerBound).lastIndex(of: 0x20)
        else { return nil }
        defer { message = message.dropFirst(close.upperBound) }
        return Priority.severity(ofPair: message[blank + 1..<close.lowerBound])
    }

    /// Whether the text only reports repetitions of the previous line; sets `repeats`.
    private mutating func readRepeat(_ text: Bytes) -> Bool {
        guard let times = Repetition.times(text) else { return false }
        repeats = times
        isPlain = false
        return true
    }

    /// Reads an RFC 5424 line: `STAMP HOST APP PROCID MSGID SD text`.
    private mutating func read5424(_ text: Bytes) -> Bool {
        var rest = text.dropFirst(min(stamp.length, text.count))
        var words: [Bytes] = []
        for _ in 0..<4 {
            guard rest.stands(" ", at: 0) else { return false }
            rest = rest.dropFirst(1)
            let end = rest.firstIndex(of: 0x20) ?? rest.count
            words.append(rest.prefix(end))
            rest = rest.dropFirst(end)
        }
        guard rest.stands(" ", at: 0) else { return false }
        rest = rest.dropFirst(1)
        if rest.stands("-", at: 0) {
            rest = rest.dropFirst(1)
        } else {
            while rest.stands("[", at: 0), let close = rest.firstIndex(of: UInt8(ascii: "]")) {
                rest = rest.dropFirst(close + 1)
            }
        }
        if rest.stands(" ", at: 0) { rest = rest.dropFirst(1) }
        if rest.stands("\u{FEFF}", at: 0) { rest = rest.dropFirst(3) }
        func given(_ word: Bytes) -> Bytes? { word == "-" || word.isEmpty ? nil : word }
        host = given(words[0])
        tag = given(words[1])
        pid = given(words[2])
        message = rest
        return true
    }

    @inline(__always)
    static func endsTag(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[")
    }

    /// Returns the length of a priority such as `<22>`, and its level.
    private static func priority(_ text: Bytes) -> (length: Int, level: Int)? {
        guard text.stands("<", at: 0), let close = text.prefix(5).firstIndex(of: UInt8(ascii: ">")),
            close > 1,
            let number = text[1..<close].decimal
        else { return nil }
        return (close + 1, number & 7)
    }
}
