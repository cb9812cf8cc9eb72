/// SMTP reply in the text of a delivery attempt or a reject:
///
///     250 2.0.0 Ok: queued as 6EAC4719EB
///     host H[A] said: 450-4.2.0 … (in reply to RCPT TO command)
///     550 5.1.1 <R>: Recipient address rejected: …
package enum Reply {
    /// Returns the reply code, 200 to 599.
    static func code(in detail: Value) -> Value {
        guard let reply = start(in: detail.bytes), codeLength(reply) > 0 else { return .missing }
        return .integer(reply.prefix(3).decimal ?? 0)
    }

    /// Returns the enhanced status code after the reply code, or at the start of a reply without a reply code.
    package static func dsn(in detail: Value) -> Value {
        guard let reply = start(in: detail.bytes) else { return .missing }
        let rest = reply.dropFirst(codeLength(reply))
        let length = dsnLength(rest)
        return length > 0 ? .text(rest.prefix(length)) : .missing
    }

    static func command(in detail: Value) -> Value {
        let bytes = detail.bytes
        guard bytes.hasSuffix(" command)"), let start = lastCommand(in: bytes) else { return .missing }
        return .text(bytes[start + inReplyTo.utf8CodeUnitCount..<bytes.count - 9])
    }

    static func queuedAs(in detail: Value) -> Value {
        let bytes = detail.bytes
        // amavis writes `queued_as: `.
        guard let range = bytes.range(of: "queued as ") ?? bytes.range(of: "queued_as: ") else {
            return .missing
        }
        let rest = bytes.dropFirst(range.upperBound)
        var length = 0
        while length < rest.count, rest[length].isDigit || rest[length].isLetter || rest[length] == 0x2D {
            length += 1
        }
        return length > 0 ? .text(rest.prefix(length)) : .missing
    }

    /// Returns the class of an enhanced status code: 2, 4 or 5.
    static func classOf(dsn: Value) -> Value {
        let bytes = dsn.bytes
        guard bytes.count > 1, bytes[1] == UInt8(ascii: "."), bytes[0].isDigit else { return .missing }
        return .integer(Int(bytes[0] - 48))
    }

    /// Returns the text after the reply code and the enhanced status code.
    static func withoutCodes(_ text: Bytes) -> Bytes {
        var rest = text.dropFirst(codeLength(text))
        let length = dsnLength(rest)
        rest = rest.dropFirst(length)
        return rest.count > 0 && length > 0 && rest[0] == 0x20 ? rest.dropFirst(1) : rest
    }

    static let inReplyTo: StaticString = "(in reply to "

    /// Returns the index of the last `(in reply to `.
    static func lastCommand(in text: Bytes) -> Int? {
        var found: Int?
        // Command names are short, so the last 64 bytes suffice.
        var index = max(0, text.count - 64)
        while let range = text.range(of: inReplyTo, from: index) {
            found = range.lowerBound
            index = range.upperBound
        }
        return found
    }

    /// Returns the reply of the server: the whole text, or the text after ` said: ` or ` refused to talk to me: `.
    private static func start(in text: Bytes) -> Bytes? {
        if codeLength(text) > 0 || dsnLength(text) > 0 { return text }
        if let said = text.range(of: " said: ") { return text.dropFirst(said.upperBound) }
        if let refused = text.range(of: " refused to talk to me: ") {
            return text.dropFirst(refused.upperBound)
        }
        return nil
    }

    /// Returns the length of `450 `, `450-` or a final `450` at the start; 0 if there is no code.
    static func codeLength(_ text: Bytes) -> Int {
        guard text.count >= 3, text[0] &- 50 < 4, text[1].isDigit, text[2].isDigit else { return 0 }
        if text.count == 3 { return 3 }
        return text[3] == 0x20 || text[3] == 0x2D ? 4 : 0
    }

    /// Returns the length of `4.2.0` at the start; 0 unless a blank or the end of the text follows.
    static func dsnLength(_ text: Bytes) -> Int {
        guard text.count >= 5, text[0] &- 50 < 4, text[1] == UInt8(ascii: ".") else { return 0 }
        var index = 2
        for part in 0..<2 {
            let start = index
            while index < text.count, text[index].isDigit { index += 1 }
            guard index > start, index - start <= 3 else { return 0 }
            if part == 0 {
                guard index < text.count, text[index] == UInt8(ascii: ".") else { return 0 }
                index += 1
            }
        }
        return index == text.count || text[index] == 0x20 ? index : 0
    }
}
