@testable import MailLog
import Testing

@Suite("Reasons")
struct ReasonTests {
    private func value<R>(_ text: String, _ body: (Value) -> R) -> R {
        let bytes = Array(text.utf8) + [0]
        return bytes.withUnsafeBufferPointer {
            body(.text(Bytes($0.baseAddress.unsafelyUnwrapped, count: $0.count - 1)))
        }
    }

    private func normalised(_ text: String) -> String {
        let arena = Arena()
        return value(text) { Reason.normalise($0, arena).bytes.string }
    }

    private func classified(_ text: String) -> String {
        value(text) { ReasonClasses.classify($0).bytes.string }
    }

    /// A detail, its reason and its class.
    static let details: [(detail: String, reason: String, name: String)] = [
        (
            "connect to uk.psi.com[154.32.105.30]:25: Connection timed out",
            "connect to <host>: Connection timed out", "connect_timeout"
        ),
        (
            "connect to uk.psi.com[154.32.105.30]: Operation timed out",
            "connect to <host>: Operation timed out", "connect_timeout"
        ),
        (
            "connect to 127.0.0.1[127.0.0.1]:1: Connection refused", "connect to <host>: Connection refused",
            "connect_refused"
        ),
        (
            "delivery temporarily suspended: connect to mx.a.example[2001:db8::7]:25: No route to host",
            "delivery temporarily suspended: connect to <host>: No route to host", "no_route"
        ),
        (
            "host mx.a.example[192.0.2.1] said: 450-4.2.0 <x@y.example>: Recipient address rejected: Greylisted, 450 4.2.0 see http://postgrey.example/help.html (in reply to RCPT TO command)",
            "host <host> said: <addr>: Recipient address rejected: Greylisted, / see <url>", "greylisted"
        ),
        (
            "host mx.b.example[192.0.2.1] said: 550 5.1.1 <nosuch@b.example>: Recipient address rejected: User unknown in local recipient table (in reply to RCPT TO command)",
            "host <host> said: <addr>: Recipient address rejected: User unknown in local recipient table",
            "user_unknown"
        ),
        (
            "host mx.c.example[192.0.2.1] said: 452 4.2.2 The email account that you tried to reach is over quota (in reply to RCPT TO command)",
            "host <host> said: The email account that you tried to reach is over quota", "mailbox_full"
        ),
        (
            "host mx.d.example[192.0.2.1] refused to talk to me: 554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org",
            "host <host> refused to talk to me: Service unavailable; Client host <host> blocked using zen.spamhaus.org",
            "blocked_rbl"
        ),
        (
            "Host or domain name not found. Name service error for name=a.example type=MX: Host not found, try again",
            "Host or domain name not found. Name service error for name=a.example type=MX: Host not found, try again",
            "dns_temporary"
        ),
        (
            "Host or domain name not found. Name service error for name=a.example type=A: Host not found",
            "Host or domain name not found. Name service error for name=a.example type=A: Host not found",
            "dns_not_found"
        ),
        ("250 2.0.0 Ok: queued as 4jYBWH5FPxz2NpSK", "Ok: queued as <qid>", "sent"),
        ("delivered to command: /usr/bin/procmail", "delivered to command: /usr/bin/procmail", "sent"),
        ("mail for a.example loops back to myself", "mail for a.example loops back to myself", "loop"),
        ("a reason that nobody gave before", "a reason that nobody gave before", "other"),
        ("", "", "other"),
    ]

    @Test(
        "a detail that repeats itself without end has a reason, too",
        arguments: ["=", "<>", "<a>=", "a=", " (in reply to RCPT TO command)"])
    func endless(_ piece: String) {
        let detail = "x" + String(repeating: piece, count: 50_000)
        #expect(!normalised(detail).isEmpty)
    }

    @Test(arguments: details.indices)
    func isNormalisedAndClassified(_ index: Int) {
        let wanted = ReasonTests.details[index]
        #expect(normalised(wanted.detail) == wanted.reason)
        #expect(classified(wanted.detail) == wanted.name)
    }

    @Test("what is normalised stays as it is, and so does its class")
    func idempotent() {
        let details = ReasonTests.details.map(\.detail) + LineShapes.all.flatMap(\.samples)
        for detail in details {
            let once = normalised(detail)
            #expect(normalised(once) == once)
        }
    }

    @Test("no rule is hidden by one before it: its own texts have its class")
    func everyRuleCounts() {
        let rules = ReasonClasses.rules.split(separator: "\n")
        #expect(rules.count > 200)
        for rule in rules {
            let parts = rule.split(separator: ":", maxSplits: 1)
            let texts = parts[1].dropFirst().replacing(" & ", with: " … ").replacing("^", with: "")
            #expect(classified(String(texts).uppercased()) == parts[0], "\(rule)")
        }
    }

    @Test("the classes are a closed set, and only 'other' has no rule")
    func names() {
        guard case .text(.oneOf(let words)) = Field.reasonClass.type else {
            Issue.record("reason_class is no longer a closed set")
            return
        }
        #expect(words == ReasonClasses.names)
        let ruled = Set(ReasonClasses.rules.split(separator: "\n").map { String($0.prefix { $0 != ":" }) })
        #expect(Set(words) == ruled.union(["other"]))
    }

    @Test("an automaton finds what a plain search finds")
    func automaton() {
        let texts = ["he", "she", "his", "hers", "^she", "s", "sh & e", "[192"]
        let search = TextAutomaton(texts)
        var state: UInt64 = 7
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                text.append(["h", "E", "s", "r", "i", " ", "&", "[", "1", "9", "2"][Int(state >> 40) % 11])
            }
            let found = value(text) { search.found(in: $0.bytes) }
            for (place, wanted) in texts.enumerated() {
                let isThere =
                    wanted.hasPrefix("^")
                    ? text.lowercased().hasPrefix(wanted.dropFirst()) : text.lowercased().contains(wanted)
                #expect((found[place >> 6] >> UInt64(place & 63) & 1 == 1) == isThere, "\(wanted) in \(text)")
            }
        }
    }
}
