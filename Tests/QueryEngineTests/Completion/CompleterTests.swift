import MailLog
import QueryEngine
import QuerySyntax
import Testing

@Suite("Completion")
struct CompleterTests {
    /// What a shell would have besides statements.
    static let commands = Vocabulary<Int>(
        "command",
        [
            Form("lines", summary: "the lines behind a row", Parameter<Int>.count) {
                (_, number) throws(Diagnostic) in number
            }
        ])

    static func candidates(
        _ marked: String, values: @escaping (Query) -> RowTable = { _ in RowTable() }
    ) -> [String] {
        let text = String(marked.prefix { $0 != "‸" })
        var environment = Environment(.mlq)
        environment.bind("storm", Pipeline(start: nil, stages: [], range: SourceRange(0, 0)), text: "")
        let completer = Completer(environment, values: values, files: { ["\($0)1.txt"] })
        return completer.complete(text, commands: commands).candidates.map(\.text)
    }

    /// Text with the cursor, and all that is offered.
    static let whole: [(text: String, candidates: [String])] = [
        ("fil‸", ["filter", "fill", "files"]),
        ("count by status | sort ‸", ["status", "count", "by", "not"]),
        ("count by status | sort -‸", ["status", "count", "not"]),
        ("count by status | fi‸", ["filter", "fill", "files", "first"]),
        ("count by status | filter co‸", ["count", "concat(", "coalesce("]),
        ("groupby day | coun‸", ["count"]),
        ("stats n=p‸", ["p95(", "percentile("]),
        ("filter status=de‸", ["deferred", "deliverable"]),
        ("filter status = un‸", ["undeliverable", "undeliverable-but-not-cached"]),
        ("filter status in (sent, bou‸", ["bounced"]),
        ("filter is_bounce=‸", ["true", "false"]), ("filter is_bounce =‸", ["true", "false"]),
        ("filter status=sent an‸", ["and"]),
        ("filter relay_na‸", ["relay_name"]),
        ("filter RELAY_NA‸", ["relay_name"]),
        ("filter domain‸", ["domain("]),
        ("count if statu‸", ["status"]),
        ("count by status per ‸", ["1m", "5m", "15m", "1h", "6h", "1d", "1w"]),
        ("count pr‸", ["process", "proto", "prev("]),
        ("filter from in @li‸", ["li1.txt"]),
        ("filter queue_id in sto‸", ["storm"]),
        ("sto‸", ["storm"]),
        ("lookup \"my‸", ["my1.txt"]),
        ("join (filter status=sent | count by queue_id | sort que‸", ["queue_id"]),
        ("rename status as ‸", []),
        ("whe‸", ["where"]),
        ("let x = filter statu‸", ["status"]),
        ("let x = count\nfilter statu‸", ["status"]),
        ("expl‸", ["explode", "explain"]),
        (":li‸", ["lines"]), (":lines ‸", []),
        ("filter \"no such wo‸", []), ("filter /re‸", []),
    ]

    @Test("offers what may stand at the cursor", arguments: whole.indices)
    func offers(_ index: Int) {
        let (text, expected) = CompleterTests.whole[index]
        #expect(CompleterTests.candidates(text) == expected, "\(text)")
    }

    static let examples: [String] = Set(
        Stages.all.forms.flatMap(\.examples) + Aggregates.all.forms.flatMap(\.examples)
            + Functions.all.forms.flatMap(\.examples)
    ).sorted()

