import MailLog
import Testing

/// What other programs write into a mail log, as they write it (names and addresses apart), and the fields on which
/// a postmaster joins it with what Postfix says.
@Suite("What stands beside Postfix in a mail log")
struct NeighboursTests {
    struct Example: CustomTestStringConvertible, Sendable {
        let line: String
        let fields: [String: String]

        init(_ line: String, _ fields: [String: String]) {
            self.line = line
            self.fields = fields
        }

        var testDescription: String { line }
    }

    @Test("has the fields to join on", arguments: logins + deliveries + filters + policies + servers)
    func fields(_ example: Example) {
        let found = Decoded().fields("Nov 23 16:39:34 mx1 \(example.line)")
        for (name, value) in example.fields {
            #expect(found[name] == value, "\(name): \(found[name] ?? "nothing")")
        }
    }

    /// Who logged in, and who could not.
    static let logins = [
        Example(
            "dovecot: imap-login: Login: user=<bob@example.org>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, mpid=811, TLS, session=<a1>",
            [
                "event": "dovecot-login", "user": "bob@example.org", "sasl_method": "PLAIN",
                "client_ip": "192.0.2.7",
            ]),
        Example(
            "dovecot: imap-login: Disconnected (auth failed, 3 attempts in 10 secs): user=<bob>, method=PLAIN, rip=2001:db8::7, lip=192.0.2.1, TLS, session=<a1>",
            [
                "event": "dovecot-login-fail", "user": "bob", "client_ip": "2001:db8::7",
                "detail": "Disconnected (auth failed, 3 attempts in 10 secs)", "reason_class": "login_failed",
            ]),
        Example(
            "dovecot: imap-login: Disconnected (auth failed, 1 attempts): method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS: Disconnected",
            ["event": "dovecot-login-fail", "sasl_method": "PLAIN", "client_ip": "192.0.2.7"]),
        Example(
            "dovecot: pop3-login: Disconnected: Inactivity (no auth attempts in 178 secs): user=<>, rip=192.0.2.7, lip=192.0.2.1, session=<a1>",
            [
                "event": "dovecot-login-fail", "client_ip": "192.0.2.7",
                "detail": "Disconnected: Inactivity (no auth attempts in 178 secs)",
            ]),
        Example(
            "dovecot[442]: pop3-login: Aborted login (tried to use disallowed plaintext auth): rip=192.0.2.7, lip=192.0.2.1",
            ["event": "dovecot-login-fail", "client_ip": "192.0.2.7"]),
        Example(
            "dovecot: managesieve-login: Info: Login: user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, mpid=5",
            ["event": "dovecot-login", "user": "bob", "client_ip": "192.0.2.7"]),
        Example(
            "dovecot: imap-login: Login aborted: Connection closed (auth failed, 1 attempts in 2 secs) (auth_failed): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, session=<a1>",
            ["event": "dovecot-login-fail", "user": "bob", "client_ip": "192.0.2.7"]),
        Example(
            "dovecot: auth-worker(304): pam(bob,192.0.2.7): pam_authenticate() failed: Authentication failure (password mismatch?)",
            [
                "event": "dovecot-auth", "user": "bob", "client_ip": "192.0.2.7",
                "reason_class": "login_failed",
            ]),
        Example(
            "dovecot: auth: passwd-file(bob@example.org,192.0.2.7,<a1>): unknown user",
            ["event": "dovecot-auth", "user": "bob@example.org", "client_ip": "192.0.2.7"]),
        Example(
            "dovecot: auth-worker(7): Info: conn unix:auth-worker (pid=3,uid=5): auth-worker<9>: sql(bob,192.0.2.7): Password mismatch",
            ["event": "dovecot-auth", "user": "bob", "client_ip": "192.0.2.7", "detail": "Password mismatch"]),
        Example(
            "dovecot: auth(default): pam(bob@example.org,192.0.2.7): unknown user",
            ["event": "dovecot-auth", "user": "bob@example.org", "client_ip": "192.0.2.7"]),
        Example(
            "saslauthd[500]: do_auth         : auth failure: [user=bob] [service=smtp] [realm=example.org] [mech=pam] [reason=PAM auth error]",
            ["event": "saslauthd", "user": "bob", "sasl_method": "pam", "detail": "PAM auth error"]),
        Example(
            "saslauthd[500]: do_auth         : auth failure: [user=bob] [service=smtp] [realm=] [mech=shadow] [reason=Unknown]",
            ["event": "saslauthd", "user": "bob", "sasl_method": "shadow"]),
        Example(
            "sm-mta[5]: 06I02CNi016764: AUTH failure (LOGIN): authentication failure (-13) SASL(-13): authentication failure: checkpass failed, user=bob, relay=[198.51.100.1], relay=mx.a.example [192.0.2.7] (may be forged)",
            [
                "event": "sendmail-login-fail", "queue_id": "06I02CNi016764", "sasl_method": "LOGIN",
                "user": "bob, relay=[198.51.100.1]", "client_name": "mx.a.example", "client_ip": "192.0.2.7",
            ]),
        Example(
            "sm-mta[5]: AUTH=server, relay=mx.a.example [IPv6:2001:db8::7], authid=bob@example.org, mech=PLAIN, bits=0",
            ["event": "sendmail-login", "user": "bob@example.org", "client_ip": "2001:db8::7"]),
        Example(
            "exim[4]: 2013-01-04 17:03:46 login authenticator failed for host.a.example ([192.168.2.33]) [192.0.2.7]: 535 Incorrect authentication data (set_id=bob)",
            [
                "event": "exim-login-fail", "user": "bob", "client_name": "host.a.example",
                "client_ip": "192.0.2.7",
            ]),
        Example(
            "exim[4]: auth_plain authenticator failed for (rom182) [192.0.2.7]:41556 I=[192.0.2.1]:25: 535 Incorrect authentication data (set_id=webmaster)",
            [
                "event": "exim-login-fail", "user": "webmaster", "helo": "rom182", "client_ip": "192.0.2.7",
                "reply_code": "535",
            ]),
    ]

