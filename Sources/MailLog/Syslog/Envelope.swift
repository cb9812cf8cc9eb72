/// Full parser for the prelude of a line, in any form that occurs in mail logs. `LineDecoder` calls it if its fast
/// paths do not apply.
///
///     Nov 23 16:39:34 mx1 postfix/smtpd[9733]: text          or any other timestamp that `Stamp` reads
///     <22>Nov 23 … · [136 ][<22>]1 2026-… mx1 postfix/smtpd 9733 - - text
///     Nov 23 16:39:34 <mail.info> mx1 … · Nov 23 16:39:34 mx1 mail.info postfix/…
///     Mon Nov 23 16:39:34 2026 mail.info postfix/smtpd[9733]: text
///     2026-… stdout F Nov 23 … · … mx1 postfix/smtp[1]: [ID 197553 mail.info] text
///     Nov 23 16:39:34 mx0 Nov 23 16:39:34 mx1 postfix/…
///     Nov 23 16:39:34 mx0 docker/mail[7]: Nov 23 16:39:34 mx1 postfix/…
///     mail_1  | Nov 23 … · [pod/mail-0/postfix] Nov 23 … · /var/log/mail.log:12:Nov 23 …
///     @4000000050d9e0aa1a2b3c4d postfix/smtpd[1]: text · Nov 23 16:39:34 [postfix/smtpd] text
///     Nov 23 16:39:34 mx1 last message repeated 3 times
///
/// Files that Exim, Dovecot and rspamd write themselves have neither host nor tag:
///
///     2026-11-23 16:39:34 [812] 1rAbCd-000000-0A <= …
///     Nov 23 16:39:34 imap-login: Info: Login: … · 2026-11-23 16:39:34 #1570(rspamd_proxy) <e893af>; task; …
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
        return parseAfterPrefix(line)
    }

    /// Parses a line that a program put something in front of: the name of a container, of a file, a line number, the
    /// length of the line.
    private static func parseAfterPrefix(_ line: Bytes) -> Envelope? {
        var words = 1
        for start in 1..<max(1, min(line.count, longestPrefix)) {
            let separator = line[start - 1]
            if separator == 0x20, start > 1, line[start - 2] != 0x20 { words += 1 }
            guard words <= 4 else { return nil }
            guard prefixEnds.contains(separator),
                line[start].isDigit || line[start].isLetter || line[start] == 0x3C,
                let envelope = parse(line, from: start), envelope.host != nil,
                envelope.tag != nil || envelope.repeats != nil
            else { continue }
            return envelope
        }
        return nil
    }

    private static let longestPrefix = 256
    /// Bytes before the prelude: blank, tab, `:` and `-` of grep, `|` of docker, `]` of kubectl.
    private static let prefixEnds = Array(" \t:-|]".utf8)

    /// Whether the line is a mark such as `-- MARK --` or `-- Boot 7f2c… --`. A mark has no timestamp.
    static func isMark(_ line: Bytes) -> Bool {
        line.hasPrefix("-- ") && line.hasSuffix("--") && line.count > 5
    }

    private static func parse(_ line: Bytes, from start: Int) -> Envelope? {
        var rest = line.dropFirst(start)
        var envelope = Envelope(stamp: Stamp(), message: rest, isPlain: start == 0)
        envelope.readPriority(&rest)
        if rest.stands("1 ", at: 0), let stamp = Stamp.parse(rest.dropFirst(2)) {
            envelope.stamp = stamp
            envelope.isPlain = false
            return envelope.read5424(rest.dropFirst(2)) ? envelope : nil
        }
        guard let stamp = Stamp.parse(rest), stamp.length <= rest.count else { return nil }
        envelope.stamp = stamp
        rest = rest.dropFirst(stamp.length)
        guard rest.isEmpty || isBlank(rest[0]) else { return nil }
        rest = rest.dropFirst(min(1, rest.count))
        if envelope.stamp.readZoneWord(rest) {
            rest = rest.dropFirst(envelope.stamp.length - stamp.length)
            envelope.isPlain = false
        }
        if rest.stands("stdout ", at: 0) || rest.stands("stderr ", at: 0), rest.count > 9 {
            rest = rest.dropFirst(9)
            envelope.isPlain = false
        }
        envelope.readPriority(&rest)
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
        envelope.readPair(&rest)
        envelope.readHost(rest)
        return envelope
    }

    /// Reads the host and what follows it. A word that cannot be a host name is the tag, or part of the text.
    private mutating func readHost(_ rest: Bytes) {
        message = rest
        if readRepeat(rest) || readOwnFormat(rest) { return }
        if rest.stands("[", at: 0), let close = rest.range(of: "] "), close.lowerBound > 1 {
            // metalog logs neither host nor process id.
            tag = rest[1..<close.lowerBound]
            message = rest.dropFirst(close.upperBound)
            isPlain = false
            return
        }
        let first = rest.prefix(rest.firstIndex(where: Envelope.isBlank) ?? rest.count)
        guard Envelope.mayBeHost(first) else {
            isPlain = false
            // The host is missing.
            if Envelope.mayBeTag(first) { readTag(rest) }
            return
        }
        guard first.count < rest.count, first.count > 0 else { return isPlain = false }
        host = first
        readTag(rest.dropFirst(first.count + 1).withoutLeadingBlanks)
        if tag == nil, repeats == nil, stamp.isISOWithBlank {
            // Syslog writes no such timestamp: the word is one of the text.
            host = nil
            message = rest
        }
    }

    /// Letters, digits, `.`, `-`, `_`, the colons of an IPv6 address, and `@` and `/` of a chain of hosts.
    private static func mayBeHost(_ word: Bytes) -> Bool {
        guard !word.hasSuffix(":"), !levels.contains(where: { word == $0 }) else { return false }
        return (0..<word.count).allSatisfy { index in
            let byte = word[index]
            return byte.isLetter || byte.isDigit || byte >= 0x80 || ".-_:@/".utf8.contains(byte)
        }
    }

    /// `tag:`, `tag[1]:` or `tag[1]`.
    private static func mayBeTag(_ word: Bytes) -> Bool {
        guard word.count > 1, word[0].isLetter || word[0].isDigit || word[0] == UInt8(ascii: "_") else {
            return false
        }
        return word.firstIndex(of: UInt8(ascii: ":")) == word.count - 1 || word.hasSuffix("]")
            || word.hasSuffix("]:")
    }

    /// Levels that programs write after the timestamp of their own logs.
    private static let levels: [StaticString] = [
        "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL",
    ]

    /// Reads a line of a file that Exim, rspamd or Dovecot writes itself, without syslog.
    private mutating func readOwnFormat(_ text: Bytes) -> Bool {
        guard readDovecot(text) || stamp.isISOWithBlank && (readRspamd(text) || readExim(text)) else {
            return false
        }
        isPlain = false
        return true
    }

    /// `imap-login: Info: Login: …`.
    private mutating func readDovecot(_ text: Bytes) -> Bool {
        guard let level = text.prefix(200).range(of: ": "),
            Envelope.isLevelOfDovecot(text.dropFirst(level.upperBound)),
            Envelope.isServiceOfDovecot(text.prefix(level.lowerBound))
        else { return false }
        tag = Bytes("dovecot")
        return true
    }

    /// `#1570(rspamd_proxy) <e893af>; task; …`.
    private mutating func readRspamd(_ text: Bytes) -> Bool {
        guard text.stands("#", at: 0), let open = text.prefix(16).firstIndex(of: UInt8(ascii: "(")),
            let close = text.prefix(64).range(of: ") "), open < close.lowerBound,
            text[1..<open].decimal != nil
        else { return false }
        tag = Bytes("rspamd")
        pid = text[1..<open]
        message = text.dropFirst(close.upperBound)
        return true
    }

    /// `[812] 1rAbCd-000000-0A <= …`, `H=… rejected …`, `login authenticator failed for …`. Other lines of Exim have
    /// no mark.
    private mutating func readExim(_ text: Bytes) -> Bool {
        var rest = text
        var process: Bytes?
        if rest.stands("[", at: 0), let close = rest.prefix(16).range(of: "] "),
            rest[1..<close.lowerBound].decimal != nil
        {
            process = rest[1..<close.lowerBound]
            rest = rest.dropFirst(close.upperBound)
        }
        let word = rest.prefix(rest.firstIndex(of: 0x20) ?? rest.count)
        guard
            Envelope.isQueueIDOfExim(word) || word.hasPrefix("H=")
                || rest.range(of: " authenticator failed for ") != nil
        else { return false }
        tag = Bytes("exim")
        pid = process
        message = rest
        return true
    }

    /// `1rAbCd-000000-0A`, since version 4.97 `1tivSh-00000000ALP-0mWt`.
    private static func isQueueIDOfExim(_ word: Bytes) -> Bool {
        let dash = UInt8(ascii: "-")
        guard word.count == 16 || word.count == 23, word[6] == dash, word[word.count == 16 ? 13 : 18] == dash
        else {
            return false
        }
        return (0..<word.count).allSatisfy { word[$0].isLetter || word[$0].isDigit || word[$0] == dash }
    }

    private static func isLevelOfDovecot(_ text: Bytes) -> Bool {
        (["Info: ", "Warning: ", "Error: ", "Fatal: ", "Panic: ", "Debug: "] as [StaticString]).contains {
            text.hasPrefix($0)
        }
    }

    /// `imap-login`, `lmtp(bob@example.org)<812><x1>`.
    private static func isServiceOfDovecot(_ text: Bytes) -> Bool {
        let name = text.prefix(text.firstIndex(of: UInt8(ascii: "(")) ?? text.count)
        return name.count > 2
            && (0..<name.count).allSatisfy { name[$0].isLetter || "-0123456789".utf8.contains(name[$0]) }
    }

    /// Removes a priority such as `<22>` from the start of a text.
    private mutating func readPriority(_ text: inout Bytes) {
        guard text.stands("<", at: 0), let close = text.prefix(5).firstIndex(of: UInt8(ascii: ">")),
            close > 1,
            let number = text[1..<close].decimal
        else { return }
        text = text.dropFirst(close + 1)
        severity = Priority.severity(ofLevel: number & 7)
        isPlain = false
    }

    /// Removes a word such as `mail.info` from the start of a text.
    private mutating func readPair(_ text: inout Bytes) {
        let word = text.prefix(text.firstIndex(of: 0x20) ?? text.count)
        guard word.count < text.count, let found = Priority.severity(ofPair: word) else { return }
        severity = found
        text = text.dropFirst(word.count + 1)
        isPlain = false
    }

    /// Reads `tag[pid]: text` or `tag: text`. Any other text has no tag.
    private mutating func readTag(_ text: Bytes) {
        message = text
        guard !readRepeat(text), !readInner(text) else { return }
        var rest = text
        readPair(&rest)
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
        message = message.withoutLeadingBlanks
        severity = Envelope.takeMessageID(&message) ?? severity
        if let tag, Repetition.processes.contains(where: { tag.string == $0 }) { _ = readRepeat(message) }
        _ = readInner(message)
    }

    /// Reads a line of syslog inside the text of another: a relay or a container put a prelude of its own in front.
    /// The outer timestamp stays.
    private mutating func readInner(_ text: Bytes) -> Bool {
        guard text.count > 20, text[0].isDigit || text[0].isLetter || text[0] == UInt8(ascii: "<"),
            let inner = Envelope.parse(text, from: 0), inner.tag != nil, inner.host != nil
        else { return false }
        host = inner.host
        tag = inner.tag
        pid = inner.pid
        message = inner.message
        severity = inner.severity ?? severity
        repeats = inner.repeats
        isPlain = false
        return true
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
            while rest.stands("[", at: 0), let close = Envelope.endOfElement(rest) {
                rest = rest.dropFirst(close + 1)
            }
        }
        rest = rest.withoutLeadingBlanks
        if rest.stands("\u{FEFF}", at: 0) { rest = rest.dropFirst(3).withoutLeadingBlanks }
        func given(_ word: Bytes) -> Bytes? { word == "-" || word.isEmpty ? nil : word }
        host = given(words[0])
        tag = given(words[1])
        pid = given(words[2])
        message = rest
        if readInner(rest) { return true }
        // Some daemons repeat the tag in the text.
        var repeated = Envelope(stamp: stamp, message: rest)
        repeated.readTag(rest)
        if let inner = repeated.tag, let tag, repeated.pid != nil, inner.hasPrefix(tag) {
            self.tag = inner
            pid = repeated.pid
            message = repeated.message
        }
        return true
    }

    /// Returns the index of the bracket that closes an element of structured data. `\]` in a value does not close it.
    private static func endOfElement(_ text: Bytes) -> Int? {
        var index = 0
        while index < text.count, text[index] != UInt8(ascii: "]") {
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index < text.count ? index : nil
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 9 }

    @inline(__always)
    static func endsTag(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[")
    }
}

extension Bytes {
    /// The text from the first byte on that is neither a blank nor a tab.
    var withoutLeadingBlanks: Bytes {
        var start = 0
        while start < count, self[start] == 0x20 || self[start] == 9 { start += 1 }
        return dropFirst(start)
    }

    fileprivate func firstIndex(where matches: (UInt8) -> Bool) -> Int? {
        (0..<count).first { matches(self[$0]) }
    }
}
