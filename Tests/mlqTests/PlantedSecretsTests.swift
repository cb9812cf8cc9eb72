import MailLog
import Testing

/// The sample lines of every shape, with a secret in one field after the other. Shapes, fields and their types are
/// those that mlq declares, so that a new one is in the test at once.
@Suite("--redact, with a secret in every field")
struct PlantedSecretsTests {
    private static let secret = "zqsecret"
    private static let address = "203.0.113.77"

    private static let log: String = {
        let lines = LineShapes.all.flatMap { shape in shape.samples.flatMap { planted($0, shape.fields) } }
        return (lines + strangers).joined(separator: "\n") + "\n"
    }()

    /// Lines of programs that mlq does not know, and what other lines may quote.
    private static let strangers = [
        "CRON[7]: (zqsecret) CMD (/home/zqsecret/bin/report)",
        "sudo: zqsecret : TTY=pts/0 ; PWD=/home/zqsecret ; USER=root ; COMMAND=/usr/bin/mailq",
        "zqsecret: hello", "logger[7]: hello from Zqsecret!",
        "getmail: msg 1/2 (811 bytes) from <zqsecret> delivered to Maildir /home/zqsecret/Maildir/",
        "fetchmail[7]: 1 message for zqsecret at pop.isp.example (811 octets).",
        "courier: imapd: LOGIN, user=zqsecret, ip=[::ffff:203.0.113.77], port=[4711], protocol=IMAP",
        "cyrus/imap[7]: login: zqsecret.dial.isp.example [203.0.113.77] zqsecret plaintext User logged in",
        "dovecot: indexer-worker(zqsecret)<7><a1>: Indexed 3 messages in Zqsecret/Invoices",
        "dovecot: lmtp(zqsecret): sieve: msgid=<m1@zqsecret>: stored mail into mailbox 'zqsecret'",
        "postfix/smtpd[7]: < unknown[203.0.113.77]: AUTH PLAIN enFzZWNyZXQAenFzZWNyZXQ=",
        "postfix/smtpd[7]: > unknown[203.0.113.77]: 334 enFzZWNyZXQ=",
        "postfix/smtpd[7]: < unknown[203.0.113.77]: XFORWARD NAME=zqsecret HELO=zqsecret",
        "postfix/smtpd[7]: xsasl_dovecot_handle_reply: auth reply: OK?1?user=zqsecret?",
        "postfix/cleanup[7]: BEEFAF8A63D: warning: header From: \"Al Zqsecret\" <zqsecret@b.example> from local;",
        "postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[203.0.113.77]: 553 5.7.1 <a@b.example>: "
            + "Sender address rejected: not owned by user zqsecret; from=<zqsecret@a.example> to=<b@b.example> "
            + "proto=ESMTP helo=<zqsecret.local>",
        "postfix/smtp[7]: BEEFAF8A63D: to=<SRS0=ab=tt=a.example=zqsecret@b.example>, orig_to=<zqsecret>, "
            + "relay=mx.b.example[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx.b.example[192.0.2.1] said: "
            + "550 <prvs=1=zqsecret@b.example> see http://help.b.example/?user=zqsecret&ip=203.0.113.77)",
        "postfix/virtual[7]: BEEFAF8A63D: to=<a@b.example>, relay=virtual, delay=1, dsn=4.2.0, status=deferred "
            + "(mail for a: cannot create /var/vmail/b.example/zqsecret/tmp/1: Permission denied)",
        "sm-mta[7]: 0ANGdYxx012345: from=zqsecret, size=1, relay=zqsecret@localhost",
        "sm-mta[7]: 0ANGdYxx012345: to=a, ctladdr=zqsecret (1000/1000), mailer=local, stat=Sent",
        "exim[7]: 1rAbCd-000000-0A <= a@b.example H=(zqsecret) [203.0.113.77] P=esmtpa A=login:zqsecret S=1 T=\"zqsecret\"",
    ].map { "Nov 23 16:39:34 mx1 " + $0 }

    private static let queries = [
        "select \(Fields.all.filter(isText).map(\.name).joined(separator: ", "))",
        "filter true", "select text, raw", "patterns", "patterns raw", "facets", "describe",
        "whatchanged",
        "messages", "recipients", "sessions", "deliveries", "files", "trace zqsecret", "context 1",
        "sample 20", "top 5 user | chart", "count by day, user | pivot user",
        "explain filter user=zqsecret and raw ~ /zqsecret/",
        "title \"Mail of zqsecret\"", "stats values(helo), min(to), max(client_ip) by file",
        "extend part = lower(substr(raw, 20)) | count by part",
        "filter user=zqsecret | assert user!=zqsecret",
        "extract \"from=<<name>\" | count by name", "compare 11-23 with 11-23 by user",
    ]

