import MailLog
import QuerySyntax

/// Values as a query writes them on the right of a comparison.
package enum QueryText {
    /// A bare word where that is safe, else a quoted text.
    package static func value(_ value: Value, _ type: ValueType) -> String {
        var bytes: [UInt8] = []
        ValueText.append(value, type, to: &bytes)
        return isBare(bytes, type) ? String(decoding: bytes, as: UTF8.self) : quoted(bytes)
    }

    /// A moment of the wall clock, in microseconds.
    package static func time(_ microseconds: Int64) -> String { value(.time(microseconds), .time(.instant)) }

    /// The text between quotes, escapes undone.
    static func plain(_ value: Value, _ type: ValueType) -> String {
        var bytes: [UInt8] = []
        ValueText.append(value, type, to: &bytes)
        return String(quoted(bytes).dropFirst().dropLast())
    }

    /// The name of a column: in backticks unless it is a plain word.
    package static func name(_ name: String) -> String {
        let bytes = Array(name.utf8)
        let isPlain =
            bytes.first.map(Parser.startsWord) == true && bytes.allSatisfy(Parser.continuesWord)
            && !ReservedWords.all.contains(name.lowercased())
        return isPlain ? name : "`\(name)`"
    }

    private static func isBare(_ bytes: [UInt8], _ type: ValueType) -> Bool {
        guard let first = bytes.first else { return false }
        if bytes == Array("<>".utf8) { return type == .text(.address) }
        // What ends a word, what makes it a glob, and what would be a regex, a comment, a parameter or a name.
        guard bytes.allSatisfy({ $0 > 32 && $0 != 127 && !" ,();|*?\"'<>".utf8.contains($0) }),
            !"/#{`@=~!".utf8.contains(first)
        else { return false }
        let word = String(decoding: bytes, as: UTF8.self)
        if case .text(.oneOf) = type { return true }
        return Fields.named(word) == nil && word.lowercased() != "null" && !word.contains("..")
    }

    static func quoted(_ bytes: [UInt8]) -> String {
        var text = "\""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 10: text += "\\n"
            case 9: text += "\\t"
            case 13: text += "\\r"
            case 34, 92: text += "\\\(scalar)"
            case 0..<32, 127:
                text += "\\x\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
