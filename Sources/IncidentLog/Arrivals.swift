/// Ordinary traffic of the server, with the same mix on every day: rejected clients, mail to its users, mail from its
/// users, and posts to its lists.
extension Simulation {
    func arrival() {
        switch random.below(100) {
        case 0..<52: turnAway()
        case 52..<58: unverified()
        case 58..<82: receive()
        case 82..<96: send()
        default: post()
        }
    }

    // MARK: Rejected clients

    private func turnAway() {
        let isNameless = random.chance(perMille: 600)
        let client = Host.number(random.skewed(6000), named: !isNameless)
        let smtpd = self.smtpd.take(now, until: now + 2, newest: &newestPid)
        let sender = "\(random.pick(Cast.correspondents))@\(random.pick(Cast.destinations).domain)"
        let user = "\(random.pick(Cast.strangers))@\(Cast.domain)"
        log(now, "postfix/smtpd", smtpd, "connect from \(client.peer)")
        let tail = "from=<\(sender)> to=<\(user)> proto=ESMTP helo=<\(client.name ?? token(8).lowercased())>"
        let reason =
            isNameless
            ? "450 4.7.1 Client host rejected: cannot find your hostname, [\(client.address)]"
            : "550 5.1.1 <\(user)>: Recipient address rejected: User unknown in local recipient table"
        log(now + 1, "postfix/smtpd", smtpd, "NOQUEUE: reject: RCPT from \(client.peer): \(reason); \(tail)")
        if random.chance(perMille: 150) {
            log(now + 2, "postfix/smtpd", smtpd, "lost connection after RCPT from \(client.peer)")
        }
        log(now + 2, "postfix/smtpd", smtpd, "disconnect from \(client.peer)")
    }

    private func unverified() {
        let client = Host.number(random.skewed(3000) + 20_000, named: true)
        let smtpd = self.smtpd.take(now, until: now + 1, newest: &newestPid)
        log(
            now, "postfix/smtpd", smtpd,
            "warning: hostname \(client.name ?? "unknown") does not resolve to address \(client.address)")
        log(now, "postfix/smtpd", smtpd, "connect from unknown[\(client.address)]")
        log(now + 1, "postfix/smtpd", smtpd, "disconnect from unknown[\(client.address)]")
    }

    // MARK: Mail

    private func receive() {
        let from = random.pick(Cast.destinations)
        let client = Host(name: String(from.relays[0].prefix { $0 != "[" }), address: from.address)
        let smtpd = self.smtpd.take(now, until: now + 2, newest: &newestPid)
        let id = queueID()
        log(now, "postfix/smtpd", smtpd, "connect from \(client.peer)")
        log(now, "postfix/smtpd", smtpd, "\(id): client=\(client.peer)")
        accept(
            id, now, from: "\(random.pick(Cast.correspondents))@\(from.domain)", domain: from.domain,
            recipients: 1)
        log(now + 1, "postfix/smtpd", smtpd, "disconnect from \(client.peer)")
        let local = self.local.take(now + 1, until: now + 2, newest: &newestPid)
        log(
            now + 1, "postfix/local", local,
            "\(id): to=<\(random.pick(Cast.users))@\(Cast.domain)>, relay=local, "
                + "\(delays(before: random.within(100...2900), queue: 10, connect: 0, transmit: random.within(10...90))), "
                + "dsn=2.0.0, status=sent (delivered to mailbox)")
        qmgr(now + 1, "\(id): removed")
    }

    private func send() {
        let client = Host.number(random.below(40) + 50_000, named: false)
        let user = random.pick(Cast.users)
        let smtpd = self.smtpd.take(now, until: now + 1, newest: &newestPid)
        let id = queueID()
        log(now, "postfix/smtpd", smtpd, "connect from \(client.peer)")
        log(
            now, "postfix/smtpd", smtpd,
            "\(id): client=\(client.peer), sasl_method=PLAIN, sasl_username=\(user)@\(Cast.domain)")
        let sender = "\(user)@\(Cast.domain)"
        accept(id, now, from: sender, domain: Cast.domain, recipients: 1)
        log(now + 1, "postfix/smtpd", smtpd, "disconnect from \(client.peer)")
        let destination = random.pick(Cast.destinations)
        let recipient = "\(random.pick(Cast.correspondents))@\(destination.domain)"
        let process = smtp.take(now + 1, until: now + 3, newest: &newestPid)
        let isKnown = random.chance(perMille: 965)
        deliver(id, to: recipient, destination, at: now + 2, process, isKnown: isKnown)
        if !isKnown { notify(sender, of: id, now + 2) }
        qmgr(now + 3, "\(id): removed")
    }

