/// Declaration of each field: its type, its meaning and its source. The compiler demands one for each case of `Field`.
package enum Fields {
    package static let all = Field.allCases

    /// Fields that depend on the time of the line.
    package static let ofTime = FieldSet([.time, .minute, .hour, .day, .week, .month, .weekday, .hourOfDay])

    fileprivate struct Declaration {
        let type: ValueType
        let summary: String
        let spelling: Field.Spelling
        let origin: Field.Origin
    }

    fileprivate static let declarations = all.map(declaration)

    private static func envelope(
        _ type: ValueType, _ summary: String, _ spelling: Field.Spelling = .computed
    ) -> Declaration {
        Declaration(type: type, summary: summary, spelling: spelling, origin: .envelope)
    }

    private static func shape(
        _ type: ValueType, _ summary: String, _ spelling: Field.Spelling = .computed
    ) -> Declaration {
        Declaration(type: type, summary: summary, spelling: spelling, origin: .shape)
    }

    private static func derived(
        _ type: ValueType, _ summary: String, from source: Field, _ spelling: Field.Spelling = .computed,
        _ compute: @escaping @Sendable (Value, Arena) -> Value
    ) -> Declaration {
        Declaration(type: type, summary: summary, spelling: spelling, origin: .derived(from: source, compute))
    }

    private static func verbatim(after: String = "", before: String = "") -> Field.Spelling {
        .verbatim(after: after, before: [before])
    }

    private static let verbatim = Field.Spelling.verbatim(after: "", before: [""])

    /// Addresses are between `<>` or between blanks; the null sender is always `<>`.
    private static let address = Field.Spelling.verbatim(after: "", before: [""], orEmpty: "<>")

    /// The last part of a tag ends with the tag.
    private static let endOfTag = Field.Spelling.verbatim(after: "", before: ["[", ":", " ", "]"])

    /// Postfix writes `SOFTBOUNCE` for a bounce that `soft_bounce` made temporary.
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
    private static let tlsLevels = ["Anonymous", "Untrusted", "Trusted", "Verified"]

    private static func declaration(_ field: Field) -> Declaration {
        switch field {
        // The prelude and the place of the line.
        case .time: envelope(.time(.instant), "when the line was logged")
        case .minute: envelope(.time(.minute), "the minute in which the line was logged")
        case .hour: envelope(.time(.hour), "the hour in which the line was logged")
        case .day: envelope(.time(.day), "the day on which the line was logged")
        case .week: envelope(.time(.week), "the week in which the line was logged, by its Monday")
        case .month: envelope(.time(.month), "the month in which the line was logged")
        case .weekday: envelope(.text(.oneOf(Weekday.names)), "the day of the week, Mon to Sun")
        case .hourOfDay: envelope(.integer, "the hour of the day, 0 to 23")
        case .host: envelope(.text(.server), "the host in the line's prelude", verbatim)
        case .tag:
            envelope(
                .text(.plain), "the syslog tag as logged, such as postfix/submission/smtpd", verbatim)
        case .instance: envelope(.text(.plain), "the first part of the tag, such as postfix", verbatim)
        case .service: envelope(.text(.plain), "the middle of the tag, such as submission", verbatim)
        case .process:
            envelope(
                .text(.plain), "the last part of the tag, the program, such as smtpd", endOfTag)
        case .pid: envelope(.integer, "the process id in the tag")
        case .severity: envelope(.text(.oneOf(severities)), "the word before the message; info without one")
        case .event:
            envelope(
                .text(.oneOf(LineEvent.allCases.map(\.name))),
                "what the line tells: the shape that was recognised")
        case .queueID:
            envelope(
                .text(.plain), "the queue id of the message that the line is about",
                .verbatim(after: "", before: [":", ",", ">", " "]))
        case .text: envelope(.text(.prose), "the message after the tag and the severity word", verbatim)
        case .raw: envelope(.text(.line), "the whole line", verbatim)
        case .bytes: envelope(.size, "the length of the line in bytes, its end (LF, CR LF or none) included")
        case .repeat: envelope(.integer, "how many times the line was logged in a row, by syslog's word")
        case .file: envelope(.text(.plain), "the file that the line stands in")
        case .line: envelope(.integer, "the number of the line in its file, from 1")

        // Addresses. The null sender is the empty text, never missing.
        case .from: shape(.text(.address), "the envelope sender", address)
        case .to: shape(.text(.address), "the envelope recipient", address)
        case .origTo:
            shape(
                .text(.address), "the recipient before aliases, where it differs",
                verbatim(after: "orig_to=<", before: ">"))
        case .fromDomain:
            derived(
                .text(.domain), "the sender's domain in lower case", from: .from, verbatim
            ) {
                Domain.ofAddress($0, $1)
            }
        case .toDomain:
            derived(.text(.domain), "the recipient's domain in lower case", from: .to, verbatim) {
                Domain.ofAddress($0, $1)
            }
        case .origToDomain:
            derived(
                .text(.domain), "the domain of orig_to in lower case", from: .origTo,
                verbatim
            ) { Domain.ofAddress($0, $1) }
        case .isBounce:
            derived(.bool, "whether the sender is the null sender <>", from: .from) { from, _ in
                .bool(from.bytes.isEmpty)
            }

        // A delivery attempt, and the end of a message.
        case .relay:
            shape(
                .text(.server), "where it went: host[address]:port, none, or an agent's name",
                verbatim(after: "relay=", before: ","))
        case .relayName: shape(.text(.server), "the host of the relay, or the agent's name", verbatim)
        case .relayIP: shape(.text(.serverIP), "the address of the relay", verbatim)
        case .relayPort: shape(.integer, "the port of the relay")
        case .relayPath: shape(.text(.plain), "the socket of the relay", verbatim)
        case .connUse: shape(.integer, "how often the connection was used, from 2")
        case .delay: shape(.duration, "from arrival to now, earlier deferrals included")
        case .delays: shape(.text(.plain), "delay_a/delay_b/delay_c/delay_d as logged", verbatim)
        case .delayA: shape(.duration, "from arrival to the active queue, earlier deferrals included")
        case .delayB: shape(.duration, "waiting in the active queue")
        case .delayC: shape(.duration, "setting up the connection: DNS, HELO and TLS")
        case .delayD: shape(.duration, "sending the message")
        case .tls: shape(.text(.plain), "the TLS level of the delivery (Postfix 3.11)", verbatim)
        case .dsn: shape(.text(.plain), "the enhanced status code, such as 4.4.1", verbatim)
        case .dsnClass:
            derived(.integer, "the first digit of dsn: 2, 4 or 5", from: .dsn) { dsn, _ in
                Reply.classOf(dsn: dsn)
            }
        case .status: shape(.text(.oneOf(statuses)), "what came of the attempt or of the message", status)
        case .detail: shape(.text(.prose), "the reason or reply as logged", verbatim)
        case .reason:
            derived(
                .text(.prose), "detail with what varies replaced: <host>, <addr>, <n>",
                from: .detail
            ) { Reason.normalise($0, $1) }
        case .reasonClass:
            derived(
                .text(.oneOf(ReasonClasses.names)),
                "the kind of reason that detail gives: user_unknown, greylisted, connect_timeout …",
                from: .detail
            ) { detail, _ in ReasonClasses.classify(detail) }
        case .isSuspended:
            derived(
                .bool, "whether no attempt was made because earlier ones had failed",
                from: .detail
            ) { detail, _ in ReasonClasses.isSuspended(detail) }
        case .replyCode:
            derived(.integer, "the SMTP code of the reply in detail", from: .detail) {
                detail, _ in
                Reply.code(in: detail)
            }
        case .replyDsn:
            derived(
                .text(.plain), "the enhanced status code of the reply in detail", from: .detail,
                verbatim
            ) { detail, _ in Reply.dsn(in: detail) }
        case .replyCommand:
            derived(
                .text(.plain), "the command that the reply in detail answers",
                from: .detail,
                verbatim
            ) { detail, _ in Reply.command(in: detail) }
        case .queuedAs:
            derived(
                .text(.plain), "the queue id that the next host gave", from: .detail,
                verbatim
            ) { detail, _ in Reply.queuedAs(in: detail) }
        case .size: shape(.size, "the size of the message", verbatim(after: "size=", before: ","))
        case .nrcpt: shape(.integer, "the number of recipients", verbatim(after: "nrcpt=", before: " "))
        case .queue: shape(.text(.plain), "the queue that the message entered", verbatim(after: "queue "))

        // Who sent it.
        case .client: shape(.text(.host), "the client: name[address], or name[address]:port", verbatim)
        case .clientName: shape(.text(.host), "the client's verified name, or unknown", verbatim)
        case .clientIP: shape(.text(.ip), "the client's address", verbatim)
        case .clientNet:
            derived(
                .text(.plain), "the client's network: /24, or /64 for IPv6", from: .clientIP
            ) {
                Network.of($0, $1)
            }
        case .clientPort: shape(.integer, "the client's port")
        case .saslMethod: shape(.text(.plain), "how the client authenticated", verbatim)
        case .saslUsername: shape(.text(.identity), "as whom the client authenticated", verbatim)
        case .saslSender: shape(.text(.address), "the sender in the client's AUTH= parameter", verbatim)
        case .origQueueID: shape(.text(.plain), "the queue id before a content filter", verbatim)
        case .origClient: shape(.text(.host), "the client before a content filter", verbatim)
        case .helo: shape(.text(.host), "the name in HELO or EHLO", address)
        case .heloDomain:
            derived(.text(.domain), "the domain of helo in lower case", from: .helo, verbatim) {
                Domain.ofHost($0, $1)
            }
        case .proto: shape(.text(.plain), "SMTP or ESMTP", verbatim(after: "proto="))
        case .uid: shape(.integer, "the user id of a local submission")
        case .origID: shape(.text(.plain), "the queue id before a requeue", verbatim(after: "orig_id="))
        case .commands:
            shape(
                .text(.plain), "commands accepted/all in a session", verbatim(after: "commands="))
        case .cmdOK: shape(.integer, "how many commands of a session were accepted")
        case .cmdTotal: shape(.integer, "how many commands a session had")
        case .notes: shape(.text(.plain), "remarks on a session", verbatim(after: "notes="))
        case .hostname:
            shape(
                .text(.host), "the host or domain that a warning or a lookup is about", verbatim)

        // Rejects and checks.
        case .action: shape(.text(.plain), "what was done: reject, hold, discard, warn …", verbatim)
        case .where: shape(.text(.plain), "the SMTP command at which it happened", verbatim)
        case .checkPart:
            shape(
                .text(.oneOf(["header", "body"])),
                "the part that a header or body check matched")
        case .checkText: shape(.text(.content), "the header or body line that a check matched", verbatim)
        case .rejectClass:
            shape(
                .text(.plain), "what was rejected: Client host, Sender address …", verbatim)

        // The message and its relations.
        case .messageID: shape(.text(.messageID), "the Message-ID without <>", verbatim)
        case .resentMessageID: shape(.text(.messageID), "the Resent-Message-ID without <>", verbatim)
        case .newQueueID:
            shape(
                .text(.plain), "the queue id of a message made of this one", verbatim)
        case .link: shape(.text(.oneOf(links)), "how this message and the other queue id are related")

        // TLS.
        case .tlsLevel: shape(.text(.oneOf(tlsLevels)), "how far the certificate of the peer is trusted")
        case .tlsDirection: shape(.text(.oneOf(["from", "to"])), "from a client or to a server")
        case .tlsReused: shape(.bool, "whether the TLS connection served earlier deliveries")
        case .tlsSni: shape(.text(.server), "the server name asked for", verbatim)
        case .tlsProtocol: shape(.text(.plain), "the protocol, such as TLSv1.3", verbatim)
        case .tlsCipher: shape(.text(.plain), "the cipher", verbatim)
        case .tlsBits: shape(.integer, "the bits of the cipher that are used")
        case .tlsKex: shape(.text(.plain), "the key exchange (Postfix 3.4)", verbatim)

        // postscreen, dnsblog, anvil and scache.
        case .psTest: shape(.text(.plain), "what postscreen found: PASS NEW, PREGREET, HANGUP …", verbatim)
        case .psAfter: shape(.duration, "how long after the connection postscreen found it")
        case .psRank: shape(.integer, "the sum of the weights of the DNS lists that know the client")
        case .dnsblDomain: shape(.text(.domain), "the DNS list that knows the client", verbatim)
        case .dnsblResult: shape(.text(.serverIP), "the address that the DNS list answered", verbatim)
        case .statKind: shape(.text(.plain), "what was counted: connection, message, recipient …", verbatim)
        case .statAt:
            shape(
                .text(.plain), "when the count was highest, as logged, without a year", verbatim)
        case .rate: shape(.integer, "the count: within rate_unit, where that is given")
        case .rateUnit: shape(.text(.plain), "the time in which rate was reached, such as 60s", verbatim)
        case .limitService:
            shape(
                .text(.plain), "the service that the count or the limit is about", verbatim)
        case .retained: shape(.integer, "entries that stayed in a cache")
        case .dropped: shape(.integer, "entries that were removed from a cache")

        // The mail system itself.
        case .version: shape(.text(.plain), "the version of Postfix", verbatim)
        case .configDir: shape(.text(.plain), "the configuration directory", verbatim)
        case .worker:
            shape(
                .text(.plain), "the program of a process that ended or could not start", verbatim)
        case .workerPid: shape(.integer, "the process id of a process that ended")
        case .exitStatus: shape(.integer, "with what a process ended")
        case .signal: shape(.integer, "the signal that ended a process")
        case .messages: shape(.integer, "how many messages an operation on the queue took")
        case .socket: shape(.text(.plain), "the service, server or transport that was talked to", verbatim)
        case .table: shape(.text(.plain), "the lookup table", verbatim)

        // What stands beside Postfix in a mail log.
        case .verdict: shape(.text(.plain), "what a filter found: CLEAN, SPAM, pass, fail …", verbatim)
        case .score: shape(.number, "how much a filter took the message for spam")
        case .user: shape(.text(.identity), "the user that dovecot, spamd or a command names", verbatim)

        // Counts of the commands of a session.
        case .heloOK, .ehloOK, .starttlsOK, .authOK, .mailOK, .rcptOK, .dataOK, .bdatOK, .rsetOK, .noopOK,
            .vrfyOK, .etrnOK, .quitOK, .unknownOK:
            shape(.integer, "how many \(field.name.dropLast(3)) commands of a session were accepted")
        case .heloTotal, .ehloTotal, .starttlsTotal, .authTotal, .mailTotal, .rcptTotal, .dataTotal,
            .bdatTotal, .rsetTotal, .noopTotal, .vrfyTotal, .etrnTotal, .quitTotal, .unknownTotal:
            shape(.integer, "how many \(field.name.dropLast(6)) commands a session had")
        }
    }
}

