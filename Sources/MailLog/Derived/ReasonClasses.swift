/// Classes of reasons, and the rules that assign them. The first matching rule applies.
///
/// A line is a class and a rule. The rule is a list of texts with ` & ` between them. The detail must contain all
/// texts, in any order; case is ignored. `^` is the start of the detail. The texts come from Postfix and from common
/// servers.
package enum ReasonClasses {
    package static let rules = """
        sent: ^250
        sent: ^2.0.0
        sent: ^2.1.5
        sent: ^2.6.0
        sent: ^delivered to
        sent: ^delivered via
        sent: ^delivers to
        sent: ^forwarded as
        sent: ^alias expanded
        sent: ^221
        sent: ^sent
        sent: ^saved mail
        sent: ^stored mail
        connect_timeout: connect to & timed out
        connect_refused: connect to & connection refused
        no_route: no route to host
        no_route: network is unreachable
        no_route: host is unreachable
        connect_refused: ^connection refused
        connect_timeout: ^connection timed out
        connect_timeout: ^operation timed out
        conversation_timeout: timed out while
        conversation_timeout: reply packet header & timed out
        conversation_timeout: ^timeout
        dns_temporary: host not found, try again
        dns_temporary: temporary failure in name resolution
        dns_temporary: malformed or unexpected name server reply
        dns_not_found: name service error & host not found
        dns_not_found: name service error & type=mx: malformed
        dns_temporary: name service error
        dns_not_found: does not accept mail (nullmx)
        dns_not_found: unable to look up host
        dns_not_found: name or service not known
        dns_not_found: no address associated with hostname
        dns_not_found: unrouteable mail domain
        dns_temporary: rbl lookup error
        dns_temporary: tlsa lookup error
        dns_temporary: dnsblog reply timeout
        local_resource: too many open files
        loop: loops back to myself
        loop: forwarding loop
        loop: routing loop
        loop: mail loop
        loop: too many hops
        loop: hopcount exceeded
        loop: hop count exceeded
        loop: my own hostname
        loop: alias database loop
        loop: 5.4.6
        greylisted: greylist
        greylisted: graylist
        greylisted: grey list
        greylisted: grey-list
        greylisted: postgrey
        blocked_rbl: blocked using
        blocked_rbl: spamhaus
        blocked_rbl: spamcop
        blocked_rbl: barracuda
        blocked_rbl: sorbs
        blocked_rbl: dnsbl
        blocked_rbl: blacklist
        blocked_rbl: black list
        blocked_rbl: blocklist
        blocked_rbl: block list
        blocked_rbl: denylist
        blocked_rbl: (s3140)
        blocked_rbl: (s3150)
        blocked_rbl: poor reputation
        blocked_rbl: bad reputation
        blocked_rbl: low reputation
        blocked_rbl: reputation
        auth_failed_spf_dkim_dmarc: 5.7.26
        auth_failed_spf_dkim_dmarc: 4.7.26
        auth_failed_spf_dkim_dmarc: 5.7.23
        auth_failed_spf_dkim_dmarc: 4.7.23
        auth_failed_spf_dkim_dmarc: dmarc
        auth_failed_spf_dkim_dmarc: dkim
        auth_failed_spf_dkim_dmarc: spf
        mailbox_full: 4.2.2
        mailbox_full: 5.2.2
        mailbox_full: quota
        mailbox_full: mailbox full
        mailbox_full: mailbox is full
        mailbox_full: inbox is full
        mailbox_full: exceeded storage
        mailbox_full: mailbox size limit
        rate_limited: 4.7.28
        rate_limited: throttl
        rate_limited: rate limit
        rate_limited: rate-limit
        rate_limited: rate limited
        rate_limited: unusual rate
        rate_limited: too many
        rate_limited: too much mail
        rate_limited: too fast
        rate_limited: temporarily deferred
        rate_limited: concurrent connections
        rate_limited: ^limit exceeded
        rate_limited: receiving mail at a rate
        rate_limited: receiving mail too quickly
        relay_denied: relay access denied
        relay_denied: relaying denied
        relay_denied: unable to relay
        relay_denied: not permitted to relay
        relay_denied: relay not permitted
        relay_denied: relaying not allowed
        relay_denied: do not relay
        relay_denied: relay denied
        sender_rejected: sender address rejected
        sender_rejected: sender rejected
        sender_rejected: sender denied
        sender_rejected: sender verify
        sender_rejected: invalid sender
        sender_rejected: sender address
        sender_rejected: 5.1.8
        sender_rejected: 4.1.8
        sender_rejected: 5.1.7
        login_failed: password verification
        client_rejected: client host rejected
        client_rejected: helo command rejected
        client_rejected: cannot find your
        client_rejected: reverse dns
        client_rejected: reverse hostname
        client_rejected: ptr record
        client_rejected: 5.7.25
        client_rejected: does not resolve
        client_rejected: verification failed
        size_exceeded: exceeds size limit
        size_exceeded: size exceeds
        size_exceeded: message too big
        size_exceeded: message too large
        size_exceeded: message is too large
        size_exceeded: file too large
        size_exceeded: file too big
        size_exceeded: size limit exceeded
        size_exceeded: 5.3.4
        tls_required: tls is required
        tls_required: starttls command first
        tls_required: encryption is required
        tls_required: encryption required
        tls_required: requiretls
        tls_failed: cannot start tls
        tls_failed: server certificate
        tls_failed: handshake fail
        tls_failed: ssl_accept error
        tls_failed: ssl_connect error
        tls_failed: untrusted issuer
        tls_failed: ssl routines
        tls_failed: certificate
        login_failed: auth failed
        login_failed: plaintext auth
        login_failed: incorrect authentication
        login_failed: authentication fail
        login_failed: authentication required
        login_failed: authentication aborted
        login_failed: sasl authentication
        login_failed: password mismatch
        login_failed: invalid credentials
        login_failed: invalid authentication mechanism
        login_failed: no mechanism available
        login_failed: ^generic failure
        login_failed: ^ugfzc3dvcmq6
        login_failed: ^vxnlcm5hbwu6
        login_failed: 5.7.8
        user_unknown: user unknown
        user_unknown: unknown user
        user_unknown: no such user
        user_unknown: no such recipient
        user_unknown: no such mailbox
        user_unknown: no such person
        user_unknown: no mailbox here
        user_unknown: mailbox unavailable
        user_unknown: mailbox not found
        user_unknown: mailbox does not exist
        user_unknown: does not exist
        user_unknown: doesn't exist
        user_unknown: unknown recipient
        user_unknown: recipient unknown
        user_unknown: recipient not found
        user_unknown: recipient rejected
        user_unknown: invalid recipient
        user_unknown: invalid mailbox
        user_unknown: address unknown
        user_unknown: unknown address
        user_unknown: user not found
        user_unknown: unrouteable address
        user_unknown: undeliverable address
        user_unknown: unverified address
        user_unknown: account is disabled
        user_unknown: account disabled
        user_unknown: account inactive
        user_unknown: mailbox disabled
        user_unknown: mailbox is disabled
        user_unknown: not a known user
        user_unknown: unknown local part
        user_unknown: 5.1.1
        user_unknown: 5.1.10
        user_unknown: 5.2.1
        policy_spam: spam
        policy_spam: virus
        policy_spam: infected
        policy_spam: malware
        policy_spam: phish
        policy_spam: junk
        policy_spam: unsolicited
        policy_spam: content rejected
        policy_spam: message content
        policy_spam: suspicious
        policy_spam: banned
        policy_spam: policy
        policy_spam: is blocked
        policy_spam: message blocked
        policy_spam: access denied
        policy_spam: not allowed
        policy_spam: recipient address rejected
        lost_connection: lost connection
        lost_connection: connection lost
        lost_connection: connection reset
        lost_connection: broken pipe
        lost_connection: server dropped connection
        lost_connection: transport endpoint is not connected
        lost_connection: reply packet header
        local_resource: no space left
        local_resource: disk full
        local_resource: insufficient system
        local_resource: insufficient disk
        local_resource: not enough free space
        local_resource: 4.3.1
        local_resource: queue file write error
        local_resource: maildir delivery failed
        local_resource: maildir access problem
        local_resource: cannot update mailbox
        local_resource: permission denied
        local_resource: create the maildirs
        local_resource: command died
        local_resource: command time limit
        local_resource: can't create
        local_resource: cannot create
        local_resource: cannot open
        local_resource: read-only file system
        local_resource: no such file or directory
        local_config: mail transport unavailable
        local_config: unknown mail transport
        local_config: mail system configuration error
        local_config: server configuration error
        local_config: configuration problem
        local_config: alias database unavailable
        local_config: temporary lookup failure
        local_config: lookup problem
        local_config: lookup error
        local_config: lookup failure
        local_config: address resolver failure
        local_config: bad address syntax
        local_config: unable to find primary relay
        local_config: user lookup error
        local_config: internal software error
        local_config: local data error
        local_config: service unavailable. command output
        local_config: bounce failed
        local_config: duplicate entry
        local_config: can't contact ldap server
        local_config: service failure
        local_config: non-postfix directory
        local_config: nis domain name not set
        local_config: command output
        protocol: pipelining
        protocol: protocol error
        protocol: syntax error
        protocol: command not recognized
        protocol: unrecognized command
        protocol: bare <lf>
        protocol: unexpected server message
        protocol: smtputf8
        protocol: 5.5.1
        protocol: 5.5.2
        protocol: 5.5.4
        expired: expired
        refused_to_talk: refused to talk to me
        server_busy: try again
        server_busy: try later
        server_busy: come back later
        server_busy: service unavailable
        server_busy: service not available
        server_busy: temporarily unavailable
        server_busy: system not accepting
        server_busy: too busy
        server_busy: noticeable delays
        server_busy: ports busy
        server_busy: ports are busy
        server_busy: resources temporarily
        server_busy: internal error
        server_busy: local error
        server_busy: server error
        server_busy: error: timeout exceeded
        server_busy: temporary failure
        server_busy: 4.3.0
        server_busy: 4.3.2
        server_busy: 4.4.2
        policy_spam: 5.7.1
        policy_spam: 5.7.0
        rate_limited: 4.7.0
        """

    /// Classes in the order of the table, and `other`. Computed on the first lookup of any field, so it must be fast.
    static let names: [String] = {
        var table = rules
        let names = table.withUTF8 { buffer in
            var names: [Bytes] = []
            var rest = Bytes(buffer.baseAddress.unsafelyUnwrapped, count: buffer.count)
            while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
                let name = rest.prefix(colon)
                // Search backwards: usually, it is the class of the previous line.
                if !names.reversed().contains(where: { $0 == name }) { names.append(name) }
                rest = rest.dropFirst(rest.firstIndex(of: 10).map { $0 + 1 } ?? rest.count)
            }
            return names.map(\.string)
        }
        return names + [unclassified]
    }()

    static let unclassified = "other"

    private static let parsed: [(name: String, texts: [String])] = rules.split(separator: "\n").map { line in
        let colon = line.firstIndex(of: ":") ?? line.endIndex
        let texts = line[colon...].dropFirst(2).split(separator: "&").map { text in
            String(text.drop { $0 == " " })
        }
        // A blank before `&` belongs to the separator.
        return (
            String(line[..<colon]),
            texts.enumerated().map { index, text in
                index < texts.count - 1 && text.hasSuffix(" ") ? String(text.dropLast()) : text
            }
        )
    }

    /// Compiled rules; created when the first detail is classified.
    private static let compiled = Compiled(parsed)

    /// Prefix of the reason when Postfix postpones a delivery to a dead destination without a delivery attempt.
    private static let suspended: StaticString = "delivery temporarily suspended: "

    /// Whether Postfix skipped the delivery attempt because earlier ones failed.
    static func isSuspended(_ detail: Value) -> Value { .bool(detail.bytes.hasPrefix(suspended)) }

    /// Returns the class of a detail. The text lives as long as the process.
    static func classify(_ detail: Value) -> Value {
        var text = detail.bytes
        while text.hasPrefix(suspended) { text = text.dropFirst(suspended.utf8CodeUnitCount) }
        return compiled.classify(text)
    }

    private struct Compiled: @unchecked Sendable {
        // Sendable: the words are allocated once and live as long as the process.
        private let search: TextAutomaton
        private let rules: [(needs: SIMD8<UInt64>, word: Value)]
        private let other = Value.text(Bytes(lasting: unclassified))

        init(_ parsed: [(name: String, texts: [String])]) {
            var texts: [String] = []
            var words: [String: Value] = [:]
            var rules: [(needs: SIMD8<UInt64>, word: Value)] = []
            for (name, needed) in parsed {
                let word = words[name] ?? .text(Bytes(lasting: name))
                words[name] = word
                var needs = SIMD8<UInt64>.zero
                for text in needed {
                    let place = texts.firstIndex(of: text) ?? texts.count
                    if place == texts.count { texts.append(text) }
                    needs[place >> 6] |= 1 << UInt64(place & 63)
                }
                rules.append((needs, word))
            }
            search = TextAutomaton(texts)
            self.rules = rules
        }

        func classify(_ text: Bytes) -> Value {
            let found = search.found(in: text)
            if found == .zero { return other }
            for rule in rules where rule.needs & found == rule.needs { return rule.word }
            return other
        }
    }
}
