/// Normalises the detail of a delivery attempt for grouping. Texts that vary between messages or hosts become
/// placeholders. The codes at the start of each reply line and the `(in reply to …)` at the end are dropped.
///
///     host mx.a.example[192.0.2.1] said: 450-4.2.0 <x@y>: Greylisted, 450 4.2.0 see http://… (in reply to …)
///     host <host> said: <addr>: Greylisted, / see <url>
///
/// Works word by word from left to right and does not change placeholders, so a second run changes nothing.
package enum Reason {
    package static func normalise(_ detail: Value, _ arena: Arena) -> Value {
        var text = detail.bytes
        while text.hasSuffix(" command)"), let start = Reply.lastCommand(in: text) {
            text = text.prefix(start)
        }
        // Worst case: a word of one byte becomes a placeholder of six bytes and a separator of two.
        let memory = arena.allocate(text.count * 8 + 8).assumingMemoryBound(to: UInt8.self)
        var writer = Writer(out: memory)
        writer.write(text)
        return .text(Bytes(UnsafePointer(memory), count: writer.count))
    }
}

/// Output of one normalisation, with its state from the previous words.
private struct Writer {
    let out: UnsafeMutablePointer<UInt8>
    var count = 0
    /// Whether a reply may begin here. A code at this position is dropped.
    private var isAtReply = true
    /// Number of words of `queued as` that were just read.
    private var queued = 0

    init(out: UnsafeMutablePointer<UInt8>) { self.out = out }

    mutating func write(_ text: Bytes) {
        var index = 0
        while index < text.count {
            if text[index] == 0x20 {
                index += 1
                continue
            }
            let lead = leadLength(text.dropFirst(index))
            if lead > 0 {
                if !isAtReply {
                    word(Bytes("/"))
                    isAtReply = true
                }
                index += lead
                continue
            }
            let end = text.firstIndex(of: 0x20, from: index) ?? text.count
            word(text[index..<end])
            index = end
        }
    }

    /// Returns the length of the codes before a reply line: `450-4.2.0`, `450 4.2.0`, or `450` alone at the start of
    /// the reply.
    private func leadLength(_ text: Bytes) -> Int {
        let code = Reply.codeLength(text)
        let dsn = Reply.dsnLength(text.dropFirst(code))
        if code > 3, dsn > 0 { return code + dsn }
        return isAtReply ? max(code, dsn) : 0
    }

    private static let opening = ByteSet("\"'(")
    private static let closing = ByteSet("\"'(),.:;")
    private static let joining = ByteSet("-_+")

    private mutating func word(_ word: Bytes) {
        if count > 0 { byte(0x20) }
        // The punctuation around the word is kept.
        var core = word
        while core.count > 0, Self.opening.contains(core[0]) {
            byte(core[0])
            core = core.dropFirst(1)
        }
        var tail = 0
        while tail < core.count, Self.closing.contains(core[core.count - 1 - tail]) { tail += 1 }
        let marks = core.dropFirst(core.count - tail)
        core = core.dropLast(tail)

        if queued == 2, core.count > 0 {
            write("<qid>")
        } else {
            write(core: core)
        }
        queued = core == "queued" ? 1 : queued == 1 && core == "as" ? 2 : 0
        for index in 0..<marks.count { byte(marks[index]) }
        isAtReply = marks.count == 1 && marks[0] == UInt8(ascii: ":") && (core == "said" || core == "me")
    }

    /// Writes a word without its punctuation.
    private mutating func write(core: Bytes) {
        var rest = core
        while let open = rest.firstIndex(of: UInt8(ascii: "<")),
            let close = rest.firstIndex(of: UInt8(ascii: ">"), from: open)
        {
            write(values: rest.prefix(open))
            write(bracketed: rest[open + 1..<close])
            rest = rest.dropFirst(close + 1)
        }
        write(values: rest)
    }

    /// Writes `value`, `key=value`, or `key=key=value`.
    private mutating func write(values text: Bytes) {
        var value = text
        while !value.hasPrefix("http://"), !value.hasPrefix("https://"),
            let equals = value.firstIndex(of: UInt8(ascii: "=")), equals + 1 < value.count
        {
            let key = value.prefix(equals)
            copy(value.prefix(equals + 1))
            if key.hasSuffix("id") || key.hasSuffix("Id") { return write("<id>") }
            value = value.dropFirst(equals + 1)
        }
        write(value: value)
    }

