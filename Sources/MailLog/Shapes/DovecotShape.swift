/// Lines of dovecot about logins, sessions and stored mail:
///
///     imap-login: Login: user=<U>, method=PLAIN, rip=A, lip=A, …
///     imap-login: Disconnected (auth failed, 1 attempts in 2 secs): [user=<U>, ][method=PLAIN, ]rip=A, …
///     lmtp(U)<PID><ID>: [sieve: ]msgid=<MID>: saved mail to INBOX        before 2.3: lmtp(PID, U): ID: msgid=…
///     imap(U)<PID><ID>: Logged out in=N out=N …
///     imap(U)<PID><ID>: delete: box=INBOX, uid=N, msgid=<MID>, size=N    by its plugin mail_log
///     auth: passwd-file(U,A): Password mismatch                          auth-worker(PID): passwd-file(…
package struct DovecotShape: LineShape {
    package static let events: [LineEvent] = [
        .dovecotLogin, .dovecotLoginFail, .dovecotDeliver, .dovecotMail, .dovecotLogout,
        .dovecotAuth,
    ]
    package let processes = ["dovecot"]
    package let marker: String? = nil
    package let summary =
        "dovecot: a login, a failed login, a message stored or deleted, or the end of a session"
    package let samples = [
        "Nov 23 16:39:34 mx1 dovecot: imap-login: Login: user=<bob@example.org>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, mpid=811, TLS, session=<a1b2>",
        "Nov 23 16:39:34 mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a1b3>",
        "Nov 23 16:39:34 mx1 dovecot: lmtp(bob@example.org)<812><x1>: msgid=<m1@a.example>: saved mail to INBOX",
        "Nov 23 16:39:34 mx1 dovecot: lmtp(812, bob@example.org): x1: sieve: msgid=<m1@a.example>: stored mail into mailbox 'Lists'",
        "Nov 23 16:39:34 mx1 dovecot: imap(bob@example.org)<813><a1b2>: Logged out in=811 out=4711 deleted=0",
        "Nov 23 16:39:34 mx1 dovecot: imap(bob@example.org)<813><a1b2>: expunge: box=INBOX, uid=7, msgid=<m1@a.example>, size=2811",
        "Nov 23 16:39:34 mx1 dovecot: auth: passwd-file(bob,192.0.2.7): Password mismatch",
        "Nov 23 16:39:34 mx1 dovecot: auth-worker(814): pam(bob,192.0.2.7): unknown user",
    ]

    package init() {}

    package var fields: [Field] { [.user, .saslMethod, .clientIP, .messageID, .action, .size, .detail] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        let service = pairs.upTo("(", ": ")
        let isAuth = service == "auth" || service == "auth-worker"
        if pairs.skip("(") {
            let inside = pairs.upTo(")")
            guard pairs.skip(")") else { return false }
            // For an auth process, the parentheses contain a number or a service name, not a user.
            if !isAuth { return decode(pairs.rest, of: inside, into: cells) }
        }
        guard pairs.skip(": ") else { return false }
        _ = pairs.oneOf("Info: ", "Warning: ", "Error: ")
        if service.hasSuffix("-login") { return decodeLogin(&pairs, into: cells) }
        return isAuth && decodeAuth(&pairs, into: cells)
    }

    private func decodeLogin(_ pairs: inout Pairs, into cells: Cells) -> Bool {
        let what = pairs.upTo(": user=<", ": method=", ": rip=")
        guard pairs.skip(": ") else { return false }
        if pairs.skip("user=<") {
            guard let name = pairs.address(before: { $1 == $0.count || $0[$1] == 0x2C }) else { return false }
            if !name.isEmpty { cells.set(.user, name) }
            _ = pairs.skip(", ")
        }
        if what == "Login" || what == "Logged in" {
            cells.event(.dovecotLogin)
        } else {
            cells.event(.dovecotLoginFail)
        }
        cells.set(.detail, what)
        if pairs.skip("method=") {
            cells.set(.saslMethod, pairs.upTo(", "))
            _ = pairs.skip(", ")
        }
        if pairs.skip("rip=") { cells.set(.clientIP, pairs.upTo(", ")) }
        return true
    }

    /// Decodes the text after `service(user)`.
    private func decode(_ text: Bytes, of name: Bytes, into cells: Cells) -> Bool {
        var pairs = Pairs(text)
        let comma = name.range(of: ", ")?.upperBound ?? 0
        _ = pairs.upTo(": msgid=")
        if pairs.skip(": msgid=") {
            let id = pairs.upTo(": ")
            guard pairs.skip(": ") else { return false }
            cells.event(.dovecotDeliver)
            cells.set(.messageID, id.withoutBrackets)
            cells.set(.detail, pairs.rest)
        } else {
            pairs = Pairs(text)
            _ = pairs.upTo(": ")
            guard pairs.skip(": ") else { return false }
            let what = pairs.rest
            if what.contains(": box=") || what.contains(", msgid=") {
                guard decodeMail(what, into: cells) else { return false }
                cells.set(.user, name.dropFirst(comma))
                return true
            }
            guard
                what.hasPrefix("Logged out") || what.hasPrefix("Disconnected")
                    || what.hasPrefix("Connection closed")
            else { return false }
            cells.event(.dovecotLogout)
            cells.set(.detail, what)
        }
        cells.set(.user, name.dropFirst(comma))
        return true
    }

    /// Decodes `expunge: box=INBOX, uid=7, msgid=<m1@a.example>, size=2811` or `copy from INBOX: box=Trash, …`.
    private func decodeMail(_ text: Bytes, into cells: Cells) -> Bool {
        var pairs = Pairs(text)
        let what = pairs.upTo(": ")
        guard pairs.skip(": ") else { return false }
        cells.event(.dovecotMail)
        cells.set(.action, what.prefix(what.firstIndex(of: 0x20) ?? what.count))
        cells.set(.detail, text)
        while !pairs.isAtEnd {
            guard let (key, value) = pairs.next(before: ", ") else { continue }
            if key == "msgid" {
                cells.set(.messageID, value.withoutBrackets)
            } else if key == "size" {
                cells.setInteger(.size, value)
            }
        }
        return true
    }

    /// Decodes `passwd-file(bob,192.0.2.7,<session>): Password mismatch`.
    private func decodeAuth(_ pairs: inout Pairs, into cells: Cells) -> Bool {
        // A worker logs its client process first: `conn unix:auth-worker (pid=3,uid=5): auth-worker<9>: `.
        if pairs.skip("conn unix:") {
            _ = pairs.upTo("): ")
            _ = pairs.skip("): ")
        }
        if pairs.skip("auth-worker<") {
            _ = pairs.upTo(">: ")
            _ = pairs.skip(">: ")
        }
        _ = pairs.upTo("(")
        guard pairs.skip("(") else { return false }
        let inside = pairs.upTo("): ")
        guard pairs.skip("): ") else { return false }
        cells.event(.dovecotAuth)
        cells.set(.detail, pairs.rest)
        let comma = UInt8(ascii: ",")
        let end = inside.firstIndex(of: comma) ?? inside.count
        cells.set(.user, inside.prefix(end))
        if end < inside.count {
            let rest = inside.dropFirst(end + 1)
            let address = rest.prefix(rest.firstIndex(of: comma) ?? rest.count)
            if !address.isEmpty { cells.set(.clientIP, address) }
        }
        return true
    }
}
