import Testing

/// The grand totals of pflogsumm 1.1.5 for the example logs, and the questions that give the same numbers.
///
/// Where the two do not mean the same:
///
/// | pflogsumm | mlq | because |
/// |---|---|---|
/// | received 1971 | 2048 `messages` that were queued | pflogsumm leaves out the 77 notifications that Postfix made |
/// | deferred 102 | 44 deferred, 58 expired | an expiry has no delivery line, and pflogsumm does not read the line that it has |
/// | rejected 1922 (44 %) | `event=reject` | of a sum of deliveries and rejects, which are recipients and commands |
/// | 35996k bytes | 36860769 | 1024 bytes a k, cut off |
@Suite("The totals of pflogsumm")
struct PflogsummTests {
    @Test(
        "they are answers to questions",
        arguments: [
            ("messages | filter origin in (smtp, local) | count", "1971"),
            ("deliveries | filter status=sent | count", "2420"),
            ("deliveries | filter status=deferred | count", "5661"),
            ("messages | filter ndeferred > 0 or nexpired > 0 | count", "102"),
            ("messages | filter outcome=deferred | count", "44"),
            ("messages | filter outcome=expired | count", "58"),
            ("messages | filter outcome=bounced | count", "21"),
            ("messages | filter origin=bounce | count", "77"),
            ("filter event=reject | count", "1922"),
            ("filter event in (hold, discard) | count", "0"),
            (
                "messages | filter origin in (smtp, local) | stats n=sum(size) | extend k=round(n/1024 - 0.5) | select k",
                "35996"
            ),
            (
                "deliveries | filter status=sent | stats n=sum(size) | extend k=round(n/1024 - 0.5) | select k",
                "44664"
            ),
            ("messages | filter origin in (smtp, local) | stats dcount(from)", "783"),
            ("deliveries | filter status=sent | stats dcount(to)", "700"),
            ("deliveries | filter status=sent | stats dcount(to_domain)", "33"),
        ])
    func totals(_ query: String, _ total: String) throws {
        let answer = try Program.run(["--no-header", "-e", query, "Examples/maillog"])
        #expect(answer.status == 0, "\(answer.error)")
        #expect(answer.output == total + "\n")
    }
}