extension Field {
    /// Source of the values.
    package enum Origin: Sendable {
        /// The prelude, the position of the line in its file, and the start of the text. Every line has them.
        case envelope
        /// A shape that declares the field.
        case shape
        /// Another field of the line. The value may be in the arena.
        case derived(from: Field, @Sendable (Value, Arena) -> Value)
    }

    /// Form of the value in the bytes of a line, for searches before a field is decoded. If the type ignores case, the
    /// search must too.
    package enum Spelling: Sendable {
        /// The line does not contain the value as such.
        case computed
        /// The line contains `after`, the value, and one of the texts `before`; or `orEmpty` for the empty value.
        case verbatim(after: String, before: [String], orEmpty: String = "")
        /// The line contains the result of the function.
        case written(@Sendable (String) -> String)
    }

    private var declaration: Fields.Declaration { Fields.declarations[slot] }

    package var type: ValueType { declaration.type }
    /// One line for the help, with the unit.
    package var summary: String { declaration.summary }
    package var origin: Origin { declaration.origin }
    package var spelling: Spelling { declaration.spelling }

    /// The field that this one is finally derived from, or the field itself.
    package var root: Field {
        if case .derived(let source, _) = origin { source.root } else { self }
    }

    /// Whether every line with a value contains the value verbatim.
    package var standsInLine: Bool { if case .verbatim = spelling { true } else { false } }

    /// Returns a list of texts; every line with the value contains at least one. Empty if no such list is known.
    package func rawTexts(of value: String) -> [String] {
        let texts =
            switch spelling {
            case .computed: [""]
            case .verbatim(_, _, let empty) where value.isEmpty && !empty.isEmpty: [empty]
            case .verbatim(let after, let before, _): before.map { after + value + $0 }
            case .written(let write): [write(value)]
            }
        return texts.contains("") ? [] : texts
    }
}

/// Names of the days of the week.
enum Weekday {
    static let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// Returns the name of a day as a value that lives as long as the process; 0 is Monday.
    static func value(_ day: Int) -> Value {
        let words: StaticString = "MonTueWedThuFriSatSun"
        return .text(Bytes(words.utf8Start + day * 3, count: 3))
    }
}