    @Test(
        "wherever an example has a name, that name is offered to who types its first letter",
        arguments: examples)
    func offersWhatExamplesHave(_ example: String) throws {
        let source = Source(name: "query", text: example)
        var parser = try Parser(source)
        let _: [Statement<any Stage>] = parser.script(Stages.all)
        for token in parser.tokens {
            let text = source[token.range]
            let before = source[SourceRange(0, token.range.lower + 1)]
            let wanted: String
            switch token.role {
            case .stage: wanted = text
            case .keyword where text.first?.isLetter == true: wanted = text
            case .field:
                // A new column's name is the user's own; an alias gives way to the name.
                guard Field.named(text)?.name == text,
                    source[SourceRange(token.range.upper, token.range.upper + 1)] != "="
                else { continue }
                wanted = text
            case .function where Aggregates.all[text]?.family == nil && Functions.all[text]?.family == nil:
                guard source[SourceRange(token.range.upper, token.range.upper + 1)] == "(" else { continue }
                wanted = "\(text)("
            default: continue
            }
            guard wanted.first != "`", Aggregates.all[text]?.family == nil || token.role != .stage else {
                continue
            }
            let found = CompleterTests.candidates(before)
            #expect(
                found.contains { $0.lowercased() == wanted.lowercased() },
                "\(before)‸ lacks \(wanted): \(found)")
        }
    }

    @Test("the name of a file is quoted where it could not be a word")
    func files() {
        for (text, offered) in [
            ("filter from in @", ["plain.txt", "\"a b.txt\"", "\"c d/"]),
            ("lookup \"", ["plain.txt", "a b.txt", "c d/"]),
        ] {
            let completer = Completer(Environment(.mlq), files: { _ in ["plain.txt", "a b.txt", "c d/"] })
            let answer = completer.complete(text, commands: CompleterTests.commands)
            #expect(answer.candidates.map(\.text) == offered)
        }
    }

    @Test("where a stretch of time is wanted the days of the data are offered, in their order")
    func days() {
        let found = CompleterTests.candidates("compare ‸") { query in
            #expect(query.text == "top 50 day")
            let builder = RowTable.Builder(query.schema)
            builder.append([.time(1_356_480_000_000_000), .integer(9)])
            builder.append([.time(1_356_393_600_000_000), .integer(3)])
            return builder.table()
        }
        #expect(found == ["2012-12-25", "2012-12-26"])
    }

    @Test("values come from the data, most frequent first, with their counts, quoted where they must be")
    func values() throws {
        let texts = Arena()
        var asked: [String] = []
        let completer = Completer(
            Environment(.mlq),
            values: { query in
                asked.append(query.text)
                let builder = RowTable.Builder(query.schema)
                builder.append([texts.text("mx.alpha.example"), .integer(1200)])
                builder.append([texts.text("mx two"), .integer(3)])
                return builder.table()
            })
        let answer = completer.complete(
            "filter process=smtp | filter relay_name=m", commands: CompleterTests.commands)
        #expect(asked == ["filter process=smtp | top 50 relay_name"])
        #expect(answer.candidates.map(\.text) == ["mx.alpha.example", "\"mx two\""])
        #expect(answer.candidates.map(\.note) == ["1,200", "3"])
        #expect(answer.start == "filter process=smtp | filter relay_name=".utf8.count)
        let quoted = completer.complete("filter relay_name=\"mx t", commands: CompleterTests.commands)
        #expect(quoted.candidates == [Completer.Candidate(text: "mx two", note: "3", ending: "\" ")])
        // A value of its own on every line is not worth counting.
        asked = []
        _ = completer.complete("filter time=", commands: CompleterTests.commands)
        _ = completer.complete("filter text=", commands: CompleterTests.commands)
        #expect(asked == [])
    }

    static let unfinished: [(text: String, wantsMore: Bool)] = [
        ("filter a=1 |", true), ("filter a=1 | # and", true), ("stats count(),", true),
        ("filter status=", true),
        ("filter (status=sent", true), ("filter status in (sent,\nbounced", true),
        ("filter status=sent and", true),
        ("join (filter status=sent |", true), ("filter bytes +", true),
        ("count", false), ("filter status=sent", false), ("filter", false), ("count by", false), ("", false),
        ("nosuch (", false), ("filter )", false), ("filter \"open", false), ("count; count |", true),
        ("foo | bar |", false),
    ]

    @Test("knows when a statement goes on", arguments: unfinished.indices)
    func goesOn(_ index: Int) throws {
        let (text, wantsMore) = CompleterTests.unfinished[index]
        var parser = try Parser(Source(name: "query", text: text))
        let _: [Statement<any Stage>] = parser.script(Stages.all)
        #expect(parser.wantsMore == wantsMore, "\(text)")
    }
}
