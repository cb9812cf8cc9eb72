/// Field of a log line. The order of the cases is the order of the slots in a `Record`. `Fields.swift` declares type,
/// summary and origin of each field.
package enum Field: String, CaseIterable, Sendable {
    case time, minute, hour, day, week, month, weekday, hourOfDay = "hour_of_day", host, tag, instance
    case service, process, pid, severity, event, queueID = "queue_id", text, raw, bytes, `repeat`, file
    case line, from, to, origTo = "orig_to", fromDomain = "from_domain", toDomain = "to_domain"
    case origToDomain = "orig_to_domain", isBounce = "is_bounce", relay, relayName = "relay_name"
    case relayIP = "relay_ip", relayPort = "relay_port", relayPath = "relay_path", connUse = "conn_use"
    case delay, delays, delayA = "delay_a", delayB = "delay_b", delayC = "delay_c", delayD = "delay_d"
    case tls, dsn, dsnClass = "dsn_class", status, detail, reason, reasonClass = "reason_class"
    case isSuspended = "is_suspended", replyCode = "reply_code", replyDsn = "reply_dsn"
    case replyCommand = "reply_command", queuedAs = "queued_as", size, nrcpt, queue, client
    case clientName = "client_name", clientIP = "client_ip", clientNet = "client_net"
    case clientPort = "client_port", saslMethod = "sasl_method", saslUsername = "sasl_username"
    case saslSender = "sasl_sender", origQueueID = "orig_queue_id", origClient = "orig_client", helo
    case heloDomain = "helo_domain", proto, uid, origID = "orig_id", commands, cmdOK = "cmd_ok"
    case cmdTotal = "cmd_total", notes, hostname, action, `where`, checkPart = "check_part"
    case checkText = "check_text", rejectClass = "reject_class", messageID = "message_id"
    case resentMessageID = "resent_message_id", newQueueID = "new_queue_id", link, tlsLevel = "tls_level"
    case tlsDirection = "tls_direction", tlsReused = "tls_reused", tlsSni = "tls_sni"
    case tlsProtocol = "tls_protocol", tlsCipher = "tls_cipher", tlsBits = "tls_bits", tlsKex = "tls_kex"
    case psTest = "ps_test", psAfter = "ps_after", psRank = "ps_rank", dnsblDomain = "dnsbl_domain"
    case dnsblResult = "dnsbl_result", statKind = "stat_kind", statAt = "stat_at", rate
    case rateUnit = "rate_unit", limitService = "limit_service", retained, dropped, version
    case configDir = "config_dir", worker, workerPid = "worker_pid", exitStatus = "exit_status", signal
    case messages, socket, table, verdict, score, user, heloOK = "helo_ok", heloTotal = "helo_total"
    case ehloOK = "ehlo_ok", ehloTotal = "ehlo_total", starttlsOK = "starttls_ok"
    case starttlsTotal = "starttls_total", authOK = "auth_ok", authTotal = "auth_total"
    case mailOK = "mail_ok", mailTotal = "mail_total", rcptOK = "rcpt_ok", rcptTotal = "rcpt_total"
    case dataOK = "data_ok", dataTotal = "data_total", bdatOK = "bdat_ok", bdatTotal = "bdat_total"
    case rsetOK = "rset_ok", rsetTotal = "rset_total", noopOK = "noop_ok", noopTotal = "noop_total"
    case vrfyOK = "vrfy_ok", vrfyTotal = "vrfy_total", etrnOK = "etrn_ok", etrnTotal = "etrn_total"
    case quitOK = "quit_ok", quitTotal = "quit_total", unknownOK = "unknown_ok"
    case unknownTotal = "unknown_total"

    /// Index of the field in a `Record`, and in `allCases`.
    @inlinable
    package var slot: Int {
        // An enum without associated values is stored as the index of its case.
        @inline(__always) get { Int(unsafeBitCast(self, to: UInt8.self)) }
    }

    package var name: String { rawValue }

    /// Other names of fields.
    package static let aliases: [(name: String, field: Field)] = [
        ("qid", .queueID), ("queueid", .queueID), ("new_qid", .newQueueID),
    ]

    package var aliases: [String] { Field.aliases.filter { $0.field == self }.map(\.name) }

    /// Returns the field with a name or alias.
    package static func named(_ name: String) -> Field? { index[name] }

    private static let index = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0.name, $0) } + aliases.map { ($0.name, $0.field) })
}
