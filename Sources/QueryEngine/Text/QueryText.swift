import MailLog
import QuerySyntax
import SystemText

/// Values as text of a query, for the right side of a comparison.
package enum QueryText {
    /// Returns a bare word if possible, else a quoted text.
    package static func value(_ value: Value, _ type: ValueType) -> String {
        var bytes: [UInt8] = []
        ValueText.append(value, type, to: &bytes)
        return isBare(bytes, type) ? String(decoding: bytes, as: UTF8.self) : quoted(bytes)
    }

    /// Formats microseconds of the wall clock.
    package static func time(_ microseconds: Int64) -> String { value(.time(microseconds), .time(.instant)) }

    /// Returns the text without quotes and escapes.
    static func plain(_ value: Value, _ type: ValueType) -> String {
        var bytes: [UInt8] = []
        ValueText.append(value, type, to: &bytes)
        return String(quoted(bytes).dropFirst().dropLast())
    }

    /// Returns the name of a column, in backticks if necessary.
    package static func name(_ name: String) -> String {
        let bytes = Array(name.utf8)
        let isPlain =
            bytes.first.map(Parser.startsWord) == true && bytes.allSatisfy(Parser.continuesWord)
            && !ReservedWords.all.contains(name.lowercased())
        return isPlain ? name : "`\(name)`"
    }

    /// Returns the name of a file as a word if possible, else quoted. Inside an open quote, without quotes.
    static func path(_ name: String, in quote: String) -> String {
        let quoted = quoted(SystemText.bytes(name))
        guard quote.isEmpty else { return String(quoted.dropFirst().dropLast()) }
        let isWord = quoted.dropFirst().dropLast() == name && !name.contains { " ,();|'<>#".contains($0) }
        return isWord ? name : quoted
    }

    private static func isBare(_ bytes: [UInt8], _ type: ValueType) -> Bool {
        guard let first = bytes.first else { return false }
        if bytes == Array("<>".utf8) { return type == .text(.address) }
        // Excludes characters that end a word or make it a glob, regex, comment, parameter or name.
        guard bytes.allSatisfy({ $0 > 32 && $0 != 127 && !" ,();|*?\"'<>".utf8.contains($0) }),
            !"/#{`@=~!".utf8.contains(first)
        else { return false }
        let word = SystemText.string(bytes)
        if case .text(.oneOf) = type { return true }
        return word.unicodeScalars.allSatisfy {
            DisplayText.escape(of: $0) == nil && SystemText.byte($0) == nil
        }
            && Field.named(word) == nil && word.lowercased() != "null" && !word.contains("..")
    }

    /// Quotes a text. Control and formatting characters become escapes.
    static func quoted(_ bytes: [UInt8]) -> String {
        var text = "\""
        for scalar in SystemText.string(bytes).unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                text += "\\\(scalar)"
            } else if let byte = SystemText.byte(scalar) {
                text += "\\x\(String(byte, radix: 16))"
            } else if let escape = DisplayText.escape(of: scalar) {
                text +=
                    scalar.isASCII
                    ? String(decoding: escape, as: UTF8.self)
                    : scalar.utf8.map { "\\x\(String($0, radix: 16))" }.joined()
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