    /// Where a message went in the end: the message id joins it.
    static let deliveries = [
        Example(
            "dovecot: lmtp(bob@example.org)<812><x1>: msgid=<m1@a.example>: saved mail to INBOX",
            [
                "event": "dovecot-deliver", "user": "bob@example.org", "message_id": "m1@a.example",
                "detail": "saved mail to INBOX",
            ]),
        Example(
            "dovecot: lmtp(22587, bob@example.org): 5GjrDafYTFE7WAAABf1gKA: msgid=<m1@a.example>: saved mail to INBOX",
            ["event": "dovecot-deliver", "user": "bob@example.org", "message_id": "m1@a.example"]),
        Example(
            "dovecot: lda(bob)<1640><x>: sieve: msgid=<m1@a.example>: forwarded to <carol@b.example>",
            [
                "event": "dovecot-deliver", "user": "bob", "message_id": "m1@a.example",
                "detail": "forwarded to <carol@b.example>",
            ]),
        Example(
            "dovecot: lmtp(bob)<1><x>: sieve: msgid=<m1@a.example>: marked message to be discarded if not explicitly delivered (discard action)",
            ["event": "dovecot-deliver", "user": "bob", "message_id": "m1@a.example"]),
        Example(
            "dovecot: lmtp(bob)<1><x>: msgid=<m1@a.example>: save failed to INBOX: Quota exceeded (mailbox for user is full)",
            [
                "event": "dovecot-deliver", "user": "bob", "message_id": "m1@a.example",
                "reason_class": "mailbox_full",
            ]),
        Example(
            "dovecot: deliver(bob): msgid=unspecified: saved mail to INBOX",
            ["event": "dovecot-deliver", "user": "bob", "message_id": "unspecified"]),
        Example(
            "dovecot: imap(bob@example.org)<813><a1>: copy from INBOX: box=Trash, uid=7, msgid=<m1@a.example>, size=2811",
            [
                "event": "dovecot-mail", "user": "bob@example.org", "action": "copy",
                "message_id": "m1@a.example",
                "size": "2811",
            ]),
        Example(
            "dovecot: imap(bob)<813><a1>: Disconnected: Logged out in=811 out=4711 deleted=1 expunged=1 trashed=0",
            ["event": "dovecot-logout", "user": "bob"]),
        Example(
            "mailman[400]: post to users from s@a.example, size=2811, message-id=<m1@a.example>, success",
            [
                "event": "mailman", "user": "users", "from": "s@a.example", "message_id": "m1@a.example",
                "verdict": "success",
            ]),
        Example(
            "postfix/pickup[5]: AB485F8A0B1: uid=502 from=<fml>",
            ["event": "pickup", "queue_id": "AB485F8A0B1", "uid": "502", "from": "fml"]),
    ]