    @Test(
        "no format shows it, and no message",
        arguments: ["table", "tsv", "csv", "json", "jsonl", "md", "html", "svg", "raw"])
    func formats(_ format: String) throws {
        let scratch = try Scratch()
        let path = try scratch.write(
            Self.log + "no stamp zqsecret\n", to: "\(Self.address)/home/zqsecret/m.log")
        let arguments = ["--redact", "--tz", "UTC", "--year", "2026", "-o", format]
        let answer = try Program.run(arguments + Self.queries.flatMap { ["-e", $0] } + [path])
        #expect(answer.status == 1, "\(answer.error)")
        #expect(answer.output.contains("user-"))
        Self.expectNoSecret(in: answer)
    }

    @Test(
        "no message on a query, a file or the call shows it",
        arguments: [
            ["-e", "filter zqsecret=1", "LOG"], ["-e", "lookup 'zqsecret.csv' on to", "LOG"],
            ["-e", "zqsecret"],
            ["-e", "count", "/home/zqsecret/203.0.113.77.log"], ["zqsecret.mlq"], ["zqsecret"],
            ["-e", "count", "--tz", "zqsecret", "LOG"], ["-e", "count", "--zqsecret", "LOG"],
            ["-e", "import 'zqsecret.mlq'; count", "LOG"], ["-e", "filter user=zqsecret | | count", "LOG"],
            ["-e", "head 1 | write '/nonexistent/zqsecret/x.csv'", "LOG"],
        ])
    func messages(_ arguments: [String]) throws {
        let scratch = try Scratch()
        let path = try scratch.write(Self.log, to: "zqsecret.log")
        let answer = try Program.run(["--redact"] + arguments.map { $0 == "LOG" ? path : $0 })
        #expect(answer.status != 0)
        #expect(!answer.error.isEmpty)
        Self.expectNoSecret(in: answer)
    }

    @Test("no command of the shell shows it")
    func shell() throws {
        let scratch = try Scratch()
        let path = try scratch.write(Self.log, to: "zqsecret/m.log")
        let statements = """
            count by user
            :lines 1
            filter user=zqsecret | count by user, helo
            :drill 1
            :explain
            :analyze
            :files
            :last as json
            patterns raw
            :drill 1
            :open zqsecret.log
            :run zqsecret.mlq
            :set zqsecret on
            """
        let arguments = ["--redact", "--no-config", "--year", "2026", path]
        Self.expectNoSecret(in: try Program.run(arguments, input: statements + "\n"))
    }

    private static func expectNoSecret(in answer: Program.Outcome) {
        for text in [answer.output, answer.error] {
            // Base64 of the secret begins with `enFzZWNyZXQ`.
            for line in text.split(separator: "\n")
            where [secret, address, "enfzzwnyzxq"].contains(where: line.lowercased().contains) {
                Issue.record("\(line.prefix(400))")
            }
        }
    }

    // MARK: Planting

    private static func isText(_ field: Field) -> Bool { if case .text = field.type { true } else { false } }

    /// The line with a secret in each of these fields in turn. Servers and domains are not secret.
    private static func planted(_ line: String, _ fields: [Field]) -> [String] {
        let slots = UnsafeMutablePointer<Value>.allocate(capacity: Fields.all.count)
        defer { slots.deallocate() }
        slots.initialize(repeating: .missing, count: Fields.all.count)
        let decoder = LineDecoder(demand: FieldSet(fields), early: FieldSet())
        return (Array(line.utf8) + [10]).withUnsafeBufferPointer { buffer in
            let bytes = Bytes(buffer.baseAddress!, count: buffer.count - 1)
            _ = decoder.decodeEnvelope(bytes, years: YearWindow(start: 0), into: Record(slots: slots))
            decoder.decodeBody(into: Record(slots: slots))
            return fields.compactMap { field in
                guard case .text(let kind) = field.type else { return nil }
                let value = slots[field.slot]
                guard value.kind == .text, bytes.holds(value.bytes),
                    let secret = planted(value.bytes.string, kind)
                else { return nil }
                let start = value.bytes.base - bytes.base
                return String(decoding: buffer[..<start], as: UTF8.self) + secret
                    + String(
                        decoding: buffer[(start + value.bytes.count)..<(buffer.count - 1)], as: UTF8.self)
            }
        }
    }

    /// A secret of the form of a value.
    private static func planted(_ value: String, _ kind: TextKind) -> String? {
        switch kind {
        case .address, .identity, .messageID:
            secret + (value.lastIndex(of: "@").map { String(value[$0...]) } ?? "")
        case .host:
            (value.contains(".") && value.contains(/[a-z]/) ? "\(secret).dial.isp.example" : secret)
                + (value.firstIndex(of: "[").map { String(value[$0...]) } ?? "")
        case .ip: address
        case .content: value.prefix { $0 != ":" } + ": \(secret) to you"
        case .prose, .line: value.isEmpty ? nil : "\(secret) \(value) \(secret)"
        case .plain: secret
        case .query, .server, .serverIP, .domain, .oneOf: nil
        }
    }
}
