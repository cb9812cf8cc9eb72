import MailLog
import Testing

/// The lines of the shapes that are more than templates, in the notation of `Template`.
private let otherLines: [(shape: any LineShape.Type, event: String, text: String)] = [
    (ActiveShape.self, "active", "ID: from=<<from>>, size=<size>, nrcpt=<nrcpt> (queue <queue=active>)"),
    (
        AmavisShape.self, "amavis",
        "(1-2) <action=Passed|Blocked> <verdict=CLEAN|SPAM|INFECTED (X)>, [<client_ip>] <<from>> -> <<to>>, Queue-ID: <queue_id>, Message-ID: <<message_id>>, mail_id: x, Hits: <score>, size: <size>, 345 ms"
    ),
    (
        AnvilShape.self, "anvil",
        "statistics: max <stat_kind> rate <rate>/<rate_unit> for (<limit_service=smtp|127.0.0.1:2525>:<client_ip>) at <stat_at>"
    ),
    (AnvilShape.self, "anvil", "statistics: max <stat_kind=cache> size <rate> at <stat_at>"),
    (
        CheckShape.self, "check",
        "ID: <action=reject|hold|warning|milter-header-reject>: <check_part=header|body> <check_text> from <client>; from=<<from>> to=<<to>> proto=<proto=ESMTP|SMTP> helo=<<helo>>"
    ),
    (
        ClientShape.self, "client",
        "ID: client=<client>{, sasl_method=<sasl_method>, sasl_username=<sasl_username>}"
    ),
    (
        ClientShape.self, "client",
        "ID: client=<client>{, sasl_sender=<sasl_sender>}, orig_queue_id=<orig_queue_id>, orig_client=<orig_client>"
    ),
    (ConnectFailShape.self, "connect-fail", "connect to <relay>: <detail>"),
    (ConnectShape.self, "connect", "connect from <client>"),
    (DebugShape.self, "debug", "> <_>[127.0.0.1]: 250 2.1.5 Ok"),
    (DebugShape.self, "debug", "match_hostname: <_> ~? 127.0.0.0/8"),
    (
        DeliveryShape.self, "delivery",
        "ID: to=<<to>>{, orig_to=<<orig_to>>}, relay=<relay>{, conn_use=<conn_use>}, delay=<delay>, delays=<delay_a>/<delay_b>/<delay_c>/<delay_d>{, tls=<tls=none|may>}, dsn=<dsn>, status=<status=sent|deferred|bounced> (<detail>)"
    ),
    (
        DisconnectShape.self, "disconnect",
        "disconnect from <client>{ ehlo=<ehlo_total>} rcpt=<rcpt_ok>/<rcpt_total> commands=<cmd_ok>/<cmd_total>"
    ),
    (
        DovecotShape.self, "dovecot-login",
        "imap-login: Login: user=<<user>>, method=<sasl_method>, rip=<client_ip>, lip=192.0.2.1, TLS"
    ),
    (DovecotShape.self, "dovecot-deliver", "lmtp(<user>)<812><X1>: msgid=<<message_id>>: <detail>"),
    (
        DovecotShape.self, "dovecot-mail",
        "imap(<user>)<812><X1>: <action=expunge|delete>: box=INBOX, uid=7, msgid=<<message_id>>, size=<size>"
    ),
    (DovecotShape.self, "dovecot-auth", "auth: passwd-file(<user>,<client_ip>): <detail>"),
    (
        EximShape.self, "exim-in",
        "<queue_id=1rAbCd-000000-0A> <= <from> H=<client_name> [<client_ip>] P=esmtps S=<size> id=<message_id>"
    ),
    (EximShape.self, "exim-fail", "<queue_id=1rAbCd-000000-0A> ** <to> R=dnslookup T=remote_smtp: <detail>"),
    (
        EximShape.self, "exim-reject",
        "H=<client_name> (<helo>) [<client_ip>]:4711 F=<<from>> <action=rejected> <where=RCPT> <<to>>: <detail>"
    ),
    (
        ExpiredShape.self, "expired",
        "ID: from=<<from>>, status=<status=expired|force-expired>, returned to sender"
    ),
    (
        GreylistShape.self, "greylist",
        "action=<action=greylist|pass>, reason=<detail=new|early-retry (2s missing)>, client_name=<client_name>, client_address=<client_ip>/32, sender=<from>, recipient=<to>"
    ),
    (
        GreylistShape.self, "greylist",
        "ID: addr <client_ip> from <<from>> rcpt <<to>>: <action=autowhitelisted> for 24:00:00"
    ),
    (
        LostShape.self, "lost",
        "<detail=lost connection|timeout|too many errors> after <where>{ (14 bytes)} from <client>"
    ),
    (MessageIDShape.self, "message-id", "ID: message-id=<<message_id>>"),
    (MessageIDShape.self, "resent-message-id", "ID: resent-message-id=<<resent_message_id>>"),
    (NextHostShape.self, "next-host", "ID: host <relay> said: <_>"),
    (
        NotificationShape.self, "notification",
        "ID: <_=sender|postmaster> <_=delay|non-delivery|delivery status> notification: <new_queue_id>"
    ),
    (
        PolicyShape.self, "policy",
        "[RULES] rule=3, id=X, client=<client_name>[<client_ip>], sender=<<from>>, recipient=<<to>>, helo=<<helo>>, action=<action=REJECT|DUNNO> <detail>"
    ),
    (PolicyShape.self, "policy", "grey: <action=new>: 192.0.2(<client_ip>), <from> -> <to>"),
    (PickupShape.self, "pickup", "ID: uid=<uid> from=<<from>>{ orig_id=<orig_id>}"),
    (
        RejectShape.self, "",
        "{ID: }<event=reject|hold|warn|milter-reject>: <where> from <client>: <detail>; from=<<from>> to=<<to>> proto=<proto=ESMTP|SMTP> helo=<<helo>>{ sasl_username=<<sasl_username>>}"
    ),
    (RemovedShape.self, "removed", "ID: removed"),
    (
        RspamdShape.self, "rspamd",
        "<_=b1>; task; rspamd_task_write_log: id: <<message_id>>{, qid: <<queue_id>>}, ip: <client_ip>{, user: <user>}, from: <<from>>, (default: F (<verdict=no action|reject>): [<score>/15.00] []), len: <size>, time: 1ms, rcpts: <<to>>, mime_rcpts: <>"
    ),
    (
        SPFShape.self, "spf",
        "<verdict=Pass|Softfail> (mailfrom) identity=mailfrom; client-ip=<client_ip>; helo=<helo>; envelope-from=<from>; receiver=<to>"
    ),
    (
        SendmailShape.self, "sendmail-from",
        "<queue_id=0ANGdYxx012345>: from=<<from>>, size=<size>, class=0, nrcpts=<nrcpt>, msgid=<<message_id>>, proto=<proto=ESMTP>, daemon=MTA, relay=<client_name> [<client_ip>]"
    ),
    (
        SendmailShape.self, "sendmail-to",
        "<queue_id=0ANGdYxx012345>: to=<<to>>, delay=00:00:05, mailer=esmtp, relay=<relay_name>. [<relay_ip>], dsn=<dsn>, stat=<detail>"
    ),
    (
        SendmailShape.self, "sendmail-reject",
        "<queue_id=0ANGdYxx012345>: ruleset=<where=check_rcpt>, arg1=<<to>>, relay=<client_name> [<client_ip>], <action=reject>=<detail>"
    ),
    (
        TLSShape.self, "tls",
        "<tls_level=Anonymous|Untrusted|Trusted|Verified> TLS connection established <tls_direction=from> <client>{ to <tls_sni>}: <tls_protocol=TLSv1.3> with cipher <tls_cipher> (<tls_bits>/256 bits) key-exchange <tls_kex=X25519>"
    ),
    (WarningShape.self, "warning", "warning: <detail>"),
]

@Suite("Lines made from the shapes' declarations")
struct GeneratedLinesTests {
    @Test("show every value in its field", arguments: LineShapes.types.indices)
    func roundTrip(_ index: Int) {
        let type = LineShapes.types[index]
        let lines: [(event: String, text: String)] =
            (type as? any TemplateShape.Type)?.lines.map { ($0.event.name, $0.text.description) }
            ?? otherLines.filter { $0.shape == type }.map { ($0.event, $0.text) }
        #expect(!lines.isEmpty, "no line of \(type) is declared")
        let shape = type.init()
        var maker = LineMaker(seed: UInt64(index))
        let decoded = Decoded()
        for _ in 0..<max(1, 200 / max(1, lines.count)) {
            for line in lines {
                let made = maker.line(line.text, event: line.event, of: shape.processes)
                let found = decoded.fields(made.text)
                for (name, value) in made.fields {
                    #expect(found[name] == value, "\(name) by \(line.text) in: \(made.text)")
                }
            }
        }
    }
}