    /// What filters found, and under which queue ids a message went on.
    static let filters = [
        Example(
            "amavis[17075]: (17075-16) Passed CLEAN {RelayedInbound}, [192.0.2.7]:35825 <s@a.example> -> <alice@example.org>, Queue-ID: B7DEA22066C, Message-ID: <m1@a.example>, mail_id: DSnzfz0QF6Vd, Hits: -0.1, size: 2003, queued_as: 74FF5220670, dkim_sd=20161025:a.example, 1388 ms",
            [
                "event": "amavis", "action": "Passed", "verdict": "CLEAN", "client_ip": "192.0.2.7",
                "from": "s@a.example", "to": "alice@example.org", "queue_id": "B7DEA22066C",
                "message_id": "m1@a.example", "score": "-0.1", "size": "2003", "queued_as": "74FF5220670",
            ]),
        Example(
            "amavis[1]: (00001-02) Blocked SPAM {DiscardedInbound,Quarantined}, [IPv6:2001:db8::7]:4000 [2001:db8::7] <s@a.example> -> <alice@example.org>,<carol@example.org>, quarantine: Q1, Queue-ID: B7DEA22066C, Message-ID: <m1@a.example>, mail_id: Q1, Hits: 14.41, size: 7000, 1500 ms",
            [
                "action": "Blocked", "verdict": "SPAM", "client_ip": "2001:db8::7",
                "queue_id": "B7DEA22066C",
                "score": "14.41",
            ]),
        Example(
            "amavis[1]: (00001-03) Passed CLEAN, <s@a.example> -> <alice@example.org>, Message-ID: <m1@a.example>, mail_id: x, Hits: -, queued_as: 4756B13453, 160 ms",
            ["action": "Passed", "verdict": "CLEAN", "queued_as": "4756B13453", "from": "s@a.example"]),
        Example(
            "amavis[30688]: (30688-02) HnYFfPf-vHfk FWD from <s@a.example> -> <alice@example.org>, BODY=7BIT 250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 88C4C18ED12D",
            [
                "event": "amavis-forward", "from": "s@a.example", "to": "alice@example.org",
                "queued_as": "88C4C18ED12D",
            ]),
        Example(
            "opendkim[811]: AB485F8A0B1: DKIM-Signature field added (s=mail, d=example.org)",
            ["event": "opendkim", "queue_id": "AB485F8A0B1", "verdict": "added", "hostname": "example.org"]),
        Example(
            "opendkim[811]: AB485F8A0B1: mx.a.example [192.0.2.7] not internal",
            ["queue_id": "AB485F8A0B1", "client_ip": "192.0.2.7", "verdict": "not internal"]),
        Example(
            "opendkim[811]: AB485F8A0B1: not authenticated",
            ["queue_id": "AB485F8A0B1", "verdict": "not authenticated"]),
        Example(
            "opendkim[811]: AB485F8A0B1: no signing domain match for example.org",
            [
                "queue_id": "AB485F8A0B1", "verdict": "no signing domain match", "hostname": "example.org",
            ]),
        Example(
            "opendkim[811]: AB485F8A0B1: key retrieval failed (s=key3, d=a.example): 'key3._domainkey.a.example' query failed",
            ["queue_id": "AB485F8A0B1", "verdict": "key retrieval failed", "hostname": "a.example"]),
        Example(
            "opendmarc[812]: AB485F8A0B1: a.example fail",
            ["event": "opendmarc", "queue_id": "AB485F8A0B1", "verdict": "fail", "hostname": "a.example"]),
        Example(
            "opendmarc[812]: AB485F8A0B1: SPF(mailfrom): a.example pass",
            ["queue_id": "AB485F8A0B1", "verdict": "pass", "hostname": "a.example"]),
        Example(
            "rspamd[27538]: <8ae27d>; proxy; rspamd_task_write_log: id: <m1@a.example>, qid: <A785B308622A>, ip: 192.0.2.7, from: <s@a.example>, (default: F (no action): [-0.64/20.00] [BAYES_HAM(-3.00){100.00%;},IP_SCORE(-0.04){ip: (0.22), country: US(-0.81);}]), len: 2348, time: 120.5ms, dns req: 42, digest: <0f>, rcpts: <alice@example.org,carol@example.org>, mime_rcpts: <alice@example.org>",
            [
                "event": "rspamd", "queue_id": "A785B308622A", "message_id": "m1@a.example",
                "client_ip": "192.0.2.7", "from": "s@a.example", "to": "alice@example.org",
                "verdict": "no action", "score": "-0.64", "size": "2348",
            ]),
        Example(
            "rspamd[27538]: <cf1261>; csession; rspamd_task_write_log: id: <m1@a.example>, ip: 192.0.2.7, user: bob, smtp_from: <s@a.example>, (default: T (add header): [6.10/25.00] [X(5.10){}]), len: 348, time: 1.5ms, dns req: 2, digest: <0f>, rcpts: <alice@example.org>",
            [
                "message_id": "m1@a.example", "user": "bob", "from": "s@a.example", "to": "alice@example.org",
                "verdict": "add header", "score": "6.1",
            ]),
        Example(
            "rspamd[27538]: <8ae27d>; proxy; rspamd_message_parse: loaded message; id: <m1@a.example>; queue-id: <A785B308622A>; size: 2348; checksum: <b1>",
            ["event": "rspamd-begin", "queue_id": "A785B308622A", "message_id": "m1@a.example"]),
        Example(
            "spamd[700]: spamd: result: Y 15 - BAYES_99,HTML_MESSAGE scantime=1.2,size=2811,user=bob,uid=1001,required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=4711,mid=<m1@a.example>,bayes=0.99,autolearn=no",
            ["event": "spamd", "verdict": "Y", "score": "15.0", "user": "bob", "message_id": "m1@a.example"]),
        Example(
            "spamd[700]: spamd: identified spam (15.3/5.0) for bob:1001 in 1.2 seconds, 2811 bytes.",
            ["verdict": "identified spam", "score": "15.3", "user": "bob", "size": "2811"]),
        Example(
            "clamav-milter[600]: Message AB485F8A0B1 from <s@a.example> to <alice@example.org> with subject 'x' message-id '<m1@a.example>' date 'Mon, 23 Nov 2026' infected by Eicar-Test-Signature",
            [
                "event": "clamav", "queue_id": "AB485F8A0B1", "from": "s@a.example",
                "to": "alice@example.org",
                "message_id": "m1@a.example", "verdict": "infected", "detail": "Eicar-Test-Signature",
            ]),
        Example(
            "clamd[601]: /var/lib/amavis/tmp/amavis-20260829/parts/p001: Eicar-Test-Signature FOUND",
            ["event": "clamav", "verdict": "FOUND", "detail": "Eicar-Test-Signature"]),
    ]

