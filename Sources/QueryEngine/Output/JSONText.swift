import MailLog

/// Values as JSON in valid UTF-8. Invalid bytes become U+FFFD.
package enum JSONText {
    package static func append(
        _ value: Value, _ type: ValueType, to text: inout [UInt8], escapes: Bool = false
    ) {
        switch value.kind {
        case .missing: text.append(contentsOf: "null".utf8)
        case .double where !value.number.isFinite: text.append(contentsOf: "null".utf8)
        case .bool, .integer, .double, .duration: ValueText.append(value, type, to: &text)
        case .time:
            text.append(quote)
            ValueText.append(value, type, to: &text)
            text.append(quote)
        case .text where value.extra == 0:
            text.append(quote)
            ValueText.append(value, type, to: &text)
            text.append(quote)
        case .text: append(value.bytes, to: &text, escapes: escapes)
        case .list:
            text.append(UInt8(ascii: "["))
            for (index, element) in value.elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                append(element, type.element, to: &text, escapes: escapes)
            }
            text.append(UInt8(ascii: "]"))
        }
    }

    /// Appends a quoted string. With `escapes`, control and formatting characters are written as `\u202e` too.
    package static func append(_ string: Bytes, to text: inout [UInt8], escapes: Bool = false) {
        text.append(quote)
        var index = 0
        while index < string.count {
            let start = index
            while index < string.count, isPlain(string[index]) { index += 1 }
            text.append(contentsOf: UnsafeBufferPointer(start: string.base + start, count: index - start))
            guard index < string.count else { break }
            let codePoint = CodePoint(in: string, at: index)
            append(codePoint, string[index..<(index + codePoint.length)], to: &text, escapes: escapes)
            index += codePoint.length
        }
        text.append(quote)
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte &- 0x20 < 0x5F && byte != quote && byte != backslash
    }

    private static func append(
        _ codePoint: CodePoint, _ bytes: Bytes, to text: inout [UInt8], escapes: Bool
    ) {
        guard let scalar = codePoint.scalar else {
            text.append(contentsOf: "\u{FFFD}".utf8)
            return
        }
        switch scalar {
        case "\"", "\\": text.append(contentsOf: [backslash, bytes[0]])
        case "\t": text.append(contentsOf: "\\t".utf8)
        case "\n": text.append(contentsOf: "\\n".utf8)
        case "\r": text.append(contentsOf: "\\r".utf8)
        case _ where scalar.value < 0x20 || escapes && DisplayText.escape(of: scalar) != nil:
            for unit in UTF16.encode(scalar).unsafelyUnwrapped {
                let hex = String(unit, radix: 16)
                text.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)".utf8)
            }
        default: text.append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: bytes.count))
        }
    }
}
