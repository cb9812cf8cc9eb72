import SystemText
import Testing

@Suite("Text of the system")
struct SystemTextTests {
    static let texts: [[UInt8]] = [
        [], Array("mail.log".utf8), Array("café €.log".utf8), Array("caf\u{e9}\u{202e}.log".utf8),
        // Latin-1, the halves of a character, a surrogate, bytes that UTF-8 never has.
        [0x63, 0x61, 0x66, 0xE9], [0xE2, 0x82], [0x82, 0xAC, 0x2F], [0xED, 0xA0, 0x80],
        [0xFE, 0xFF, 0xC0, 0x80],
        // The scalar that carries 0xE9, and that byte.
        Array("\u{10F7E9}".utf8), Array("\u{10F7E9}".utf8) + [0xE9],
        Array("\u{10F77F}\u{10F800}\u{10FFFF}".utf8),
        Array(0x80...0xFF),
    ]

    @Test("comes back as it was", arguments: texts)
    func comesBack(text: [UInt8]) {
        #expect(SystemText.bytes(SystemText.string(text)) == text)
        #expect(SystemText.path(SystemText.string(text)).map(UInt8.init(bitPattern:)) == text + [0])
    }

    @Test("differs where the bytes differ")
    func differs() {
        #expect(
            Set(SystemTextTests.texts.map { Array(SystemText.string($0).unicodeScalars) }).count
                == SystemTextTests.texts.count)
    }

    @Test("with a NUL is no path")
    func noPath() { #expect(SystemText.path("mail.log\0.mlq") == [0]) }
}
