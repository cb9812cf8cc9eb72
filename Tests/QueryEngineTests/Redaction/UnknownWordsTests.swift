import MailLog
import Testing

@testable import QueryEngine

/// Every word of every sample line in turn becomes one that nobody knows.
@Suite("Words that may be names")
struct UnknownWordsTests {
    private static let secret = "zqsecret"
    private let redaction = Redaction(key: "a key", tokens: Language.mlq.tokens)

    @Test("an unknown word is in no line, wherever a program writes it", arguments: LineShapes.all.indices)
    func everyWord(_ index: Int) {
        for line in LineShapes.all[index].samples.flatMap(planted) {
            let message = line.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? line
            for (text, kind) in [(line, TextKind.line), (message, .prose)] {
                #expect(!shown(text, kind).contains(Self.secret), "\(text)")
            }
        }
    }

    @Test("words of mail programs stay, so that a sample without names reads as before")
    func knownWords() {
        let samples = LineShapes.all.flatMap(\.samples).filter { sample in
            sample.contains(/^[A-Z][A-Za-z0-9 :\/\[\]-]+$/) && !sample.contains(/::|header/)
        }
        #expect(samples.count > 20)
        for sample in samples { #expect(shown(sample, .line) == sample) }
    }

    @Test(
        "a long line takes time by its length alone",
        arguments: ["[", "a/b+c9", "/home/", "status=", "a@", "x "])
    func longLine(_ part: String) {
        let line = String(repeating: part, count: 20_000 / part.utf8.count)
        let duration = ContinuousClock().measure { _ = shown(line, .prose) }
        #expect(duration < .seconds(10))
    }

    private func shown(_ text: String, _ kind: TextKind) -> String {
        let text = Array(text.utf8)[...]
        return String(decoding: redaction.text(text, kind) ?? Array(text), as: UTF8.self)
    }

    /// The line with every fourth word of its message replaced, in four ways; parts of domains and of servers' names
    /// stay.
    private func planted(_ line: String) -> [String] {
        let start = line.firstRange(of: ": ")?.upperBound ?? line.endIndex
        let words = line[start...].matches(of: /[A-Za-z]+/).map(\.range).filter { word in
            let (before, after) = (line[..<word.lowerBound], line[word.upperBound...])
            let isServer = ["relay=", "receiving_mx=", "host ", "to ", "with ", "://", "SNI "]
                .contains { before.hasSuffix($0) }
            return before.last != "." && after.first != "." && !(isServer && after.first != " ")
        }
        return (0..<4).map { round in
            var line = line
            for (place, word) in words.enumerated().reversed() where place % 4 == round {
                line.replaceSubrange(word, with: Self.secret)
            }
            return line
        }
    }
}
