import QueryEngine
import QuerySyntax
import Testing

@Suite("Colours of what is typed")
struct HighlighterTests {
    /// Text with the cursor, and the same with each part in brackets after its mark.
    static let texts: [(text: String, marked: String)] = [
        ("filter status=sent‸", "s[filter] n[status]=l[sent]"),
        (
            "filter status=sent and bytes>=10k | count by day‸",
            "s[filter] n[status]=l[sent] k[and] n[bytes]>=l[10k] | s[count] k[by] n[day]"
        ),
        ("stats p95(delay) by relay_name # slow‸", "s[stats] f[p95](n[delay]) k[by] n[relay_name] c[# slow]"),
        ("filter /refused/ \"a b\"‸", "s[filter] l[/refused/] l[\"a b\"]"),
        // Wrong, and left.
        ("filter statsu=sent ‸", "s[filter] w[statsu]=l[sent] "),
        (
            "count by status | sort relay ‸| head 1",
            "s[count] k[by] n[status] | s[sort] w[relay] | s[head] l[1]"
        ),
        ("flter status=sent‸", "w[flter] status=sent"),
        ("filter status=snet | count‸", "s[filter] n[status]=w[snet] | s[count]"),
        // Wrong, and being typed.
        ("filter statsu‸=sent", "s[filter] n[statsu]=l[sent]"),
        // Not finished.
        ("filter (status=sent and ‸", "s[filter] (n[status]=l[sent] k[and] "),
        ("count by status | filter ‸", "s[count] k[by] n[status] | s[filter] "),
        ("filter ‸", "s[filter] "), ("‸", ""),
        (":lines 3‸", "s[:lines] l[3]"),
    ]

    @Test("each part has its own; a wrong word only when the cursor has left it", arguments: texts.indices)
    func parts(_ index: Int) {
        let (marked, expected) = HighlighterTests.texts[index]
        let cursor = String(marked.prefix { $0 != "‸" }).utf8.count
        let text = marked.filter { $0 != "‸" }
        let bytes = Array(text.utf8)
        var shown = ""
        var position = 0
        let highlighter = Highlighter(Environment(.mlq))
        for span in highlighter.spans(text, cursor: cursor, commands: CompleterTests.commands) {
            shown += String(decoding: bytes[position..<span.range.lowerBound], as: UTF8.self)
            shown += "\("\(span.part)".first!)[" + String(decoding: bytes[span.range], as: UTF8.self) + "]"
            position = span.range.upperBound
        }
        shown += String(decoding: bytes[position...], as: UTF8.self)
        #expect(shown == expected)
    }
}