    /// What policy servers decided before the message was taken.
    static let policies = [
        Example(
            "postgrey[200]: action=greylist, reason=new, client_name=mx.a.example, client_address=192.0.2.7/32, sender=s@a.example, recipient=alice@example.org",
            [
                "event": "greylist", "action": "greylist", "detail": "new", "client_name": "mx.a.example",
                "client_ip": "192.0.2.7", "from": "s@a.example", "to": "alice@example.org",
            ]),
        Example(
            "postgrey[200]: AB485F8A0B1: action=pass, reason=triplet found, delay=363, client_name=unknown, client_address=192.0.2.7, sender=s@a.example, recipient=alice@example.org",
            ["queue_id": "AB485F8A0B1", "action": "pass", "client_ip": "192.0.2.7"]),
        Example(
            "policyd-spf[100]: prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.7; helo=mx.a.example; envelope-from=s@a.example; receiver=<UNKNOWN>",
            ["event": "spf", "verdict": "Pass", "client_ip": "192.0.2.7", "from": "s@a.example"]),
        Example(
            "policyd-spf[100]: 550 5.7.23 Message rejected due to: SPF fail - not authorized. Please see http://www.openspf.example/Why?s=mfrom;id=s@a.example;ip=192.0.2.7;r=<UNKNOWN>;identity=mailfrom;client-ip=192.0.2.7;helo=mx.a.example;envelope-from=s@a.example",
            [
                "event": "spf", "client_ip": "192.0.2.7", "from": "s@a.example", "reply_code": "550",
                "reason_class": "auth_failed_spf_dkim_dmarc",
            ]),
        Example(
            "milter-greylist[202]: AB485F8A0B1: addr 192.0.2.7 from <s@a.example> rcpt <alice@example.org>: autowhitelisted for 24:00:00",
            [
                "event": "greylist", "queue_id": "AB485F8A0B1", "action": "autowhitelisted",
                "client_ip": "192.0.2.7", "from": "s@a.example", "to": "alice@example.org",
            ]),
        Example(
            "postfix/policyd-weight[210]: decided action=PREPEND X-policyd-weight: using cached result; rate: -7.6; <client=192.0.2.7> <helo=mx.a.example> <from=s@a.example> <to=alice@example.org>; delay: 0s",
            [
                "event": "policy", "action": "PREPEND", "client_ip": "192.0.2.7", "from": "s@a.example",
                "to": "alice@example.org", "helo": "mx.a.example",
            ]),
    ]

