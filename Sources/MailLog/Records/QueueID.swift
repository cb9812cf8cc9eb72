/// Recognition of queue ids (`global/mail_queue.h`). A short queue id is upper-case hexadecimal. A long queue id has no
/// vowels and has a `z` before the inode, so it cannot be a word.
package enum QueueID {
    /// Returns the length of the queue id at the start of the text; 0 if there is none. A colon must follow the queue
    /// id, and after the colon a blank or the end of the text.
    @inline(__always)
    static func length(in text: Bytes) -> Int {
        let index = hexLength(of: text)
        guard index < text.count else { return 0 }
        if text[index] == UInt8(ascii: ":") {
            return index >= 6 && (index + 1 == text.count || text[index + 1] == 0x20) ? index : 0
        }
        return longLength(in: text)
    }

    /// Returns the number of upper-case hexadecimal digits at the start. Reads eight bytes at a time: adding a constant
    /// sets the highest bit of each byte that is not less than a limit.
    @inline(__always)
    private static func hexLength(of text: Bytes) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        var index = 0
        while index + 8 <= text.count {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(text.base + index).loadUnaligned(as: UInt64.self))
            let low = word & ~tops
            let digits = (low &+ ones &* (0x80 - 0x30)) & ~(low &+ ones &* (0x80 - 0x3A))
            let letters = (low &+ ones &* (0x80 - 0x41)) & ~(low &+ ones &* (0x80 - 0x47))
            let others = ~((digits | letters) & ~word) & tops
            if others != 0 { return index + others.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < text.count, text[index].isDigit || text[index] &- 65 < 6 { index += 1 }
        return index
    }

    /// Whether the whole text is a queue id.
    package static func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { buffer in
            buffer.baseAddress.map { matches(Bytes($0, count: buffer.count)) } ?? false
        }
    }

    /// Whether the whole text is a queue id.
    static func matches(_ text: Bytes) -> Bool {
        if text.count >= 6 {
            var isShort = true
            for index in 0..<text.count where !(text[index].isDigit || text[index] &- 65 < 6) {
                isShort = false
                break
            }
            if isShort { return true }
        }
        return isLong(text)
    }

    /// Whether the whole text is a queue id of Exim (`1rAbCd-000000-0A`) or Sendmail (`0ANGdYxx012345`: time, sequence,
    /// process id).
    package static func isForeign(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard text.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }) else { return false }
        if parts.count == 3 {
            // Seconds to the base 62: the first digit is 1 until 2028.
            return [[6, 6, 2], [6, 11, 4]].contains(parts.map(\.count))
                && (text.first == UInt8(ascii: "1") || text.first == UInt8(ascii: "2"))
        }
        guard parts.count == 1, (14...15).contains(text.count), text.dropFirst(8).allSatisfy(\.isDigit) else {
            return false
        }
        let month = text[text.startIndex + 1]
        // The third byte is a day, the fourth an hour; both are digits, then capitals.
        return (month.isDigit || month == UInt8(ascii: "A") || month == UInt8(ascii: "B"))
            && text.dropFirst(2).prefix(2).allSatisfy { $0.isDigit || (65...86).contains($0) }
    }

    /// Returns the queue id before a colon inside a text: `append file defer 3F2A1B2C4D5: Input/output error`. It must
    /// contain letters and digits, to exclude words and numbers.
    static func inside(_ text: Bytes) -> Bytes? {
        var index = 0
        while let colon = text.range(of: ": ", from: index) {
            let words = text[index..<colon.lowerBound]
            let last = words.dropFirst(words.lastIndex(of: 0x20).map { $0 + 1 } ?? 0)
            if last.isMixed, matches(last) { return last }
            index = colon.upperBound
        }
        return nil
    }

    /// Returns the creation time in a long queue id, in microseconds since 1970 UTC; nil for any other id. Six or seven
    /// digits in base 52 are the seconds; the four digits before `z` are the microseconds.
    static func birth(_ id: Bytes) -> Int64? {
        guard isLong(id), let mark = id.lastIndex(of: UInt8(ascii: "z")), (10...11).contains(mark) else {
            return nil
        }
        let digits = Bytes("0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz")
        var values: [Int64] = [0, 0]
        for index in 0..<mark {
            guard let digit = digits.firstIndex(of: id[index]) else { return nil }
            values[index < mark - 4 ? 0 : 1] = values[index < mark - 4 ? 0 : 1] * 52 + Int64(digit)
        }
        guard values[1] < 1_000_000 else { return nil }
        return values[0] * 1_000_000 + values[1]
    }

    private static func longLength(in text: Bytes) -> Int {
        guard let colon = text.prefix(40).firstIndex(of: UInt8(ascii: ":")),
            colon + 1 == text.count || text[colon + 1] == 0x20
        else { return 0 }
        return isLong(text.prefix(colon)) ? colon : 0
    }

    private static func isLong(_ text: Bytes) -> Bool {
        guard text.count >= 12 else { return false }
        for index in 0..<text.count {
            let byte = text[index]
            guard byte.isDigit || byte.isLetter else { return false }
            switch byte.asciiLowercased {
            case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
                UInt8(ascii: "u"):
                return false
            default: continue
            }
        }
        guard let mark = text.firstIndex(of: UInt8(ascii: "z"), from: 10) else { return false }
        return mark < text.count - 1
    }
}

extension Bytes {
    /// Whether the text contains both letters and digits.
    var isMixed: Bool {
        var (digits, letters) = (false, false)
        for index in 0..<count {
            if self[index].isDigit { digits = true } else if self[index].isLetter { letters = true }
        }
        return digits && letters
    }
}
