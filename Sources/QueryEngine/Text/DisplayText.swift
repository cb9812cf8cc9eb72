import MailLog

/// Makes log text safe for a terminal. Characters that move the cursor, change the direction of text or hide text, and
/// bytes that are not UTF-8, become escapes: `\x1b`, `\u{202e}`.
package enum DisplayText {
    /// Appends the text. With `escapesBackslash`, backslashes are doubled, so that the text can be decoded.
    package static func append(_ text: Bytes, to output: inout [UInt8], escapesBackslash: Bool = false) {
        var index = 0
        while index < text.count {
            let end = endOfPlainASCII(text, from: index, backslash: !escapesBackslash)
            if end > index {
                output.append(contentsOf: UnsafeBufferPointer(start: text.base + index, count: end - index))
                index = end
                continue
            }
            let piece = Piece(in: text, at: index, backslash: !escapesBackslash)
            piece.append(to: &output)
            index += piece.length
        }
    }

    /// Returns the text as `append` writes it.
    package static func shown(_ text: [UInt8]) -> [UInt8] {
        var shown: [UInt8] = []
        text.withBytes { append($0, to: &shown) }
        return shown
    }

    /// Appends the text, cut to `columns`. A cut text ends in `ending`, which is one column wide. Returns the width.
    @discardableResult
    package static func append(
        _ text: Bytes, to output: inout [UInt8], columns: Int, ending: String = "…"
    ) -> Int {
        let all = width(text)
        if all <= columns {
            append(text, to: &output)
            return all
        }
        guard columns > 0 else { return 0 }
        var used = 0
        var index = 0
        while index < text.count {
            let piece = Piece(in: text, at: index, backslash: true)
            if used + piece.width > columns - 1 { break }
            piece.append(to: &output)
            used += piece.width
            index += piece.length
        }
        output.append(contentsOf: ending.utf8)
        return used + 1
    }

    package static func width(of text: String) -> Int { Array(text.utf8).withBytes { width($0) } }

    /// Returns the width of the text that `append` writes, in columns of a terminal.
    package static func width(_ text: Bytes, escapesBackslash: Bool = false) -> Int {
        var columns = 0
        var index = 0
        while index < text.count {
            let end = endOfPlainASCII(text, from: index, backslash: !escapesBackslash)
            if end > index {
                columns += end - index
                index = end
                continue
            }
            let piece = Piece(in: text, at: index, backslash: !escapesBackslash)
            columns += piece.width
            index += piece.length
        }
        return columns
    }

    private static func endOfPlainASCII(_ text: Bytes, from start: Int, backslash: Bool) -> Int {
        var index = start
        while index < text.count, text[index] &- 0x20 < 0x5F, backslash || text[index] != Piece.backslash {
            index += 1
        }
        return index
    }

    /// One character or invalid byte.
    private struct Piece {
        /// Bytes of the text.
        let length: Int
        /// Columns of the terminal.
        let width: Int
        /// The escape; nil if the character is shown as it is.
        let escape: [UInt8]?
        private let start: UnsafePointer<UInt8>

        static let backslash = UInt8(ascii: "\\")

        init(in text: Bytes, at index: Int, backslash: Bool) {
            let codePoint = CodePoint(in: text, at: index)
            start = text.base + index
            length = codePoint.length
            if text[index] == Self.backslash, !backslash {
                escape = [Self.backslash, Self.backslash]
            } else if let scalar = codePoint.scalar {
                escape = DisplayText.escape(of: scalar)
            } else {
                escape = Array("\\x\(String(text[index], radix: 16))".utf8)
            }
            width = escape?.count ?? codePoint.scalar.map(DisplayText.width(of:)) ?? 1
        }

        func append(to output: inout [UInt8]) {
            if let escape {
                output.append(contentsOf: escape)
            } else {
                output.append(contentsOf: UnsafeBufferPointer(start: start, count: length))
            }
        }
    }

    /// Returns the escape of a character; nil if it is safe.
    static func escape(of scalar: Unicode.Scalar) -> [UInt8]? {
        let hex = String(scalar.value, radix: 16)
        switch scalar.value {
        case 9: return Array("\\t".utf8)
        case 10: return Array("\\n".utf8)
        case 13: return Array("\\r".utf8)
        case 0..<0x20, 0x7F: return Array("\\x\(scalar.value < 16 ? "0" : "")\(hex)".utf8)
        case 0x20..<0x7F: return nil
        // Variation selectors 15 and 16 choose between text and emoji.
        case 0xFE0E, 0xFE0F: return nil
        default: break
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return Array("\\u{\(hex)}".utf8)
        default: return properties.isDefaultIgnorableCodePoint ? Array("\\u{\(hex)}".utf8) : nil
        }
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        guard scalar.value >= 0x300 else { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        // Hangul vowels and final consonants join the syllable before them.
        case 0x1160...0x11FF, 0xD7B0...0xD7FF: return 0
        // Two of these make one flag.
        case 0x1F1E6...0x1F1FF: return 1
        default: break
        }
        return wide.contains { $0.contains(scalar.value) } || scalar.properties.isEmojiPresentation ? 2 : 1
    }

    /// East_Asian_Width W and F, Unicode 14.0 EastAsianWidth.txt, unassigned gaps joined; without the emoji,
    /// which the standard library knows.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4C6,
        0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x1B2FB, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]
}
