/// Every field of a log line. A new field is one line here; its place in the list is its slot.
package enum Fields {
    package static let all: [Field] = (declarations + sessionDeclarations).enumerated().map {
        slot, declaration in
        Field(
            slot: slot, name: declaration.name, aliases: declaration.aliases, type: declaration.type,
            summary: declaration.summary, origin: declaration.origin, spelling: declaration.spelling)
    }

    private static let index: [String: Int] = {
        var index: [String: Int] = [:]
        for field in all { for name in [field.name] + field.aliases { index[name] = field.slot } }
        return index
    }()

    /// The field of a name or alias.
    package static func named(_ name: String) -> Field? { index[name].map { all[$0] } }

    private struct Declaration {
        let name: String
        let type: ValueType
        let summary: String
        let aliases: [String]
        let spelling: Field.Spelling
        let origin: Field.Origin
    }

    private static func envelope(
        _ name: String, _ type: ValueType, _ summary: String, aliases: [String] = [],
        _ spelling: Field.Spelling = .computed
    ) -> Declaration {
        Declaration(
            name: name, type: type, summary: summary, aliases: aliases, spelling: spelling, origin: .envelope)
    }

    private static func shape(
        _ name: String, _ type: ValueType, _ summary: String, aliases: [String] = [],
        _ spelling: Field.Spelling = .computed
    ) -> Declaration {
        Declaration(
            name: name, type: type, summary: summary, aliases: aliases, spelling: spelling, origin: .shape)
    }

    private static func derived(
        _ name: String, _ type: ValueType, _ summary: String, from source: String,
        _ spelling: Field.Spelling = .computed, _ compute: @escaping @Sendable (Value, Arena) -> Value
    ) -> Declaration {
        Declaration(
            name: name, type: type, summary: summary, aliases: [], spelling: spelling,
            origin: .derived(from: source, compute))
    }

    private static func verbatim(after: String = "", before: String = "") -> Field.Spelling {
        .verbatim(after: after, before: [before])
    }

    private static let verbatim = Field.Spelling.verbatim(after: "", before: [""])

    /// Addresses stand between `<>` or between blanks; the null sender is always written.
    private static let address = Field.Spelling.verbatim(after: "", before: [""], orEmpty: "<>")

    /// The last part of a tag ends with the tag.
    private static let endOfTag = Field.Spelling.verbatim(after: "", before: ["[", ":", " ", "]"])

    /// Postfix spells a bounce that `soft_bounce` made temporary in capitals.
    private static let status = Field.Spelling.written {
        "status=" + ($0 == "softbounce" ? "SOFTBOUNCE" : $0)
    }

    private static let severities = ["info", "warning", "error", "fatal", "panic"]
    private static let statuses = [
        "sent", "deferred", "bounced", "softbounce", "expired", "force-expired", "deliverable",
        "undeliverable", "undeliverable-but-not-cached",
    ]
    private static let links = [
        "notification", "delay_notification", "dsn_notification", "forward", "filter", "requeue",
    ]

    /// Those that depend on when a line was logged.
    package static let ofTime = FieldSet(
        ["time", "minute", "hour", "day", "week", "month", "weekday", "hour_of_day"].map { Field($0) })

    private static let declarations: [Declaration] = [
        // The prelude and the place of the line.
        envelope("time", .time(.instant), "when the line was logged"),
        envelope("minute", .time(.minute), "the minute in which the line was logged"),
        envelope("hour", .time(.hour), "the hour in which the line was logged"),
        envelope("day", .time(.day), "the day on which the line was logged"),
        envelope("week", .time(.week), "the week in which the line was logged, by its Monday"),
        envelope("month", .time(.month), "the month in which the line was logged"),
        envelope("weekday", .text(.oneOf(Weekday.names)), "the day of the week, Mon to Sun"),
        envelope("hour_of_day", .integer, "the hour of the day, 0 to 23"),
        envelope("host", .text(.server), "the host in the line's prelude", verbatim),
        envelope(
            "tag", .text(.plain), "the syslog tag as logged, such as postfix/submission/smtpd", verbatim),
        envelope("instance", .text(.plain), "the first part of the tag, such as postfix", verbatim),
        envelope("service", .text(.plain), "the middle of the tag, such as submission", verbatim),
        envelope(
            "process", .text(.plain), "the last part of the tag, the program, such as smtpd", endOfTag),
        envelope("pid", .integer, "the process id in the tag"),
        envelope("severity", .text(.oneOf(severities)), "the word before the message; info without one"),
        envelope(
            "event", .text(.oneOf(LineShapes.events)),
            "what the line tells: the shape that was recognised"),
        envelope(
            "queue_id", .text(.plain), "the queue id of the message that the line is about",
            aliases: ["qid", "queueid"], .verbatim(after: "", before: [":", ",", ">", " "])),
        envelope("text", .text(.prose), "the message after the tag and the severity word", verbatim),
        envelope("raw", .text(.line), "the whole line", verbatim),
        envelope("bytes", .size, "the length of the line in bytes, its end (LF, CR LF or none) included"),
        envelope("repeat", .integer, "how many times the line was logged in a row, by syslog's word"),
        envelope("file", .text(.plain), "the file that the line stands in"),
        envelope("line", .integer, "the number of the line in its file, from 1"),

        // Addresses. The null sender is the empty text, never missing.
        shape("from", .text(.address), "the envelope sender", address),
        shape("to", .text(.address), "the envelope recipient", address),
        shape(
            "orig_to", .text(.address), "the recipient before aliases, where it differs",
            verbatim(after: "orig_to=<", before: ">")),
        derived(
            "from_domain", .text(.domain), "the sender's domain in lower case", from: "from", verbatim
        ) {
            Domain.ofAddress($0, $1)
        },
        derived("to_domain", .text(.domain), "the recipient's domain in lower case", from: "to", verbatim) {
            Domain.ofAddress($0, $1)
        },
        derived(
            "orig_to_domain", .text(.domain), "the domain of orig_to in lower case", from: "orig_to",
            verbatim
        ) { Domain.ofAddress($0, $1) },
        derived("is_bounce", .bool, "whether the sender is the null sender <>", from: "from") { from, _ in
            .bool(from.bytes.isEmpty)
        },

        // A delivery attempt, and the end of a message.
        shape(
            "relay", .text(.server), "where it went: host[address]:port, none, or an agent's name",
            verbatim(after: "relay=", before: ",")),
        shape("relay_name", .text(.server), "the host of the relay, or the agent's name", verbatim),
        shape("relay_ip", .text(.serverIP), "the address of the relay", verbatim),
        shape("relay_port", .integer, "the port of the relay"),
        shape("relay_path", .text(.plain), "the socket of the relay", verbatim),
        shape("conn_use", .integer, "how often the connection was used, from 2"),
        shape("delay", .duration, "from arrival to now, earlier deferrals included"),
        shape("delays", .text(.plain), "delay_a/delay_b/delay_c/delay_d as logged", verbatim),
        shape("delay_a", .duration, "from arrival to the active queue, earlier deferrals included"),
        shape("delay_b", .duration, "waiting in the active queue"),
        shape("delay_c", .duration, "setting up the connection: DNS, HELO and TLS"),
        shape("delay_d", .duration, "sending the message"),
        shape("tls", .text(.plain), "the TLS level of the delivery (Postfix 3.11)", verbatim),
        shape("dsn", .text(.plain), "the enhanced status code, such as 4.4.1", verbatim),
        derived("dsn_class", .integer, "the first digit of dsn: 2, 4 or 5", from: "dsn") { dsn, _ in
            Reply.classOf(dsn: dsn)
        },
        shape("status", .text(.oneOf(statuses)), "what came of the attempt or of the message", status),
        shape("detail", .text(.prose), "the reason or reply as logged", verbatim),
        derived(
            "reason", .text(.prose), "detail with what varies replaced: <host>, <addr>, <n>",
            from: "detail"
        ) { Reason.normalise($0, $1) },
        derived(
            "reason_class", .text(.oneOf(ReasonClasses.names)),
            "the kind of reason that detail gives: user_unknown, greylisted, connect_timeout …",
            from: "detail"
        ) { detail, _ in ReasonClasses.classify(detail) },
        derived(
            "is_suspended", .bool, "whether no attempt was made because earlier ones had failed",
            from: "detail"
        ) { detail, _ in ReasonClasses.isSuspended(detail) },
        derived("reply_code", .integer, "the SMTP code of the reply in detail", from: "detail") {
            detail, _ in
            Reply.code(in: detail)
        },
        derived(
            "reply_dsn", .text(.plain), "the enhanced status code of the reply in detail", from: "detail",
            verbatim
        ) { detail, _ in Reply.dsn(in: detail) },
        derived(
            "reply_command", .text(.plain), "the command that the reply in detail answers",
            from: "detail",
            verbatim
        ) { detail, _ in Reply.command(in: detail) },
        derived(
            "queued_as", .text(.plain), "the queue id that the next host gave", from: "detail",
            verbatim
        ) { detail, _ in Reply.queuedAs(in: detail) },
        shape("size", .size, "the size of the message", verbatim(after: "size=", before: ",")),
        shape("nrcpt", .integer, "the number of recipients", verbatim(after: "nrcpt=", before: " ")),
        shape("queue", .text(.plain), "the queue that the message entered", verbatim(after: "queue ")),

        // Who sent it.
        shape("client", .text(.host), "the client: name[address], or name[address]:port", verbatim),
        shape("client_name", .text(.host), "the client's verified name, or unknown", verbatim),
        shape("client_ip", .text(.ip), "the client's address", verbatim),
        derived(
            "client_net", .text(.plain), "the client's network: /24, or /64 for IPv6", from: "client_ip"
        ) {
            Network.of($0, $1)
        },
        shape("client_port", .integer, "the client's port"),
        shape("sasl_method", .text(.plain), "how the client authenticated", verbatim),
        shape("sasl_username", .text(.identity), "as whom the client authenticated", verbatim),
        shape("sasl_sender", .text(.address), "the sender in the client's AUTH= parameter", verbatim),
        shape("orig_queue_id", .text(.plain), "the queue id before a content filter", verbatim),
        shape("orig_client", .text(.host), "the client before a content filter", verbatim),
        shape("helo", .text(.host), "the name in HELO or EHLO", address),
        derived("helo_domain", .text(.domain), "the domain of helo in lower case", from: "helo", verbatim) {
            Domain.ofHost($0, $1)
        },
        shape("proto", .text(.plain), "SMTP or ESMTP", verbatim(after: "proto=")),
        shape("uid", .integer, "the user id of a local submission"),
        shape("orig_id", .text(.plain), "the queue id before a requeue", verbatim(after: "orig_id=")),
        shape(
            "commands", .text(.plain), "commands accepted/all in a session", verbatim(after: "commands=")),
        shape("cmd_ok", .integer, "how many commands of a session were accepted"),
        shape("cmd_total", .integer, "how many commands a session had"),
        shape("notes", .text(.plain), "remarks on a session", verbatim(after: "notes=")),
        shape(
            "hostname", .text(.host), "the host or domain that a warning or a lookup is about", verbatim),

        // Rejects and checks.
        shape("action", .text(.plain), "what was done: reject, hold, discard, warn …", verbatim),
        shape("where", .text(.plain), "the SMTP command at which it happened", verbatim),
        shape(
            "check_part", .text(.oneOf(["header", "body"])),
            "the part that a header or body check matched"),
        shape("check_text", .text(.content), "the header or body line that a check matched", verbatim),
        shape(
            "reject_class", .text(.plain), "what was rejected: Client host, Sender address …", verbatim),

        // The message and its relations.
        shape("message_id", .text(.messageID), "the Message-ID without <>", verbatim),
        shape("resent_message_id", .text(.messageID), "the Resent-Message-ID without <>", verbatim),
        shape(
            "new_queue_id", .text(.plain), "the queue id of a message made of this one",
            aliases: ["new_qid"], verbatim),
        shape("link", .text(.oneOf(links)), "how this message and the other queue id are related"),

        // TLS.
        shape("tls_level", .text(.oneOf(tlsLevels)), "how far the certificate of the peer is trusted"),
        shape("tls_direction", .text(.oneOf(["from", "to"])), "from a client or to a server"),
        shape("tls_reused", .bool, "whether the TLS connection served earlier deliveries"),
        shape("tls_sni", .text(.server), "the server name asked for", verbatim),
        shape("tls_protocol", .text(.plain), "the protocol, such as TLSv1.3", verbatim),
        shape("tls_cipher", .text(.plain), "the cipher", verbatim),
        shape("tls_bits", .integer, "the bits of the cipher that are used"),
        shape("tls_kex", .text(.plain), "the key exchange (Postfix 3.4)", verbatim),

        // postscreen, dnsblog, anvil and scache.
        shape("ps_test", .text(.plain), "what postscreen found: PASS NEW, PREGREET, HANGUP …", verbatim),
        shape("ps_after", .duration, "how long after the connection postscreen found it"),
        shape("ps_rank", .integer, "the sum of the weights of the DNS lists that know the client"),
        shape("dnsbl_domain", .text(.domain), "the DNS list that knows the client", verbatim),
        shape("dnsbl_result", .text(.serverIP), "the address that the DNS list answered", verbatim),
        shape("stat_kind", .text(.plain), "what was counted: connection, message, recipient …", verbatim),
        shape(
            "stat_at", .text(.plain), "when the count was highest, as logged, without a year", verbatim),
        shape("rate", .integer, "the count: within rate_unit, where that is given"),
        shape("rate_unit", .text(.plain), "the time in which rate was reached, such as 60s", verbatim),
        shape(
            "limit_service", .text(.plain), "the service that the count or the limit is about", verbatim),
        shape("retained", .integer, "entries that stayed in a cache"),
        shape("dropped", .integer, "entries that were removed from a cache"),

        // The mail system itself.
        shape("version", .text(.plain), "the version of Postfix", verbatim),
        shape("config_dir", .text(.plain), "the configuration directory", verbatim),
        shape(
            "worker", .text(.plain), "the program of a process that ended or could not start", verbatim),
        shape("worker_pid", .integer, "the process id of a process that ended"),
        shape("exit_status", .integer, "with what a process ended"),
        shape("signal", .integer, "the signal that ended a process"),
        shape("messages", .integer, "how many messages an operation on the queue took"),
        shape("socket", .text(.plain), "the service, server or transport that was talked to", verbatim),
        shape("table", .text(.plain), "the lookup table", verbatim),

        // What stands beside Postfix in a mail log.
        shape("verdict", .text(.plain), "what a filter found: CLEAN, SPAM, pass, fail …", verbatim),
        shape("score", .number, "how much a filter took the message for spam"),
        shape("user", .text(.identity), "the user that dovecot, spamd or a command names", verbatim),
    ]

    /// How often each command of a session was accepted, and given.
    private static let sessionDeclarations: [Declaration] = sessionCommands.flatMap { command in
        [
            shape("\(command)_ok", .integer, "how many \(command) commands of a session were accepted"),
            shape("\(command)_total", .integer, "how many \(command) commands a session had"),
        ]
    }

    private static let tlsLevels = ["Anonymous", "Untrusted", "Trusted", "Verified"]
    /// The commands that smtpd counts for each session.
    static let sessionCommands = [
        "helo", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "bdat", "rset", "noop", "vrfy", "etrn",
        "quit", "unknown",
    ]
}

/// Names of the days of the week.
enum Weekday {
    static let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// The name as a value that lives as long as the process; 0 is Monday.
    static func value(_ day: Int) -> Value {
        let words: StaticString = "MonTueWedThuFriSatSun"
        return .text(Bytes(words.utf8Start + day * 3, count: 3))
    }
}
