import MailLog
import QueryEngine
import Testing

@Suite struct PatternTests {
    @Test(arguments: [
        ("status=(sent|bounced)", "status=bounced (x)", Pattern.Match.yes),
        ("status=(sent|bounced)", "status=deferred", .no),
        ("timed out|refused", "Connection refused", .yes),
        ("^to=<.*>$", "to=<a@b.example>", .yes),
        ("", "anything", .yes),
    ])
    func matches(source: String, text: String, expected: Pattern.Match) throws {
        let pattern = try Pattern(source)
        #expect(matching(pattern, text) == expected)
    }

    @Test func ignoresCaseOnRequest() throws {
        #expect(matching(try Pattern("REFUSED|Élan", ignoresCase: true), "Connection refused") == .yes)
        #expect(matching(try Pattern("REFUSED|Élan", ignoresCase: true), "élan") == .yes)
        #expect(matching(try Pattern("REFUSED"), "Connection refused") == .no)
    }

    @Test func saysWhereAPatternIsWrong() {
        #expect(throws: PatternError(message: "missing closing parenthesis", offset: 5)) {
            try Pattern("a(b|c")
        }
        // In bytes: é is two of them.
        #expect(throws: PatternError(message: "quantifier does not follow a repeatable item", offset: 3)) {
            try Pattern("é|*")
        }
    }

    @Test func namesItsGroups() throws {
        let pattern = try Pattern(#"(?<host>\S+)\[(?<ip>[0-9.]+)\](:(?<port>\d+))?"#)
        #expect(pattern.names.map(\.name) == ["host", "ip", "port"])
        #expect(pattern.names.map(\.group) == [1, 2, 4])
        #expect(pattern.groupCount == 4)
        let text = "connect to uk.psi.com[192.0.2.17]: refused"
        let captures = with(text) { pattern.captures($0, scratch: PatternScratch()) }
        #expect(captures == [11..<33, 11..<21, 22..<32, nil, nil])
        #expect(with("nothing here") { pattern.captures($0, scratch: PatternScratch()) } == nil)
    }

    @Test func oneScratchServesPatternsOfAnySize() throws {
        let scratch = PatternScratch()
        let small = try Pattern("a(b)")
        let large = try Pattern(String(repeating: "(x)?", count: 60) + "(b)")
        for _ in 0..<3 {
            #expect(with("ab") { small.captures($0, scratch: scratch) } == [0..<2, 1..<2])
            #expect(with("ab") { large.captures($0, scratch: scratch) }?.last == 1..<2)
        }
    }

    @Test(arguments: [
        "(a+)+$", "(a|aa)+$", "(?:a?){30}a{30}$", "a.*a.*a.*a.*a.*[bc]", "(a?a?a?a?a?a?)*a{50}[bc]",
    ])
    func givesUpInsteadOfHanging(source: String) throws {
        let pattern = try Pattern(source)
        let scratch = PatternScratch()
        for length in [100, 1000, 4000] {
            let text = String(repeating: "a", count: length) + "!"
            var result = Pattern.Match.yes
            let took = ContinuousClock().measure {
                result = with(text) { pattern.matches($0, scratch: scratch) }
            }
            #expect(result == .gaveUp, "\(length)")
            // Ten times what it takes on an idle machine.
            #expect(took < .milliseconds(500), "\(length)")
        }
    }

    @Test func longLinesDoNotMakeAnOrdinaryPatternGiveUp() throws {
        let pattern = try Pattern(#"(?:\w+\s+)+to=.*relay=.*said: (\d+)"#)
        let words = String(repeating: "word ", count: 2000)
        #expect(matching(pattern, words + "to=x relay=y said: 550") == .yes)
        #expect(matching(try Pattern("x.*y.*[zw]"), String(repeating: "xy", count: 4000)) == .gaveUp)
        #expect(matching(try Pattern("a.*b.*[xy]"), String(repeating: "word a b ", count: 10)) == .no)
    }

    @Test func invalidBytesMatchNothingAndHarmNothing() throws {
        let text: [UInt8] = Array("to=<".utf8) + [0xFF, 0xC3] + Array("> é status=sent".utf8) + [0xE2, 0x82]
        let scratch = PatternScratch()
        func matches(_ source: String) throws -> Pattern.Match {
            let pattern = try Pattern(source)
            return with(text) { pattern.matches($0, scratch: scratch) }
        }
        #expect(try matches("> . status=(sent)") == .yes)
        #expect(try matches("status=sent") == .yes)
        #expect(try matches("é") == .yes)
        #expect(try matches("to=<.+>") == .no)
        #expect(try matches("€") == .no)
    }
}

@Suite struct NecessaryTests {
    @Test(arguments: [
        ("refused", ["refused"], true),
        ("Connection (timed out|refused)", ["Connection timed out", "Connection refused"], true),
        ("(?:timed out|refused)", ["timed out", "refused"], true),
        ("[Dd]eferred", ["Deferred", "deferred"], true),
        (#"to=<\S+@uk\.psi\.com>"#, ["@uk.psi.com>"], false),
        ("colou?r", ["colour", "color"], true),
        ("https?", ["http"], true),
        ("a(bc)+d", ["abc"], false),
        ("fo+bar", ["obar"], false),
        ("^status=(sent|bounced)$", ["status=sent", "status=bounced"], false),
        (#"\bsally\b"#, ["sally"], false),
        ("(?<who>postmaster)@.*example", ["postmaster@"], false),
        ("aaa.*|bbbb", ["aaa", "bbbb"], false),
        ("(x|y)(x|y)(x|y)(x|y)long", ["xlong", "ylong"], false),
        ("grün", ["grün"], true),
        ("x{2}abc", ["xabc"], false),
        (#"a\tb"#, ["a\tb"], true),
        ("a|ab|b", ["a", "b"], true),
    ])
    func readsLiterals(source: String, literals: [String], isExact: Bool) throws {
        #expect(
            try Pattern(source).necessary
                == .anyOf(literals.map { Array($0.utf8) }, isExact: isExact))
    }

    @Test(arguments: [
        "", ".*", "a*", "a?", "a|", "(?i)abc", "(?=abc)abc", "(?x)a b c", #"\Qabc\E"#, #"(a)\1bcd"#, "[^a]",
        "(?<!x)abc", #"\d+"#, "a|b|c|d|e|f|g|h|i", "(*UTF)abc", "a{0,3}", "abc{,3}", #"\x61bc"#,
    ])
    func isUnknownWhenInDoubt(source: String) throws {
        #expect(try Pattern(source).necessary == .unknown)
    }

    @Test func keepsOnlyLettersWhoseCasePartnersAreASCII() throws {
        #expect(
            try Pattern("REFUsED", ignoresCase: true).necessary
                == .anyOf([Array("refu".utf8)], isExact: false))
        #expect(
            try Pattern("Timed Out", ignoresCase: true).necessary
                == .anyOf([Array("timed out".utf8)], isExact: true))
        // What PCRE2 takes for the other case of each letter, over all of Unicode.
        let scratch = PatternScratch()
        var withPartners: Set<Character> = []
        for letter in "abcdefghijklmnopqrstuvwxyz" {
            let pattern = try Pattern("\(letter)(?:)", ignoresCase: true)
            for value in UInt32(0x80)...0x1_FFFF {
                guard let scalar = Unicode.Scalar(value) else { continue }
                var text = String(scalar)
                let matched = text.withUTF8 {
                    pattern.search(Bytes($0.baseAddress!, count: $0.count), scratch: scratch)
                }
                if matched == .yes { withPartners.insert(letter) }
            }
        }
        #expect(withPartners == ["k", "s"])
    }

    static let sources = [
        "ab|ba", "a(b|c)+d?", "(?:ab){2,3}c", "[abc]{2}d", "a?b?c?d", "(a|b|)c", "ab*c+d", "(ab|c)(d|a)b",
        "a.b",
        #"a\w+b"#, "(a(b(c|d)?)*)+c", "^ab|cd$", "a++b", "ab?+c", "a{1}b{2,}c", "[a-c]d", "[]a]b", "[^]a]b",
        "a|b|cd|(?:dd)+", #"\(a\)"#, "((a|b)c|(a|d)b)d", "(?:a||b)cd", "a+?b", "é|a", "(é?b)+c", "[a-]b",
        "a]b",
        #"\.|ab"#, "x*", "(a|b){3}", "(?:(?:a|b)c){1}", "a-b|b-a", #"ab\b"#, #"(?'n'ab)c"#, "(?P<n>ba)+c",
    ]

    @Test(arguments: sources, [false, true])
    func everyMatchContainsALiteral(source: String, ignoresCase: Bool) throws {
        let pattern = try Pattern(source, ignoresCase: ignoresCase)
        guard case .anyOf(let literals, let isExact) = pattern.necessary else { return }
        #expect((1...8).contains(literals.count))
        #expect(!literals.contains([]))
        let search = LiteralSetSearch(literals, foldCase: ignoresCase)
        let scratch = PatternScratch()
        var random = SeededRandom(seed: UInt64(source.utf8.count))
        let alphabet = Array("aaabbbcccdddABCD.-](){ é")
        for _ in 0..<400 {
            let length = Int.random(in: 0...14, using: &random)
            let text = String((0..<length).map { _ in alphabet.randomElement(using: &random)! })
            let matches = with(text) { pattern.search($0, scratch: scratch) } == .yes
            let contains = with(text) { search.first(in: $0, from: 0) } != nil
            #expect(!matches || contains, "\(source) matches \(text)")
            if isExact { #expect(matches == contains, "\(source) and \(text)") }
            #expect((with(text) { pattern.matches($0, scratch: scratch) } == .yes) == matches)
        }
    }
}

private func matching(_ pattern: Pattern, _ text: String) -> Pattern.Match {
    with(text) { pattern.matches($0, scratch: PatternScratch()) }
}
