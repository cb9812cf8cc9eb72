/// The prelude of a line in any form that lands in a mail log, taken apart with care. `LineDecoder` asks here
/// where its short cuts do not apply.
///
///     Nov 23 16:39:34 mx1 postfix/smtpd[9733]: text          and what else `Stamp` reads in front
///     <22>Nov 23 … · <22>1 2026-… mx1 postfix/smtpd 9733 - - text
///     Nov 23 16:39:34 <mail.info> mx1 … · Nov 23 16:39:34 mx1 mail.info postfix/…
///     2026-… stdout F Nov 23 … · mail_1  | Nov 23 … · … mx1 postfix/smtp[1]: [ID 197553 mail.info] text
package struct Envelope {
    package var stamp: Stamp
    package var host: Bytes?
    package var tag: Bytes?
    package var pid: Bytes?
    /// What follows the tag, the severity word included.
    package var message: Bytes
    /// Whether stamp, host and tag stand at the very start with one blank between, as nearly always.
    var isPlain = true

    package static func parse(_ line: Bytes) -> Envelope? {
        if let envelope = parse(line, from: 0) { return envelope }
        // docker compose puts the container in front.
        guard let bar = line.prefix(64).range(of: "| ") else { return nil }
        return parse(line, from: bar.upperBound)
    }

    private static func parse(_ line: Bytes, from start: Int) -> Envelope? {
        var rest = line.dropFirst(start)
        var isPlain = start == 0
        let priority = priorityLength(rest)
        if priority > 0 {
            rest = rest.dropFirst(priority)
            isPlain = false
            if rest.stands("1 ", at: 0), let stamp = Stamp.parse(rest.dropFirst(2)) {
                return parse5424(rest.dropFirst(2), stamp)
            }
        }
        guard let stamp = Stamp.parse(rest), stamp.length <= rest.count else { return nil }
        rest = rest.dropFirst(stamp.length)
        guard rest.isEmpty || rest[0] == 0x20 else { return nil }
        rest = rest.dropFirst(min(1, rest.count))

        if rest.stands("stdout ", at: 0) || rest.stands("stderr ", at: 0), rest.count > 9 {
            rest = rest.dropFirst(9)
            isPlain = false
        }
        if let inner = Stamp.parse(rest), rest.stands(" ", at: inner.length) {
            rest = rest.dropFirst(inner.length + 1)
            isPlain = false
        }
        if rest.stands("<", at: 0), let close = rest.firstIndex(of: UInt8(ascii: ">")),
            rest.stands(" ", at: close + 1)
        {
            rest = rest.dropFirst(close + 2)
            isPlain = false
        }
        if isRepeat(rest) {
            return Envelope(stamp: stamp, message: rest, isPlain: false)
        }
        guard let blank = rest.firstIndex(of: 0x20), blank > 0 else {
            return Envelope(stamp: stamp, message: rest, isPlain: false)
        }
        var envelope = Envelope(stamp: stamp, host: rest.prefix(blank), message: rest, isPlain: isPlain)
        envelope.readTag(rest.dropFirst(blank + 1))
        return envelope
    }

    /// `tag[pid]: text`, `tag: text`; a text with neither has no tag.
    private mutating func readTag(_ text: Bytes) {
        message = text
        guard !Envelope.isRepeat(text) else { return isPlain = false }
        var rest = text
        let facility = Envelope.facilityLength(rest)
        if facility > 0 {
            rest = rest.dropFirst(facility)
            isPlain = false
        }
        var end = 0
        while end < rest.count, !Envelope.endsTag(rest[end]) { end += 1 }
        guard end > 0, end < rest.count, rest[end] != 0x20 else { return isPlain = false }
        var next = end
        if rest[end] == UInt8(ascii: "[") {
            guard let close = rest.firstIndex(of: UInt8(ascii: "]"), from: end) else {
                // A line that was cut inside the process id.
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
        if message.stands("[ID ", at: 0), let close = message.range(of: "] ") {
            message = message.dropFirst(close.upperBound)
            isPlain = false
        }
    }

    /// `STAMP HOST APP PROCID MSGID SD text`.
    private static func parse5424(_ text: Bytes, _ stamp: Stamp) -> Envelope? {
        var rest = text.dropFirst(min(stamp.length, text.count))
        var words: [Bytes] = []
        for _ in 0..<4 {
            guard rest.stands(" ", at: 0) else { return nil }
            rest = rest.dropFirst(1)
            let end = rest.firstIndex(of: 0x20) ?? rest.count
            words.append(rest.prefix(end))
            rest = rest.dropFirst(end)
        }
        guard rest.stands(" ", at: 0) else { return nil }
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
        return Envelope(
            stamp: stamp, host: given(words[0]), tag: given(words[1]), pid: given(words[2]), message: rest,
            isPlain: false)
    }

    @inline(__always)
    static func endsTag(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[")
    }

    /// The length of `<22>`.
    private static func priorityLength(_ text: Bytes) -> Int {
        guard text.stands("<", at: 0), let close = text.prefix(5).firstIndex(of: UInt8(ascii: ">")),
            close > 1,
            text[1..<close].decimal != nil
        else { return 0 }
        return close + 1
    }

    /// The length of `mail.info ` or `mail:info `.
    private static func facilityLength(_ text: Bytes) -> Int {
        guard text.stands("mail.", at: 0) || text.stands("mail:", at: 0),
            let blank = text.firstIndex(of: 0x20), blank > 5
        else { return 0 }
        for index in 5..<blank where !text[index].isLetter { return 0 }
        return blank + 1
    }

    private static func isRepeat(_ text: Bytes) -> Bool {
        text.stands("last message repeated ", at: 0) || text.stands("--- last message repeated ", at: 0)
    }
}
