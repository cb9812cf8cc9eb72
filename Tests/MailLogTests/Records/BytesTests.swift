import MailLog
import Testing

@Suite("Bytes")
struct BytesTests {
    private static let alphabet = Array("ab".utf8) + [0, 10, 0x80, 0xFF]

    @Test("a byte is found where a slow search finds it", arguments: 0...80)
    func search(length: Int) {
        var random = SeededRandom(seed: UInt64(length))
        for _ in 0..<40 {
            // Mostly one byte, so that the other ones stand far apart.
            let text = (0..<length).map { _ in
                Int.random(in: 0..<12, using: &random) == 0
                    ? Self.alphabet.randomElement(using: &random)! : 0x61
            }
            let start = Int.random(in: 0...length, using: &random)
            for byte in Self.alphabet {
                withExactMemory(text) { bytes in
                    #expect(bytes.lastIndex(of: byte) == text.lastIndex(of: byte))
                    let expected = text[start...].firstIndex(of: byte)
                    #expect(bytes.firstIndex(of: byte, from: start) == expected)
                    #expect(bytes.nearIndex(of: byte, from: start) == expected)
                }
            }
        }
    }

    @Test("texts are the same only if every byte is", arguments: 0...40)
    func same(length: Int) {
        let text = (0..<length).map { UInt8($0 + 65) }
        withExactMemory(text) { bytes in
            withExactMemory(text) { #expect(bytes.isSame(as: $0)) }
            withExactMemory(text + [1]) { #expect(!bytes.isSame(as: $0)) }
            for place in text.indices {
                var other = text
                other[place] ^= 1
                withExactMemory(other) { #expect(!bytes.isSame(as: $0)) }
            }
        }
    }

    @Test("every byte of a text counts in its hash, and its case only where case does", arguments: 0...40)
    func hashes(count: Int) {
        let text = (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        func hash(_ text: [UInt8], ignoringCase: Bool = false) -> UInt64 {
            withExactMemory(text) { $0.hash(seed: 42, ignoringCase: ignoringCase) }
        }
        #expect(hash(text) == hash(text))
        #expect(hash(text) != hash(text + [0]))
        for place in 0..<count {
            var other = text
            other[place] ^= 0x20
            #expect(hash(other) != hash(text))
            #expect(hash(other, ignoringCase: true) == hash(text, ignoringCase: true))
            other[place] ^= 0x21
            #expect(hash(other, ignoringCase: true) != hash(text, ignoringCase: true))
        }
    }
}
