import QueryEngine
import Testing

@Suite struct GlobTests {
    @Test(arguments: [
        ("*@example.com", "a@example.com", true),
        ("*@example.com", "a@example.com.invalid", false),
        ("sally@*", "sally@uk.example.com", true),
        ("*psi*", "uk.psi.com", true),
        ("*psi*", "uk.example.com", false),
        ("**", "", true),
        ("*psi?", "uk.psi.com", false),
        ("4.?.1", "4.7.1", true),
        ("4.?.1", "4.10.1", false),
        ("a*b*c", "a-b-b-c", true),
        ("aba*ba", "aba", false),
        ("*", "", true),
        ("?", "", false),
        ("", "", true),
        ("", "x", false),
        ("gr?n", "grün", true),
        ("gr??n", "grün", false),
        ("*?", "ü", true),
        ("*??", "ü", false),
        ("Sally", "sally", false),
    ])
    func matchesWholeValues(glob: String, value: String, expected: Bool) {
        #expect(matches(Glob(Array(glob.utf8)), Array(value.utf8)) == expected)
    }

    @Test func ignoresASCIICaseOnRequest() {
        let glob = Glob(Array("*@EXAMPLE.com".utf8), ignoresCase: true)
        #expect(matches(glob, Array("Sally@Example.COM".utf8)))
        #expect(glob.longestLiteral == Array("@example.com".utf8))
    }

    @Test func knowsItsLongestLiteral() {
        #expect(Glob(Array("a*example?com".utf8)).longestLiteral == Array("example".utf8))
        #expect(Glob(Array("*?*".utf8)).longestLiteral == nil)
    }

    @Test func countsAStrayByteAsOneCharacter() {
        #expect(matches(Glob(Array("a??b".utf8)), [0x61, 0xFF, 0xC3, 0x62]))
        #expect(!matches(Glob(Array("a?b".utf8)), [0x61, 0xFF, 0xC3, 0x62]))
    }

    @Test(arguments: [false, true])
    func agreesWithTheDefinition(ignoresCase: Bool) {
        var random = SeededRandom(seed: ignoresCase ? 1 : 2)
        let globBytes = ["a", "b", "A", "*", "?", "é"]
        let textBytes: [[UInt8]] = [[0x61], [0x62], [0x41], Array("é".utf8), [0xC3], [0xA9]]
        for _ in 0..<20_000 {
            let glob = (0..<Int.random(in: 0...7, using: &random)).map { _ in
                globBytes.randomElement(using: &random)!
            }.joined()
            let value = (0..<Int.random(in: 0...9, using: &random)).flatMap { _ in
                textBytes.randomElement(using: &random)!
            }
            let expected = defined(Array(glob.utf8)[...], value[...], ignoresCase)
            #expect(
                matches(Glob(Array(glob.utf8), ignoresCase: ignoresCase), value) == expected,
                "\(glob) and \(value)")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func takesNoMoreTimeThanTheProductOfTheLengths() {
        let glob = Glob(Array((String(repeating: "a*", count: 500) + "b").utf8))
        #expect(!matches(glob, Array((String(repeating: "a", count: 5000) + "cbx").utf8)))
        #expect(matches(glob, Array((String(repeating: "a", count: 5000) + "b").utf8)))
    }
}

private func matches(_ glob: Glob, _ value: [UInt8]) -> Bool { with(value) { glob.matches($0) } }

/// What a glob means, tried in every way.
private func defined(_ glob: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, _ ignoresCase: Bool) -> Bool {
    guard let first = glob.first else { return value.isEmpty }
    let rest = glob.dropFirst()
    let length = value.first == 0xC3 && value.dropFirst().first == 0xA9 ? 2 : 1
    switch first {
    case UInt8(ascii: "*"):
        return defined(rest, value, ignoresCase)
            || !value.isEmpty && defined(glob, value.dropFirst(length), ignoresCase)
    case UInt8(ascii: "?"):
        return !value.isEmpty && defined(rest, value.dropFirst(length), ignoresCase)
    default:
        guard let byte = value.first else { return false }
        let lower = { (byte: UInt8) in ignoresCase && (0x41...0x5A).contains(byte) ? byte + 32 : byte }
        return lower(byte) == lower(first) && defined(rest, value.dropFirst(), ignoresCase)
    }
}
