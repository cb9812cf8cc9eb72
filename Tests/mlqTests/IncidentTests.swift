import Testing

@Suite("The incident")
struct IncidentTests {
    @Test("whatchanged finds the hour, and names the list's answers, the deferrals and the time-outs in them")
    func whatchanged() throws {
        let outcome = try Program.run(["-e", "whatchanged", "Examples/maillog"])
        #expect(outcome.status == 0)
        let rows = outcome.output.split(separator: "\n").dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        try #require(rows.count > 4)
        #expect(rows[0][5] == "2012-12-25T22:00:00")
        #expect(rows[1][...1] == ["cause", "from=maint-admin@ml.example.jp"])
        #expect(rows[1][4].hasPrefix("0.8"))
        let within = rows.filter { $0[0] == "within" }
        #expect(
            within.map { $0[1] } == [
                "status=deferred", "process=smtp", "reason=\"connect to <host>: Connection timed out\"",
                "queue_id=90442C9CB29", "to=sally@uk.psi.com",
            ])
        // The answer to the forged sally@uk.psi.com.
        #expect(within.last?[5] == "2012-12-25T22:41:18")
        #expect(rows.contains { $0[0] == "unchanged" && $0[1] == "process=smtpd" })
    }

    @Test("changes finds the day on which it began, and nothing else in the days")
    func changes() throws {
        let outcome = try Program.run([
            "-e", "count by day | changes | select day, change", "Examples/maillog",
        ])
        #expect(outcome.output == "day\tchange\n2012-12-25\tstep\n")
    }

    @Test("the weeks before it have nothing that stands out")
    func quietWeeks() throws {
        let outcome = try Program.run([
            "-e", "whatchanged", "Examples/maillog/maillog-20121216.gz",
            "Examples/maillog/maillog-20121223.gz",
        ])
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(outcome.error.contains("nothing stands out"))
    }
}
