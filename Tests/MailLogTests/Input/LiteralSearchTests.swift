import MailLog
import Testing

@Suite struct LiteralSearchTests {
    /// Bytes that look alike to the search: both cases of few letters, and neighbours of letters in ASCII.
    static let alphabet = Array("aAbB@`[{ 1=".utf8) + [0xC1, 0xE1]

    @Test(arguments: [false, true])
    func findsWhatANaiveSearchFinds(foldCase: Bool) {
        var random = SeededRandom(seed: foldCase ? 1 : 2)
        for length in 0...200 {
            for literalLength in [1, 2, 3, 5, 17, 40] {
                let text = random.bytes(length, of: Self.alphabet)
                let literal = random.bytes(literalLength, of: Self.alphabet)
                let search = LiteralSearch(literal, foldCase: foldCase)
                let start = Int.random(in: 0...max(1, length / 2), using: &random)
                #expect(
                    first(search, in: text, from: start)
                        == naive([literal], in: text, from: start, foldCase: foldCase),
                    "\(literal) in \(text) from \(start)")
            }
        }
    }

    @Test(arguments: [1, 2, 7, 16, 33])
    func findsALiteralAtEveryPlaceUpToTheVeryEnd(literalLength: Int) {
        let literal = Array("Connection timed out while sending".utf8.prefix(literalLength))
        let search = LiteralSearch(literal)
        for length in literalLength...(literalLength + 150) {
            for place in 0...(length - literalLength) {
                var text = [UInt8](repeating: UInt8(ascii: "."), count: length)
                text.replaceSubrange(place..<(place + literalLength), with: literal)
                #expect(first(search, in: text, from: 0) == place)
                #expect(first(search, in: text, from: place) == place)
                #expect(first(search, in: text, from: place + 1) == nil)
                text[place + literalLength - 1] = UInt8(ascii: ",")
                #expect(first(search, in: text, from: 0) == nil)
            }
        }
    }

    @Test func passesOverPlacesWhereOnlyTheRareBytesAgree() {
        let search = LiteralSearch(Array("status=bounced".utf8))
        let almost = String(repeating: "status=bouncer status-bounced ", count: 20)
        #expect(first(search, in: Array(almost.utf8), from: 0) == nil)
        #expect(first(search, in: Array((almost + "status=bounced").utf8), from: 0) == almost.utf8.count)
    }

    @Test func foldsOnlyASCIILetters() {
        let text = Array("to=<Sally@UK.example> [x] {y}".utf8)
        #expect(first(LiteralSearch(Array("SALLY@uk".utf8), foldCase: true), in: text, from: 0) == 4)
        #expect(first(LiteralSearch(Array("SALLY`uk".utf8), foldCase: true), in: text, from: 0) == nil)
        #expect(first(LiteralSearch(Array("[Y]".utf8), foldCase: true), in: text, from: 0) == nil)
        #expect(first(LiteralSearch(Array("SALLY@uk".utf8)), in: text, from: 0) == nil)
    }

    @Test(arguments: [false, true])
    func findsTheFirstOfSeveral(foldCase: Bool) {
        var random = SeededRandom(seed: foldCase ? 3 : 4)
        for length in 0...200 {
            for count in 1...8 {
                let text = random.bytes(length, of: Self.alphabet)
                let literals = (0..<count).map { _ in
                    random.bytes(Int.random(in: 1...12, using: &random), of: Self.alphabet)
                }
                let search = LiteralSetSearch(literals, foldCase: foldCase)
                #expect(
                    first(search, in: text, from: 0)
                        == naive(literals, in: text, from: 0, foldCase: foldCase),
                    "\(literals) in \(text)")
            }
        }
    }

    @Test("literals that differ in their last byte, among longer words that begin like them")
    func findsLiteralsThatEndOtherwise() {
        var random = SeededRandom(seed: 5)
        for length in 0...300 {
            for count in 2...8 {
                let shared = random.bytes(Int.random(in: 2...5, using: &random), of: Self.alphabet)
                let endings = Self.alphabet.shuffled(using: &random).prefix(count)
                var text: [UInt8] = []
                while text.count < length {
                    text += Bool.random(using: &random) ? shared : []
                    text += random.bytes(Int.random(in: 0...20, using: &random), of: Self.alphabet)
                }
                let literals = endings.map { shared + [$0] }
                let start = Int.random(in: 0...length / 2, using: &random)
                #expect(
                    first(LiteralSetSearch(literals), in: text, from: start)
                        == naive(literals, in: text, from: start, foldCase: false),
                    "\(literals) in \(text) from \(start)")
            }
        }
    }

    @Test func findsLiteralsThatBeginAlike() {
        let search = LiteralSetSearch(["Connection timed out", "Connection refused"].map { Array($0.utf8) })
        let text = Array("(Connection reset) (Connection refused) (Connection timed out)".utf8)
        #expect(first(search, in: text, from: 0) == 20)
        #expect(first(search, in: text, from: 21) == 41)
        #expect(first(search, in: text, from: 42) == nil)
    }
}

private func first(_ search: LiteralSearch, in text: [UInt8], from start: Int) -> Int? {
    withExactMemory(text) { search.first(in: $0, from: start) }
}

private func first(_ search: LiteralSetSearch, in text: [UInt8], from start: Int) -> Int? {
    withExactMemory(text) { search.first(in: $0, from: start) }
}

private func naive(_ literals: [[UInt8]], in text: [UInt8], from start: Int, foldCase: Bool) -> Int? {
    let lower = { (bytes: [UInt8]) in foldCase ? bytes.map(\.asciiLowercased) : bytes }
    let text = lower(text)
    let literals = literals.map(lower)
    guard start <= text.count else { return nil }
    return (start..<text.count).first { place in literals.contains { text[place...].starts(with: $0) } }
}
