/// What dovecot says of logins and of mail that it stored:
///
///     imap-login: Login: user=<U>, method=PLAIN, rip=A, lip=A, …
///     imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<U>, method=PLAIN, rip=A, …
///     lmtp(U)<PID><ID>: [sieve: ]msgid=<MID>: saved mail to INBOX        before 2.3: lmtp(PID, U): ID: msgid=…
///     imap(U)<PID><ID>: Logged out in=N out=N …
///     auth: passwd-file(U,A): Password mismatch
package struct DovecotShape: LineShape {
    package static let events = [
        "dovecot-login", "dovecot-login-fail", "dovecot-deliver", "dovecot-logout", "dovecot-auth",
    ]
    package let processes = ["dovecot"]
    package let marker: String? = nil
    package let summary =
        "dovecot: a login, a login that fails, a message that is stored, an end of a session"
    package let samples = [
        "Nov 23 16:39:34 mx1 dovecot: imap-login: Login: user=<bob@example.org>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, mpid=811, TLS, session=<a1b2>",
        "Nov 23 16:39:34 mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a1b3>",
        "Nov 23 16:39:34 mx1 dovecot: lmtp(bob@example.org)<812><x1>: msgid=<m1@a.example>: saved mail to INBOX",
        "Nov 23 16:39:34 mx1 dovecot: lmtp(812, bob@example.org): x1: sieve: msgid=<m1@a.example>: stored mail into mailbox 'Lists'",
        "Nov 23 16:39:34 mx1 dovecot: imap(bob@example.org)<813><a1b2>: Logged out in=811 out=4711 deleted=0",
        "Nov 23 16:39:34 mx1 dovecot: auth: passwd-file(bob,192.0.2.7): Password mismatch",
    ]

    private let user = Field("user").slot
    private let method = Field("sasl_method").slot
    private let ip = Field("client_ip").slot
    private let messageID = Field("message_id").slot
    private let detail = Field("detail").slot

    package init() {}

    package var slots: [Int] { [user, method, ip, messageID, detail] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        let service = pairs.upTo("(", ": ")
        if pairs.skip("(") {
            let inside = pairs.upTo(")")
            guard pairs.skip(")"), !service.hasPrefix("auth") else { return false }
            return decode(pairs.rest, of: inside, into: cells)
        }
        guard pairs.skip(": ") else { return false }
        if service.hasSuffix("-login") { return decodeLogin(&pairs, into: cells) }
        return service == "auth" || service == "auth-worker" ? decodeAuth(&pairs, into: cells) : false
    }

    private func decodeLogin(_ pairs: inout Pairs, into cells: Cells) -> Bool {
        _ = pairs.skip("Info: ")
        let what = pairs.upTo(": user=<")
        guard pairs.skip(": user=<"), let name = pairs.address(before: { $1 == $0.count || $0[$1] == 0x2C })
        else { return false }
        if what == "Login" {
            cells.event("dovecot-login")
        } else {
            cells.event("dovecot-login-fail")
        }
        cells.set(detail, what)
        if !name.isEmpty { cells.set(user, name) }
        if pairs.skip(", method=") { cells.set(method, pairs.upTo(", ")) }
        if pairs.skip(", rip=") { cells.set(ip, pairs.upTo(", ")) }
        return true
    }

    /// The text behind `service(user)`.
    private func decode(_ text: Bytes, of name: Bytes, into cells: Cells) -> Bool {
        var pairs = Pairs(text)
        let comma = name.range(of: ", ")?.upperBound ?? 0
        _ = pairs.upTo(": msgid=")
        if pairs.skip(": msgid=") {
            let id = pairs.upTo(": ")
            guard pairs.skip(": ") else { return false }
            cells.event("dovecot-deliver")
            cells.set(messageID, id.withoutBrackets)
            cells.set(detail, pairs.rest)
        } else {
            pairs = Pairs(text)
            _ = pairs.upTo(": ")
            guard pairs.skip(": ") else { return false }
            let what = pairs.rest
            guard
                what.hasPrefix("Logged out") || what.hasPrefix("Disconnected")
                    || what.hasPrefix("Connection closed")
            else { return false }
            cells.event("dovecot-logout")
            cells.set(detail, what)
        }
        cells.set(user, name.dropFirst(comma))
        return true
    }

    /// `passwd-file(bob,192.0.2.7,<session>): Password mismatch`.
    private func decodeAuth(_ pairs: inout Pairs, into cells: Cells) -> Bool {
        _ = pairs.upTo("(")
        guard pairs.skip("(") else { return false }
        let inside = pairs.upTo("): ")
        guard pairs.skip("): ") else { return false }
        cells.event("dovecot-auth")
        cells.set(detail, pairs.rest)
        let comma = UInt8(ascii: ",")
        let end = inside.firstIndex(of: comma) ?? inside.count
        cells.set(user, inside.prefix(end))
        if end < inside.count {
            let rest = inside.dropFirst(end + 1)
            let address = rest.prefix(rest.firstIndex(of: comma) ?? rest.count)
            if !address.isEmpty { cells.set(ip, address) }
        }
        return true
    }
}
