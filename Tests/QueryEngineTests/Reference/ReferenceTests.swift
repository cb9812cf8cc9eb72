import Foundation
import MailLog
import Testing

@Suite("The engine against the slow and obvious evaluator")
struct ReferenceTests {
    /// Real lines, the samples of all shapes, and lines that are none.
    static let lines: [String] = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Data/postfix-3.7.11.maillog").path
        let real =
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return real.split(separator: "\n").map(String.init)
            + LineShapes.all.flatMap(\.samples).filter { $0.hasPrefix("Nov 23") } + [
                "no stamp at all", "-- MARK --",
            ]
    }()

    /// A few hundred of those lines, in any order, some of them changed.
    static func log(_ random: inout SeededRandom) -> [String] {
        (0..<Int.random(in: 1...400, using: &random)).map { _ in
            var line = lines[Int.random(in: 0..<lines.count, using: &random)]
            switch Int.random(in: 0..<12, using: &random) {
            case 0: line = line.replacingOccurrences(of: "example.org", with: "Example.ORG")
            case 1: line = String(line.prefix(Int.random(in: 0...line.count, using: &random)))
            case 2: line = line.replacingOccurrences(of: "delay=0", with: "delay=17")
            case 3: line = line.replacingOccurrences(of: "status=", with: "text=")
            default: break
            }
            return line.isEmpty ? "x" : line
        }
    }

    static func test(_ random: inout SeededRandom, depth: Int = 0) -> (ReferenceEvaluator.Test, String) {
        func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
        let words = [
            ("process", ["smtp", "qmgr", "smtpd", "local", "bounce"]),
            ("event", ["delivery", "active", "other"]),
            ("queue_id", ["B0A9DF8A113", "4jYBWH52yzz2NpW3", "none"]),
            ("from", ["s@c.example", "S@C.Example"]),
            ("severity", ["info", "warning"]), ("host", ["mx1", "MX1"]),
        ]
        switch Int.random(in: 0..<(depth > 2 ? 7 : 11), using: &random) {
        case 0, 1:
            let (field, choices) = pick(words)
            let word = pick(choices)
            return (.equal(field, word), "\(field)=\(word)")
        case 2:
            let (field, choices) = pick(words)
            let word = pick(choices)
            return (.notEqual(field, word), "\(field) != \(word)")
        case 3:
            let seconds = pick([0, 1, 5, 16])
            return (.longer("delay", seconds * 1_000_000), "delay > \(seconds)s")
        case 4:
            let (field, part) = pick([
                ("to", "example.org"), ("text", "Connection"), ("tag", "smtp"), ("detail", "said"),
            ])
            return (.contains(field, part), "\(field) contains \"\(part)\"")
        case 5:
            let field = pick(["to", "queue_id", "delay", "status", "pid"])
            return (.missing(field), "missing(\(field))")
        case 6:
            let part = pick(["status=", "client=", "refused", "mx1-out", "zzz"])
            return (.line(part), "\"\(part)\"")
        case 7:
            let (field, choices) = pick(words)
            return (.oneOf(field, choices), "\(field) in (\(choices.joined(separator: ", ")))")
        case 8:
            let (inner, text) = test(&random, depth: depth + 1)
            return (.not(inner), "not (\(text))")
        case 9:
            let (a, textA) = test(&random, depth: depth + 1)
            let (b, textB) = test(&random, depth: depth + 1)
            return (.both(a, b), "(\(textA)) and (\(textB))")
        default:
            let (a, textA) = test(&random, depth: depth + 1)
            let (b, textB) = test(&random, depth: depth + 1)
            return (.either(a, b), "(\(textA)) or (\(textB))")
        }
    }

    static func query(_ random: inout SeededRandom) -> (ReferenceEvaluator.Query, String) {
        func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
        var query = ReferenceEvaluator.Query()
        var stages: [String] = []
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let (test, text) = test(&random)
            query.filters.append(test)
            stages.append("filter \(text)")
        }
        if Bool.random(using: &random) {
            let keys = Array(
                ["process", "event", "status", "from", "queue_id", "severity"].shuffled(using: &random)
                    .prefix(Int.random(in: 0...2, using: &random)))
            let (aggregate, name, field): (ReferenceEvaluator.Aggregate, String, String) = pick([
                (.count, "count", ""), (.sum, "sum", "size"), (.sum, "sum", "delay"), (.min, "min", "delay"),
                (.max, "max", "delay"), (.max, "max", "size"), (.dcount, "dcount", "queue_id"),
                (.dcount, "dcount", "to"),
                (.first, "first", "queue_id"), (.last, "last", "event"), (.median, "median", "delay"),
                (.p95, "p95", "delay"), (.values, "values", "status"),
            ])
            var stage = field.isEmpty ? name : "\(name) \(field)"
            if Int.random(in: 0..<3, using: &random) == 0 {
                let (test, text) = test(&random)
                query.grouping = (keys, aggregate, field, test)
                stage += " if \(text)"
            } else {
                query.grouping = (keys, aggregate, field, nil)
            }
            if !keys.isEmpty { stage += " by \(keys.joined(separator: ", "))" }
            stages.append(stage)
        } else {
            query.columns = ["line", "process", "queue_id", "from", "to", "status", "delay", "size"]
                .dropFirst().shuffled(
                    using: &random
                ).prefix(3).map { $0 }
            if Bool.random(using: &random) {
                let field = pick(["process", "delay", "from", "size"])
                query.sort = field
                query.sortDescending = Bool.random(using: &random)
                stages.append("sort \(query.sortDescending ? "-" : "")\(field)")
            }
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            query.head = pick([0, 1, 3, 50])
            stages.append("head \(query.head ?? 0)")
        case 1:
            query.tail = pick([1, 4, 50])
            stages.append("tail \(query.tail ?? 0)")
        default: break
        }
        if query.grouping == nil { stages.append("select \(query.columns.joined(separator: ", "))") }
        return (query, stages.joined(separator: " | "))
    }

    @Test("random queries over random logs", arguments: 0..<40)
    func agrees(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 1000)
        let lines = ReferenceTests.log(&random)
        var log = TestLog([("maillog", lines)])
        defer { log.remove() }
        let reference = ReferenceEvaluator(lines)
        for round in 0..<25 {
            let (query, text) = ReferenceTests.query(&random)
            log.threads = round % 2 == 0 ? 1 : 3
            log.memory = round % 5 == 0 ? 1 << 20 : 64 << 20
            let answer = log.answer(text)
            // A filter that no line can pass is refused; nothing is what it would have given.
            if answer.diagnostics.contains(where: { $0.contains("no line ") }) { continue }
            #expect(answer.diagnostics == [], "\(text)")
            let expected = reference.run(query).map { $0.joined(separator: "\t") }
            #expect(Array(answer.rows.dropFirst()) == expected, "seed \(seed): \(text)")
        }
    }
}
