import MailLog
import QueryEngine
import Testing

@Suite struct DisplayTextTests {
    @Test(arguments: [
        ("plain text", "plain text"),
        ("tab\tand\r\n", #"tab\tand\r\n"#),
        ("\u{1b}[31mred", #"\x1b[31mred"#),
        ("nul \0 del \u{7f}", #"nul \x00 del \x7f"#),
        ("csi \u{9b}2J", #"csi \u{9b}2J"#),
        ("evil\u{202e}moc.", #"evil\u{202e}moc."#),
        ("\u{2066}a\u{2069}\u{200f}\u{61c}", #"\u{2066}a\u{2069}\u{200f}\u{61c}"#),
        ("a\u{200b}b\u{200d}c\u{feff}", #"a\u{200b}b\u{200d}c\u{feff}"#),
        ("line\u{2028}para\u{2029}", #"line\u{2028}para\u{2029}"#),
        ("tag\u{e0041}sel\u{e0100}fill\u{3164}", #"tag\u{e0041}sel\u{e0100}fill\u{3164}"#),
        ("grün 日本 e\u{301} 😀", "grün 日本 e\u{301} 😀"),
        (#"back\slash"#, #"back\slash"#),
    ])
    func showsWhatATerminalMustNotObey(text: String, shown: String) {
        #expect(display(Array(text.utf8)) == shown)
    }

    @Test(
        arguments: [
            ([0xFF, 0x61], #"\xffa"#),
            ([0xC0, 0xAF], #"\xc0\xaf"#),
            ([0xE2, 0x82], #"\xe2\x82"#),
            ([0xED, 0xA0, 0x80], #"\xed\xa0\x80"#),
            ([0xF4, 0x90, 0x80, 0x80], #"\xf4\x90\x80\x80"#),
            ([0xC3, 0xC3, 0xA9], #"\xc3é"#),
            ([0x9B], #"\x9b"#),
        ] as [([UInt8], String)])
    func showsBytesThatAreNotUTF8(bytes: [UInt8], shown: String) {
        #expect(display(bytes) == shown)
    }

    @Test func canBeReadBackOnRequest() {
        var output: [UInt8] = []
        with(#"\x1b"# + "\u{1b}") { DisplayText.append($0, to: &output, escapesBackslash: true) }
        #expect(String(decoding: output, as: UTF8.self) == #"\\x1b\x1b"#)
        #expect(with(#"\x1b"# + "\u{1b}") { DisplayText.width($0, escapesBackslash: true) } == 9)
    }

    @Test(arguments: [
        ("", 0), ("plain", 5), ("grün", 4), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("한", 2),
        ("ｆｕｌｌ", 8), ("😀", 2), ("🇩🇪", 2), ("❤\u{fe0f}", 1), ("\u{1b}[0m", 7), ("\u{202e}", 8), ("—…", 2),
    ])
    func width(text: String, columns: Int) {
        #expect(with(text) { DisplayText.width($0) } == columns)
    }

    @Test(arguments: [
        ("deferred", 8, "deferred", 8),
        ("deferred", 7, "deferr…", 7),
        ("deferred", 1, "…", 1),
        ("deferred", 0, "", 0),
        ("日本語", 5, "日本…", 5),
        ("日本語", 4, "日…", 3),
        ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…", 2),
        ("a\u{1b}bcd", 5, "a…", 2),
    ])
    func truncates(text: String, columns: Int, shown: String, used: Int) {
        var output: [UInt8] = []
        let result = with(text) { DisplayText.append($0, to: &output, columns: columns) }
        #expect(String(decoding: output, as: UTF8.self) == shown)
        #expect(result == used)
    }

    @Test func noBytesWhateverReachATerminalRaw() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let text = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
            let shown = display(text)
            #expect(!shown.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
            #expect(!shown.unicodeScalars.contains("\u{FFFD}"))
            let width = with(text) { DisplayText.width($0) }
            #expect(width == with(shown) { DisplayText.width($0) })
        }
    }
}

private func display(_ text: [UInt8]) -> String {
    var output: [UInt8] = []
    with(text) { DisplayText.append($0, to: &output) }
    return String(decoding: output, as: UTF8.self)
}
