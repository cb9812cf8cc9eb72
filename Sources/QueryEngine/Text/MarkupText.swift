import MailLog
import SystemText

/// Escapes text for HTML and SVG, and makes it safe as `DisplayText` does.
enum MarkupText {
    static func append(_ text: [UInt8], to markup: inout [UInt8]) {
        for byte in DisplayText.shown(text) {
            switch byte {
            case UInt8(ascii: "&"): markup.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): markup.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): markup.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): markup.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): markup.append(contentsOf: "&#39;".utf8)
            default: markup.append(byte)
            }
        }
    }

    static func escaped(_ text: String) -> String {
        var markup: [UInt8] = []
        append(SystemText.bytes(text), to: &markup)
        return String(decoding: markup, as: UTF8.self)
    }
}
