/// Kind of a log line: the value of its field `event`. The shapes declare which events they recognise.
package enum LineEvent: String, CaseIterable, Sendable {
    case delivery, active, removed, expired, client, connect, disconnect, reject
    case rejectWarning = "reject_warning", milterReject = "milter-reject", proxyReject = "proxy-reject"
    case proxyAccept = "proxy-accept", warn, info, hangup, filter, hold, delay, discard, redirect, bcc
    case permit, milterHold = "milter-hold", milterDiscard = "milter-discard", check
    case messageID = "message-id", resentMessageID = "resent-message-id", notification, pickup, lost
    case connectFail = "connect-fail", nextHost = "next-host", tls, pipelining, saslFail = "sasl-fail"
    case peerName = "peer-name", limit, nonSmtp = "non-smtp", badSyntax = "bad-syntax"
    case bareNewline = "bare-newline", etrn, replaced, tlsAbort = "tls-abort", tlsFail = "tls-fail"
    case tlsVerify = "tls-verify", tlsStart = "tls-start", tlsSni = "tls-sni", tlsCert = "tls-cert"
    case starttlsOffer = "starttls-offer", tlsrpt, pix, breaking, replacedReply = "replaced-reply", ehlo
    case ownHostname = "own-hostname", dsnMapped = "dsn-mapped", requiretls
    case transportPassed = "transport-passed", notificationFail = "notification-fail"
    case queueFile = "queue-file", dns, serviceFail = "service-fail", proxyFilter = "proxy-filter"
    case transport, milterFail = "milter-fail", tableChanged = "table-changed", compatibility, map
    case queueLifetime = "queue-lifetime", clock, messageRejected = "message-rejected"
    case mimeError = "mime-error", corrupt, submit, skipped, clog
    case postscreenConnect = "postscreen-connect", postscreenPass = "postscreen-pass"
    case postscreenList = "postscreen-list", postscreenVeto = "postscreen-veto"
    case postscreenPregreet = "postscreen-pregreet", postscreenDnsbl = "postscreen-dnsbl"
    case postscreenHangup = "postscreen-hangup", postscreenCommand = "postscreen-command"
    case postscreenDisconnect = "postscreen-disconnect", postscreenStress = "postscreen-stress", cache
    case dnsbl, tlsproxyConnect = "tlsproxy-connect", tlsproxyDisconnect = "tlsproxy-disconnect", anvil
    case scache, start, reload, stop, processEnd = "process-end", throttle, masterLimit = "master-limit"
    case bind, script, postsuper, gap, `repeat`, dovecotLogin = "dovecot-login"
    case dovecotLoginFail = "dovecot-login-fail", dovecotDeliver = "dovecot-deliver"
    case dovecotMail = "dovecot-mail", dovecotLogout = "dovecot-logout", dovecotAuth = "dovecot-auth"
    case amavis, amavisForward = "amavis-forward", rspamd, rspamdBegin = "rspamd-begin", spamd, clamav
    case opendkim, opendmarc, spf, greylist, policy, saslauthd, sendmailFrom = "sendmail-from"
    case sendmailTo = "sendmail-to", sendmailReject = "sendmail-reject", sendmailLogin = "sendmail-login"
    case sendmailLoginFail = "sendmail-login-fail", eximIn = "exim-in", eximOut = "exim-out"
    case eximFail = "exim-fail", eximDefer = "exim-defer", eximDone = "exim-done"
    case eximReject = "exim-reject", eximLoginFail = "exim-login-fail", mailman, warning, debug, other

    package var name: String { rawValue }

    /// Names of all events, each in `width` bytes. A cell of the field `event` points into this table.
    nonisolated(unsafe) static let names: UnsafePointer<Value> = {
        // Written once, and read only afterwards.
        let texts = UnsafeMutablePointer<UInt8>.allocate(capacity: allCases.count * width)
        let values = UnsafeMutablePointer<Value>.allocate(capacity: allCases.count)
        for (index, event) in allCases.enumerated() {
            let text = texts + index * width
            precondition(event.name.utf8.count <= width, "the name of an event is too long")
            for (offset, byte) in event.name.utf8.enumerated() { text[offset] = byte }
            (values + index).initialize(to: .text(Bytes(text, count: event.name.utf8.count)))
        }
        return UnsafePointer(values)
    }()
    private static let width = 32

    /// Index of the event in `names`.
    var index: Int {
        // An enum without associated values is stored as the index of its case.
        @inline(__always) get { Int(unsafeBitCast(self, to: UInt8.self)) }
    }

    /// Cell of the field `event`.
    var cell: Value { LineEvent.names[index] }

    /// Event of a cell of the field `event`; nil if the cell is empty.
    package init?(_ cell: Value) {
        guard cell.kind == .text else { return nil }
        let offset = cell.bits &- LineEvent.names[0].bits
        if offset < UInt64(LineEvent.allCases.count * LineEvent.width) {
            self = unsafeBitCast(UInt8(offset / UInt64(LineEvent.width)), to: LineEvent.self)
        } else if let event = LineEvent.byName[cell.bytes.string] {
            // The cell is a copy, because the row was kept.
            self = event
        } else {
            return nil
        }
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}