    private func post() {
        let list = random.pick(Cast.lists)
        let from = random.pick(Cast.destinations)
        let client = Host(name: String(from.relays[0].prefix { $0 != "[" }), address: from.address)
        let smtpd = self.smtpd.take(now, until: now + 1, newest: &newestPid)
        let id = queueID()
        log(now, "postfix/smtpd", smtpd, "connect from \(client.peer)")
        log(now, "postfix/smtpd", smtpd, "\(id): client=\(client.peer)")
        accept(
            id, now, from: "\(random.pick(Cast.correspondents))@\(from.domain)", domain: from.domain,
            recipients: 1)
        log(now + 1, "postfix/smtpd", smtpd, "disconnect from \(client.peer)")
        let local = self.local.take(now + 1, until: now + 2, newest: &newestPid)
        log(
            now + 1, "postfix/local", local,
            "\(id): to=<\(list)@\(Cast.domain)>, relay=local, \(delays(before: 400, queue: 10, connect: 0, transmit: 300)), "
                + "dsn=2.0.0, status=sent (delivered to command: /usr/local/fml/fml.pl /var/spool/ml/\(list))"
        )
        qmgr(now + 1, "\(id): removed")

        let copy = queueID()
        let pickup = self.pickup.take(now + 2, until: now + 3, newest: &newestPid)
        log(
            now + 2, "postfix/pickup", pickup,
            "\(copy): uid=\(Cast.listUser) from=<\(list)-admin@\(Cast.domain)>")
        let members = random.within(2...6)
        accept(copy, now + 2, from: "\(list)-admin@\(Cast.domain)", domain: Cast.domain, recipients: members)
        for _ in 0..<members {
            let destination = random.pick(Cast.destinations)
            let process = smtp.take(now + 3, until: now + 5, newest: &newestPid)
            deliver(
                copy, to: "\(random.pick(Cast.correspondents))@\(destination.domain)", destination,
                at: now + 3, process,
                isKnown: true)
        }
        qmgr(now + 5, "\(copy): removed")
    }

    private func accept(_ id: String, _ time: Int, from sender: String, domain: String, recipients: Int) {
        let cleanup = self.cleanup.take(time, until: time + 1, newest: &newestPid)
        log(time, "postfix/cleanup", cleanup, "\(id): message-id=<\(token(18))@\(domain)>")
        qmgr(
            time + 1,
            "\(id): from=<\(sender)>, size=\(random.within(900...40_000)), nrcpt=\(recipients) (queue active)"
        )
    }

    private func notify(_ sender: String, of id: String, _ time: Int) {
        let notice = queueID()
        let cleanup = self.cleanup.take(time, until: time + 1, newest: &newestPid)
        log(
            time, "postfix/cleanup", cleanup,
            "\(notice): message-id=<\(Calendar.compactUTC(time)).\(notice)@\(Cast.server)>")
        let bounce = self.bounce.take(time, until: time + 1, newest: &newestPid)
        log(time, "postfix/bounce", bounce, "\(id): sender non-delivery notification: \(notice)")
        qmgr(time, "\(notice): from=<>, size=\(random.within(2500...6000)), nrcpt=1 (queue active)")
        let local = self.local.take(time, until: time + 1, newest: &newestPid)
        log(
            time, "postfix/local", local,
            "\(notice): to=<\(sender)>, relay=local, \(delays(before: 20, queue: 10, connect: 0, transmit: 30)), "
                + "dsn=2.0.0, status=sent (delivered to mailbox)")
        qmgr(time, "\(notice): removed")
    }

    // MARK: Delivery

    /// Logs a delivery attempt to a reachable destination, which accepts the message or does not know the user.
    func deliver(
        _ id: String, to recipient: String, _ destination: Destination, at time: Int, _ process: Int,
        isKnown: Bool
    ) {
        let relay = destination.relays[0]
        let times = delays(
            before: random.within(200...1500), queue: random.within(10...60), connect: destination.latency,
            transmit: random.within(80...900))
        let outcome =
            isKnown
            ? "dsn=2.0.0, status=sent (\(accepted(by: destination)))"
            : "dsn=5.1.1, status=bounced (host \(Destination.withoutPort(relay)) said: 550 5.1.1 <\(recipient)>: "
                + "Recipient address rejected: User unknown (in reply to RCPT TO command))"
        log(time, "postfix/smtp", process, "\(id): to=<\(recipient)>, relay=\(relay), \(times), \(outcome)")
    }

    private func accepted(by destination: Destination) -> String {
        switch destination.reply {
        case .postfix: "250 2.0.0 Ok: queued as \(hex(random.below(1 << 40), digits: 10))"
        case .exim: "250 OK id=1T\(token(4))-000\(token(3))-\(token(2))"
        case .sendmail:
            "250 2.0.0 qBP\(token(5))\(random.within(10_000...99_999)) Message accepted for delivery"
        case .exchange: "250 2.6.0 <\(token(16))@\(destination.domain)> Queued mail for delivery"
        case .provider: "250 ok dirdel"
        }
    }
}
