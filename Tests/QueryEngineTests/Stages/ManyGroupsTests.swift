import Testing

@testable import QueryEngine

/// Grouping by so many values that the rows of large tables are looked up together.
@Suite struct ManyGroupsTests {
    /// 6,000 texts, some of them longer than a short key, of which the first 3,001 come twice.
    private static let texts = (0..<9001).map { number in
        "line \(number % 6000)" + (number % 7 == 0 ? String(repeating: " and so on", count: 6) : "")
    }

    @Test(
        "each group has all its rows, whatever the threads and the memory",
        arguments: [1, 4], [64_000_000, 300_000])
    func counts(threads: Int, memory: Int) {
        let lines = Self.texts.map { "Nov 23 16:39:34 mx1 postfix/smtp[1]: \($0)" }
        var log = TestLog([("maillog", lines)])
        defer { log.remove() }
        log.threads = threads
        log.memory = memory
        let answer = log.answer("count by text")
        var counts: [String: Int] = [:]
        for text in Self.texts { counts[text, default: 0] += 1 }
        #expect(answer.failure == nil)
        #expect(answer.hasSpilled == (memory < 1_000_000))
        #expect(answer.rows.dropFirst().sorted() == counts.map { "\($0)\t\($1)" }.sorted())
        #expect(log.rows("count by text | count") == ["count", "\(counts.count)"])
    }
}
