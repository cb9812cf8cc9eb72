import MailLog
import Testing

/// A decoder remembers what lines mostly share with the line before: the day, the host, the tag.
@Suite struct LineDecoderTests {
    /// Tags that begin alike, of eight, sixteen and seventeen bytes, and with what may end a tag inside.
    private static let tags = [
        "postfix/smtp[9738]: ", "postfix/smtpd[9738]: ", "postfix/smtp: ", "postfix/sm[7]: ", "postfix[1]: ",
        "p: ", "postfix/abcdefgh[1]: ", "postfix/abcdefghi[1]: ", "postfix/submission/smtpd[12]: ",
        "postfix/submission-filter-inbound/smtpd[12]: ", "a:b[3]: ", "a[b]: ", "[x]: ", ": ",
        "dovecot: lmtp(12): ",
        "rsyslogd-2177: ", "mail:info postfix/smtpd[1]: ", "mail.info postfix/smtpd[1]: ", "postfix/smtpd:",
        "mail:", "postfix/smtp[9738]:", "postfix/smtp[9738] ", "postfix/smtp ", "",
    ]
    private static let texts = [
        "B0A9DF8A113: removed", "connect from mx[192.0.2.1]", "last message repeated 2 times", "x", "",
        "[ID 197553 mail.warning] connect from mx[192.0.2.1]", "[x] y",
    ]
    private static let hosts = ["mx1", "mx", "mx10", "mail-gateway-17.example.org", "a"]
    private static let stamps = [
        "Nov 23 16:39:34", "Nov 23 16:39:35", "Nov 24 00:00:00", "2026-11-23T16:39:34+01:00",
    ]

    @Test func aLineIsReadTheSameWhateverCameBefore() {
        var random = SeededRandom(seed: 11)
        func pick(_ choices: [String]) -> String {
            choices[Int.random(in: 0..<choices.count, using: &random)]
        }
        let demand = Fields.all.filter { $0.name != "repeat" }
        let remembering = Decoded(demand)
        for _ in 0..<4000 {
            let line = pick(Self.stamps) + " " + pick(Self.hosts) + " " + pick(Self.tags) + pick(Self.texts)
            #expect(remembering.fields(line) == Decoded(demand).fields(line), "\(line)")
        }
    }
}
