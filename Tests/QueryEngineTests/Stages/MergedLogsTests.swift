import Testing

@Suite("Logs that overlap in time")
struct MergedLogsTests {
    /// A second for each line, mails that overlap, and lines without a stamp.
    static let lines: [String] = {
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return (0..<3000).map { number in
            let clock = "\(two(10 + number / 3600)):\(two(number / 60 % 60)):\(two(number % 60))"
            let id = "4A\(1000 + number / 7 % 50 + number / 350 * 50)F"
            let prelude = "Nov 23 \(clock) mx1 postfix/"
            switch number % 7 {
            case 0: return prelude + "smtpd[\(number % 3)]: \(id): client=a.example[192.0.2.\(number % 9)]"
            case 1: return prelude + "cleanup[7]: \(id): message-id=<\(number)@a.example>"
            case 2:
                return prelude + "qmgr[8]: \(id): from=<a@a.example>, size=\(number), nrcpt=1 (queue active)"
            case 6: return prelude + "qmgr[8]: \(id): removed"
            default:
                return prelude
                    + "smtp[\(number % 5)]: \(id): to=<b@b.example>, relay=mx.b.example[192.0.2.1]:25, "
                    + "delay=\(number % 60), delays=0/0/0/\(number % 60), dsn=4.4.1, "
                    + "status=\(number % 7 == 5 ? "sent" : "deferred") (\(number % 11) came of it)"
            }
        }
    }()

    static let questions = [
        "select raw", "tail 9 | select raw", "sort queue_id | head 9 | select raw", "count by process",
        "stats first(raw), last(raw), list(pid) by status",
        "filter status=sent | context 1 | select raw, matched",
        "messages | select queue_id, time, outcome", "deliveries | count by from, status",
        "sessions | count by client", "dedup process | select raw",
        "extend d = time - prev(time) | count by d",
        "trace 4A1003F | select raw", "count per 1m | changes", "patterns text | head 5",
    ]

    @Test("each line in one of some logs: the answers are those of the whole log", arguments: [2, 3, 7])
    func split(count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        var parts = [[String]](repeating: [], count: count)
        var place = 0
        while place < Self.lines.count {
            let run = 1 + Int(random.next() % 5)
            parts[Int(random.next() % UInt64(count))] +=
                Self.lines[place..<min(place + run, Self.lines.count)]
            place += run
        }
        let whole = TestLog([("maillog", Self.lines)])
        var split = TestLog(parts.enumerated().map { ("maillog.\($0)", $1) })
        defer {
            whole.remove()
            split.remove()
        }
        for question in Self.questions {
            let expected = whole.rows(question)
            for threads in [1, 4] {
                split.threads = threads
                #expect(split.rows(question) == expected, "\(question), \(threads) threads")
            }
        }
    }
}
