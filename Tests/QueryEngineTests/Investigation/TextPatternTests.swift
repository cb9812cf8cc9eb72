import MailLog
import Testing

@testable import QueryEngine

@Suite("patterns")
struct TextPatternTests {
    @Test(
        "mask what varies and leave codes",
        arguments: [
            ("connect from unknown[192.0.2.7]", "connect from <host>"),
            (
                "90442C9CB29: from=<a@b.example>, size=3127, nrcpt=1 (queue active)",
                "<qid>: from=<addr>, size=<n>, nrcpt=<n> (queue active)"
            ),
            ("delays=0.1/0.05/30/0, dsn=4.4.1, status=deferred", "delays=<n>, dsn=4.4.1, status=deferred"),
            ("said: 552 5.2.2 over quota by 17 bytes", "said: over quota by <n> bytes"),
            ("table hash:/etc/x2 has 12 entries", "table hash:/etc/x2 has <n> entries"),
            ("refused with 421 today", "refused with 421 today"),
            (
                "relay=none, delay=250, delays=1/2/3/4, dsn=4.4.1",
                "relay=none, delay=<n>, delays=<n>, dsn=4.4.1"
            ),
        ])
    func masks(_ text: String, _ masked: String) {
        let arena = Arena()
        #expect(String(decoding: Mask.apply(arena.text(text), arena), as: UTF8.self) == masked)
    }

    private func joined(_ texts: [(String, Int)]) -> [String] {
        TextPattern.joined(
            texts.enumerated().map { place, text in
                TextPattern(
                    masked: Array(text.0.utf8), count: text.1, first: UInt64(place),
                    example: Array(text.0.utf8))
            }
        ).map { "\($0.count) \($0.words.joined(separator: " "))" }
    }

    @Test("join what agrees in most words, and nothing else, in whatever order it comes")
    func joins() {
        let texts = [
            ("mailbox of taro is full today", 3), ("mailbox of yuki is full today", 5),
            ("<qid>: removed", 7), ("<qid>: sent", 6),
            ("mailbox of emi is locked", 2), ("host lookup failed for x", 1), ("mailbox is gone", 4),
        ]
        let expected = [
            "8 mailbox of <*> is full today", "7 <qid>: removed", "6 <qid>: sent", "4 mailbox is gone",
            "2 mailbox of emi is locked",
            "1 host lookup failed for x",
        ]
        #expect(joined(texts) == expected)
        #expect(joined(texts.reversed()) == expected)
    }
}
