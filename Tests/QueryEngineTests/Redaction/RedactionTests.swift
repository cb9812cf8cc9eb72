import MailLog
import Testing

@testable import QueryEngine

@Suite("Redaction")
struct RedactionTests {
    private let redaction = Redaction(key: "a key", tokens: Language.mlq.tokens)

    @Test(
        "text: addresses, logins and clients get other names, the rest stays",
        arguments: [
            // In the table, {user bob} is the other name of bob, and so on.
            ("to=<bob@a.example>, relay=none", "to=<{user bob}@a.example>, relay=none"),
            ("to=<>, from=<>", "to=<>, from=<>"),
            ("orig_to=<bob>, status=sent", "orig_to=<{user bob}>, status=sent"),
            (#"from=<"john doe"@a.example>"#, "from=<{user john doe}@a.example>"),
            (#"mail from "john doe"@a.example."#, "mail from {user john doe}@a.example."),
            ("from=<ret-bob=b.example@a.example>", "from=<{user ret-bob=b.example}@a.example>"),
            ("for ret-bob=b.example@a.example:", "for {user ret-bob=b.example}@a.example:"),
            ("<bob@[192.0.2.7]>", "<{user bob}@[{ip 192.0.2.7}]>"),
            ("message-id=<4711.x@mail.a.example>", "message-id=<{user 4711.x}@mail.a.example>"),
            ("sasl_method=PLAIN, sasl_username=bob", "sasl_method=PLAIN, sasl_username={user bob}"),
            (#"sasl_username=CORP\bob, x"#, #"sasl_username={user CORP\bob}, x"#),
            (
                "user=<bob>, rip=192.0.2.7, lip=192.0.2.1,",
                "user=<{user bob}>, rip={ip 192.0.2.7}, lip=192.0.2.1,"
            ),
            ("imap(bob)<813><a1b2>: Logged out", "imap({user bob})<813><{user a1b2}>: Logged out"),
            ("auth: passwd-file(bob,192.0.2.7): no", "auth: passwd-file({user bob},{ip 192.0.2.7}): no"),
            (#"bounced (unknown user: "bob")"#, #"bounced (unknown user: "{user bob}")"#),
            (
                "cannot open /home/bob/Maildir for user bob",
                "cannot open /home/{user bob}/Maildir for user {user bob}"
            ),
            (
                "550 5.1.1 <bob>: Recipient address rejected",
                "550 5.1.1 <{user bob}>: Recipient address rejected"
            ),
            ("connect from d1.isp.example[192.0.2.7]", "connect from {host d1.isp.example}[{ip 192.0.2.7}]"),
            ("client=unknown[2001:db8::7], x", "client=unknown[{ip 2001:db8::7}], x"),
            ("helo=<pc>", "helo=<{host pc}>"),
            ("<pc.a.example>: Helo command rejected", "<{host pc.a.example}>: Helo command rejected"),
            ("Client host [192.0.2.7] blocked", "Client host [{ip 192.0.2.7}] blocked"),
            ("seen as dsl-192-0-2-7.isp.example today", "seen as {host dsl-192-0-2-7.isp.example} today"),
            ("[IPv6:2001:db8::7] and 2001:db8::7.", "[IPv6:{ip 2001:db8::7}] and {ip 2001:db8::7}."),
            (
                "192.0.2.7:25, 192.0.2.0/24, 192.0.2.7.",
                "{ip 192.0.2.7}:25, {ip 192.0.2.0/24}, {ip 192.0.2.7}."
            ),
            ("hostname d1.isp.example does not resolve", "hostname {host d1.isp.example} does not resolve"),
            ("for (smtp:2001:db8::7) at", "for (smtp:{ip 2001:db8::7}) at"),
            ("H=d1.isp.example [192.0.2.7] P=esmtps", "H={host d1.isp.example} [{ip 192.0.2.7}] P=esmtps"),
            ("=> bob <bob@a.example> R=x", "=> {user bob} <{user bob}@a.example> R=x"),
            ("clean message (-1.2/5.0) for bob:1001 in", "clean message (-1.2/5.0) for {user bob}:1001 in"),
            ("fatal: User bob(1000) is not", "fatal: User {user bob}(1000) is not"),
            ("helo=1 rcpt=2/3 commands=3/4", "helo=1 rcpt=2/3 commands=3/4"),
            ("bare <LF> received after DATA", "bare <LF> received after DATA"),
            ("open /var/vmail/a.example/bob/new", "open /var/vmail/{user a.example}/{user bob}/new"),
            ("stat(/srv/x/bob/Maildir/cur): no", "stat(/srv/x/{user bob}/Maildir/cur): no"),
            ("open /var/mail/bob: no; /etc/mail.rc", "open /var/mail/{user bob}: no; /etc/mail.rc"),
            // Whatever a key or a position says is a user, also where it is a common word.
            ("indexer-worker(mail)<7>: Indexed", "indexer-worker({user mail})<7>: Indexed"),
            ("A=plain_login:mail S=811", "A=plain_login:{user mail} S=811"),
            ("rejected: not owned by user mail;", "rejected: not owned by user {user mail};"),
            ("(set_id=mail)", "(set_id={user mail})"),
            ("ctladdr=mail (8/8)", "ctladdr={user mail} (8/8)"),
            ("from=mail, relay=mail@localhost", "from={user mail}, relay={user mail}@localhost"),
            (
                "from=<>, relay=pc.a.example [192.0.2.7]",
                "from=<>, relay={host pc.a.example} [{ip 192.0.2.7}]"
            ),
            ("to=<>, relay=mx.a.example. [192.0.2.1]", "to=<>, relay=mx.a.example. [{ip 192.0.2.1}]"),
            ("H=(laptop) [192.0.2.7]", "H=({host laptop}) [{ip 192.0.2.7}]"),
            ("message-id=<1@pc.a.example>", "message-id=<{user 1}@{host pc.a.example}>"),
            ("mid=<1@macbook.local>", "mid=<{user 1}@{host macbook.local}>"),
            // Words that nobody knows may be names; codes, queue ids and words of mail programs are none.
            ("AUTH PLAIN AGJvYgBzZWNyZXQ=", "AUTH PLAIN {user AGJvYgBzZWNyZXQ}="),
            (
                "cyrus: login: eva plaintext User logged in",
                "cyrus: login: {user eva} plaintext User logged in"
            ),
            ("new: 127.0.0(127.0.0.1), x", "new: 127.0.0(127.0.0.1), x"),
            ("bob.smith and bob-smith", "{user bob.smith} and {user bob-smith}"),
            ("queued as AB485F8A0B1, 1rAbCd-000000-0A", "queued as AB485F8A0B1, 1rAbCd-000000-0A"),
            (
                "said: 450-4.2.0 Greylisted, see http://www.a.example/x",
                "said: 450-4.2.0 Greylisted, see http://www.a.example/x"
            ),
            (
                "blocked using zen.a.example; see pc.a.example",
                "blocked using zen.a.example; see {host pc.a.example}"
            ),
            ("/etc/postfix/bob.example/main.cf", "/etc/postfix/{user bob.example}/main.cf"),
            // Servers, and what only looks like an address.
            ("relay=mx.a.example[192.0.2.1]:25, delay=1", "relay=mx.a.example[192.0.2.1]:25, delay=1"),
            ("(host mx.a.example[192.0.2.1] said: no)", "(host mx.a.example[192.0.2.1] said: no)"),
            ("connect to mx.a.example[2001:db8::1]:25: no", "connect to mx.a.example[2001:db8::1]:25: no"),
            ("127.0.0.1 and [::1]", "127.0.0.1 and [::1]"),
            (
                "Dec 26 03:14:07 delays=0.01/0/0.1/2, dsn=4.4.1",
                "Dec 26 03:14:07 delays=0.01/0/0.1/2, dsn=4.4.1"
            ),
            ("connect to <host>: <n> @ x", "connect to <host>: <n> @ x"),
        ])
    func text(_ text: String, _ wanted: String) {
        let bytes = RedactedText(Array(text.utf8)[...], redaction).bytes
        #expect(String(decoding: bytes, as: UTF8.self) == expanded(wanted))
    }

    @Test(
        "queries: values of keys get other names; a template keeps its gaps",
        arguments: [
            (
                "filter from=bob@a.example to!=bob | count",
                "filter from={user bob}@a.example to!={user bob} | count"
            ),
            (
                "filter from=*@a.example or raw ~ /bob@a/",
                "filter from=*@a.example or raw ~ /{user bob}@{host a}/"
            ),
            ("client_net=192.0.2.0/24", "client_net={ip 192.0.2.0/24}"),
            (
                #"extract "from <name>[<address>]" | top 3 name"#,
                #"extract "from <name>[<address>]" | top 3 name"#
            ),
            // Also with blanks, of functions, of names that the query makes, and in what is looked for.
            ("filter sasl_username = bob | count", "filter sasl_username = {user bob} | count"),
            ("filter to in (bob, 'eva') | count", "filter to in ({user bob}, '{user eva}') | count"),
            ("filter localpart(to) = bob | count", "filter localpart(to) = {user bob} | count"),
            ("extend who = from | filter who=bob", "extend who = from | filter who={user bob}"),
            (#"filter "bob" or /user (bob|x)\b/i"#, #"filter "{user bob}" or /user ({user bob}|x)\b/i"#),
            (
                "filter text contains bob raw ~ eva@a.example",
                "filter text contains {user bob} raw ~ {user eva}@a.example"
            ),
            (#"trace 90442C9CB29 | filter event=reject"#, "trace 90442C9CB29 | filter event=reject"),
            ("lookup '/tmp/bob.csv' on to", "lookup '/tmp/{user bob}.csv' on to"),
            ("filter /Connection (timed out|refused)/", "filter /Connection (timed out|refused)/"),
            (
                #"filter reason="no bob here" process=smtp"#,
                #"filter reason="no {user bob} here" process=smtp"#
            ),
            (#"extend h = strftime(time, "%H:%M")"#, #"extend h = strftime(time, "%H:%M")"#),
            ("filter time in 12-26..end-2h | count", "filter time in 12-26..end-2h | count"),
            // What is no query is text.
            ("filter user=bob as as", "filter user={user bob} as as"),
        ])
    func query(_ text: String, _ wanted: String) {
        #expect(redaction.query(text) == expanded(wanted))
    }

    @Test("the investigations that come with mlq are shown as they are, but for addresses")
    func shipped() {
        for script in ShippedScript.all {
            let code = script.text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.contains("@") }
                .joined(separator: "\n")
            #expect(redaction.query(code) == code, "\(script.name)")
        }
    }

    @Test(
        "fields: by what they mean",
        arguments: [
            ("bob@a.example", ValueType.text(.address), "{user bob}@a.example"),
            ("BOB@A.example", .text(.address), "{user bob}@A.example"),
            ("", .text(.address), ""),
            ("bob", .text(.identity), "{user bob}"),
            ("d1.isp.example", .text(.host), "{host d1.isp.example}"),
            ("isp.example", .text(.host), "isp.example"),
            ("d1.isp.co.uk", .text(.host), "{host d1.isp.co.uk}"),
            ("[192.0.2.7]", .text(.host), "[{ip 192.0.2.7}]"),
            ("PC", .text(.host), "{host PC}"),
            ("macbook.local", .text(.host), "{host macbook.local}"),
            ("pc", .text(.domain), "{host pc}"),
            ("fritz.box", .text(.domain), "{host fritz.box}"),
            ("m1@mail.a.example", .text(.messageID), "{user m1}@mail.a.example"),
            ("m1@pc.a.example", .text(.messageID), "{user m1}@{host pc.a.example}"),
            ("bob@localhost", .text(.server), "{user bob}@localhost"),
            ("d1.isp.example[192.0.2.7]:99", .text(.host), "{host d1.isp.example}[{ip 192.0.2.7}]:99"),
            ("mx.a.example[192.0.2.1]:25", .text(.server), "mx.a.example[192.0.2.1]:25"),
            ("192.0.2.7", .text(.ip), "{ip 192.0.2.7}"),
            ("192.0.2.1", .text(.serverIP), "192.0.2.1"),
            ("a.example", .text(.domain), "a.example"),
            ("dsl-192-0-2-7.isp.example", .text(.domain), "{host dsl-192-0-2-7.isp.example}"),
            ("sent", .text(.oneOf(["sent"])), "sent"),
        ])
    func field(_ text: String, _ type: ValueType, _ wanted: String) {
        let arena = Arena()
        #expect(redaction.value(arena.text(text), type, arena).bytes.string == expanded(wanted))
    }

    @Test("addresses have as many bits in common as their pseudonyms")
    func prefixes() {
        let first = bits("192.0.2.7")
        for (other, common) in [("192.0.2.6", 31), ("192.0.2.9", 28), ("192.0.3.7", 23), ("64.0.2.7", 0)] {
            #expect(zip(first, bits(other)).prefix { $0 == $1 }.count == common, "\(other)")
        }
    }

    @Test("one key gives one set of names, another key others")
    func keys() {
        func redaction(_ key: String?) -> Redaction { Redaction(key: key, tokens: Language.mlq.tokens) }
        let text = "bob@a.example 192.0.2.7"
        #expect(redaction("a").text(text) == redaction("a").text(text))
        #expect(redaction("a").text(text) != redaction("b").text(text))
        #expect(redaction(nil).text(text) != redaction(nil).text(text))
    }

    @Test(
        "SipHash-2-4 gives the vectors of its authors",
        arguments: [(0, 0x726f_db47_dd0e_0e31), (15, 0xa129_ca61_49be_45e5)])
    func vectors(_ count: Int, _ wanted: UInt64) {
        let hash = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        #expect(hash.hash((0..<count).map { UInt8($0) }) == wanted)
    }

    private func bits(_ address: String) -> [Bool] {
        let text = redaction.network(Array(address.utf8)[...]) ?? []
        return String(decoding: text, as: UTF8.self).split(separator: ".").flatMap { part in
            (0..<8).map { (Int(part) ?? 0) >> (7 - $0) & 1 == 1 }
        }
    }

    /// With the pseudonyms in the place of `{user bob}`, `{host d1.isp.example}` and `{ip 192.0.2.7}`.
    private func expanded(_ text: String) -> String {
        text.replacing(/\{(user|host|ip) ([^{}]+)\}/) { match -> String in
            let name = Array(match.2.utf8)[...]
            let shown =
                switch match.1 {
                case "user": redaction.name(name)
                case "host": redaction.host(name)
                default: redaction.network(name) ?? []
                }
            return String(decoding: shown, as: UTF8.self)
        }
    }
}
