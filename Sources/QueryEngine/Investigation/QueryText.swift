import MailLog

/// Values as they are written in a query.
enum QueryText {
    /// A bare word where it can be one, else in quotes.
    static func word(_ value: Value, _ type: ValueType) -> String {
        var bytes: [UInt8] = []
        ValueText.append(value, type, to: &bytes)
        if value.kind == .text, value.bytes.isEmpty, type == .text(.address) { return "<>" }
        if !bytes.isEmpty, bytes.allSatisfy(isPlain) { return String(decoding: bytes, as: UTF8.self) }
        var quoted = "\""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: quoted.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16)
                quoted += "\\x" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return quoted + "\""
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || "@._-+".utf8.contains(byte)
    }
}