    private mutating func write(value core: Bytes) {
        guard core.count > 1 else {
            if core.count == 1 { byte(core[0]) }
            return
        }
        if core.hasPrefix("http://") || core.hasPrefix("https://") {
            write("<url>")
        } else if isPeer(core) {
            write("<host>")
        } else if core.firstIndex(of: UInt8(ascii: "@")) != nil {
            write("<addr>")
        } else if isAddress(core) {
            write("<ip>")
        } else if isTime(core) {
            write("<time>")
        } else if core.isMixed, QueueID.matches(core) {
            write("<qid>")
        } else if isID(core) {
            write("<id>")
        } else {
            copy(core)
        }
    }

    private mutating func write(bracketed text: Bytes) {
        if text.firstIndex(of: UInt8(ascii: "@")) != nil {
            write("<addr>")
        } else if text == "LF" || text == "CR" || text.isEmpty
            || Self.placeholders.contains(where: { text == $0 })
        {
            byte(0x3C)
            for index in 0..<text.count { byte(text[index]) }
            byte(0x3E)
        } else {
            write("<name>")
        }
    }

    private static let placeholders: [StaticString] = [
        "qid", "host", "addr", "name", "ip", "url", "time", "id", "n",
    ]

    /// Writes the bytes, with runs of five or more digits replaced by `<n>`.
    private mutating func copy(_ text: Bytes) {
        var index = 0
        while index < text.count {
            var end = index
            while end < text.count, text[end].isDigit { end += 1 }
            if end - index >= 5 {
                write("<n>")
                index = end
            } else {
                byte(text[index])
                index += 1
                while index < end {
                    byte(text[index])
                    index += 1
                }
            }
        }
    }

    private mutating func write(_ literal: StaticString) {
        for index in 0..<literal.utf8CodeUnitCount { byte(literal.utf8Start[index]) }
    }

    @inline(__always)
    private mutating func byte(_ byte: UInt8) {
        out[count] = byte
        count += 1
    }

    /// Whether the text is `name[address]:port` or `[address]`.
    private func isPeer(_ text: Bytes) -> Bool {
        guard text.firstIndex(of: UInt8(ascii: "[")) != nil, let peer = Peer(text) else { return false }
        return !peer.address.isEmpty
    }

    /// Whether the text looks like an IP address: digits with three dots, or hexadecimal with two or more colons. With
    /// exactly two colons, it also needs a letter or `::`, to exclude times.
    private func isAddress(_ text: Bytes) -> Bool {
        var (dots, colons, others, letters) = (0, 0, 0, 0)
        for index in 0..<text.count {
            switch text[index] {
            case 0x2E: dots += 1
            case 0x3A: colons += 1
            case 0x30...0x39: continue
            case 0x41...0x46, 0x61...0x66: letters += 1
            default: others += 1
            }
        }
        if others > 0 { return false }
        return colons >= 2 && (letters > 0 || colons > 2 || text.range(of: "::") != nil)
            || dots == 3 && colons == 0 && letters == 0 && text.count >= 7
    }

    /// Whether the text starts like a time (`16:39:34`) or a date (`2026-11-23`).
    private func isTime(_ text: Bytes) -> Bool {
        guard text.count >= 8, text[0].isDigit else { return false }
        return text[2] == 0x3A && text[5] == 0x3A || text.count >= 10 && text[4] == 0x2D && text[7] == 0x2D
    }

    /// Whether the text looks like an id: 16 or more letters, digits and `-_+`, or 12 or more hexadecimal digits. At
    /// least three bytes must be decimal digits, and one a letter.
    private func isID(_ text: Bytes) -> Bool {
        guard text.count >= 12 else { return false }
        var (digits, letters, isHexadecimal) = (0, 0, true)
        for index in 0..<text.count {
            let byte = text[index]
            if byte.isDigit {
                digits += 1
            } else if byte.isLetter {
                letters += 1
                if byte.asciiLowercased > UInt8(ascii: "f") { isHexadecimal = false }
            } else if Self.joining.contains(byte) {
                isHexadecimal = false
            } else {
                return false
            }
        }
        return digits >= 3 && letters > 0 && (isHexadecimal || text.count >= 16)
    }
}