    /// The lines of other mail servers.
    static let servers = [
        Example(
            "sendmail[51]: 0ANGdYxx012345: to=<alice@example.org>,<carol@example.org>, delay=00:00:05, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.b.example. [192.0.2.8], dsn=2.0.0, stat=Sent (Ok: queued as AB485F8A0B1)",
            [
                "event": "sendmail-to", "queue_id": "0ANGdYxx012345", "to": "alice@example.org",
                "relay_ip": "192.0.2.8", "delay": "5000000", "dsn": "2.0.0", "queued_as": "AB485F8A0B1",
            ]),
        Example(
            "sm-mta[17126]: s1NED81M017126: ruleset=check_rcpt, arg1=<alice@example.org>, relay=mx.a.example [192.0.2.7] (may be forged), reject=550 5.7.1 <alice@example.org>... Relaying denied. IP name possibly forged [192.0.2.7]",
            [
                "event": "sendmail-reject", "queue_id": "s1NED81M017126", "to": "alice@example.org",
                "client_name": "mx.a.example", "client_ip": "192.0.2.7", "reply_code": "550",
                "reason_class": "relay_denied",
            ]),
        Example(
            "sm-mta[24422]: ruleset=check_relay, arg1=a.example, arg2=192.0.2.7, relay=a.example [192.0.2.7], reject=421 4.3.2 Connection rate limit exceeded.",
            ["event": "sendmail-reject", "client_ip": "192.0.2.7", "reason_class": "rate_limited"]),
        Example(
            "exim[40]: 1rAbCd-000000-0A <= bob@example.org H=(laptop) [192.0.2.9]:4711 P=esmtpsa A=dovecot_plain:bob S=2811 id=m1@example.org",
            [
                "event": "exim-in", "queue_id": "1rAbCd-000000-0A", "from": "bob@example.org",
                "helo": "laptop", "client_ip": "192.0.2.9", "sasl_method": "dovecot_plain", "user": "bob",
                "message_id": "m1@example.org",
            ]),
        Example(
            "exim[40]: 1rAbCd-000000-0A => bob <bob@example.org> R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.8]:25 C=\"250 2.0.0 Ok: queued as AB485F8A0B1\"",
            ["event": "exim-out", "to": "bob@example.org", "relay_ip": "192.0.2.8"]),
        Example(
            "exim[40]: 1rAbCd-000000-0A ** carol@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.8]:25: SMTP error from remote mail server after RCPT TO:<carol@b.example>: 550 5.1.1 no such user",
            [
                "event": "exim-fail", "to": "carol@b.example", "relay_ip": "192.0.2.8",
                "reason_class": "user_unknown",
            ]),
        Example(
            "exim[40]: 2013-06-10 18:33:32 [10099] H=(a.example) [192.0.2.7]:3755 I=[192.0.2.1]:25 F=s@a.example rejected RCPT alice@example.org: relay not permitted",
            [
                "event": "exim-reject", "helo": "a.example", "client_ip": "192.0.2.7", "from": "s@a.example",
                "to": "alice@example.org", "where": "RCPT", "detail": "relay not permitted",
            ]),
        Example(
            "exim[40]: H=mx.a.example [192.0.2.7] F=<s@a.example> rejected RCPT <alice@example.org>: Unknown user",
            [
                "event": "exim-reject", "client_name": "mx.a.example", "to": "alice@example.org",
                "reason_class": "user_unknown",
            ]),
        Example(
            "exim[40]: 1Unmew-0000ea-SE H=a.example [192.0.2.7]:32706 I=[192.0.2.1]:25 F=s@a.example rejected after DATA: This message contains a virus (Eicar).",
            [
                "event": "exim-reject", "queue_id": "1Unmew-0000ea-SE", "from": "s@a.example",
                "detail": "This message contains a virus (Eicar).",
            ]),
    ]
}
