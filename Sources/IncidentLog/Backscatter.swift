/// The incident. Spam with forged senders reaches a list, and the list software answers each message with "you are not
/// a member". Most answers cannot be delivered, and Postfix retries them for five days.
extension Simulation {
    /// Returns the times of the delivery attempts of sally's message. The number per day comes from the report of the
    /// incident (`SallyTable`).
    func scheduleOfSally() -> [Int] {
        var random = SplitMix64(seed: 1225)
        var times: [Int] = []
        for (index, count) in SallyTable.count.enumerated() {
            let midnight = Calendar.midnight(december: 25 + index)
            // The first delivery attempt follows the message at once; the last ones precede its expiry.
            let start = index == 0 ? SallyTable.birth + 5 : midnight
            let end = min(midnight + Calendar.day, SallyTable.birth + SallyTable.lifetime)
            var day: Set<Int> = index == 0 ? [SallyTable.birth + 1] : []
            while day.count < count { day.insert(random.within(start...end - 1)) }
            times += day.sorted()
        }
        return times
    }

    func tellSally() {
        if now == SallyTable.birth - 2 { forgedPost(now, from: Cast.sally) }
        if SallyTable.forgedRejects.contains(now) { rejectForged() }
        while let time = sallyAttempts.first, time <= now {
            sallyAttempts.removeFirst()
            let process = smtp.take(now - 30, until: now, newest: &newestPid)
            if now > SallyTable.birth + 1 {
                qmgr(now, "\(Cast.sallyQueueID): from=<\(Cast.listAdmin)>, size=3127, nrcpt=1 (queue active)")
            }
            fail(
                Cast.sallyQueueID, to: Cast.sally, Cast.sallyDestination, age: now - SallyTable.birth, process
            )
        }
        if now == SallyTable.birth + SallyTable.lifetime { expire(Cast.sallyQueueID, size: 3127, now) }
    }

    /// Logs a rejected message with sally as forged sender to a user that does not exist.
    private func rejectForged() {
        let client = Host.number(random.below(4000) + 9000, named: false)
        let user = "\(random.pick(Cast.strangers))@\(Cast.domain)"
        let smtpd = self.smtpd.take(now, until: now + 1, newest: &newestPid)
        log(now, "postfix/smtpd", smtpd, "connect from \(client.peer)")
        log(
            now, "postfix/smtpd", smtpd,
            "NOQUEUE: reject: RCPT from \(client.peer): 550 5.1.1 <\(user)>: Recipient address rejected: User unknown in "
                + "local recipient table; from=<\(Cast.sally)> to=<\(user)> proto=SMTP helo=<\(token(8).lowercased())>"
        )
        log(now + 1, "postfix/smtpd", smtpd, "disconnect from \(client.peer)")
    }

    /// Logs a spam message to the list, and the list's answer to the forged sender. `known` is the sender; nil picks
    /// one at random.
    func forgedPost(_ time: Int, from known: String?) {
        let destination = known == nil ? random.pick(Cast.forged) : Cast.sallyDestination
        let sender = known ?? "\(random.pick(Cast.strangers))@\(destination.domain)"
        let client = Host.number(random.below(4000) + 9000, named: random.chance(perMille: 500))
        let id = queueID()
        let size = random.within(1200...9000)
        let smtpd = self.smtpd.take(time, until: time + 1, newest: &newestPid)
        log(time, "postfix/smtpd", smtpd, "connect from \(client.peer)")
        log(time, "postfix/smtpd", smtpd, "\(id): client=\(client.peer)")
        let cleanup = self.cleanup.take(time, until: time + 1, newest: &newestPid)
        log(time, "postfix/cleanup", cleanup, "\(id): message-id=<\(token(14))@\(destination.domain)>")
        qmgr(time, "\(id): from=<\(sender)>, size=\(size), nrcpt=1 (queue active)")
        log(time + 1, "postfix/smtpd", smtpd, "disconnect from \(client.peer)")
        let local = self.local.take(time, until: time + 1, newest: &newestPid)
        log(
            time + 1, "postfix/local", local,
            "\(id): to=<\(Cast.list)>, relay=local, \(delays(before: 300, queue: 10, connect: 0, transmit: 400)), "
                + "dsn=2.0.0, status=sent (delivered to command: /usr/local/fml/fml.pl /var/spool/ml/maint)")
        qmgr(time + 1, "\(id): removed")

        let reply = known == nil ? queueID() : Cast.sallyQueueID
        let pickup = self.pickup.take(time + 2, until: time + 3, newest: &newestPid)
        log(time + 2, "postfix/pickup", pickup, "\(reply): uid=\(Cast.listUser) from=<\(Cast.listAdmin)>")
        log(
            time + 2, "postfix/cleanup", cleanup,
            "\(reply): message-id=<\(Calendar.compact(time + 2)).FML\(token(6))@\(Cast.domain)>")
        qmgr(time + 2, "\(reply): from=<\(Cast.listAdmin)>, size=3127, nrcpt=1 (queue active)")
        if known != nil { return }
        let process = smtp.take(time + 3, until: time + 33, newest: &newestPid)
        if destination.reach == .answers {
            deliver(
                reply, to: sender, destination, at: time + 3, process, isKnown: random.chance(perMille: 300))
            qmgr(time + 4, "\(reply): removed")
        } else {
            fail(reply, to: sender, destination, age: 30, process, at: time + 33)
            replies.append(
                Reply(
                    id: reply, recipient: sender, destination: destination, size: 3127, born: time + 2,
                    lastAttempt: time + 33))
        }
    }

    func retry(_ reply: Reply) {
        let age = now - reply.born
        qmgr(now, "\(reply.id): from=<\(Cast.listAdmin)>, size=\(reply.size), nrcpt=1 (queue active)")
        guard age < SallyTable.lifetime else { return expire(reply.id, size: reply.size, now) }
        // Postfix makes no delivery attempt to a destination that failed recently.
        if random.chance(perMille: 250) {
            let process = error.take(now, until: now, newest: &newestPid)
            log(
                now, "postfix/error", process,
                "\(reply.id): to=<\(reply.recipient)>, relay=none, "
                    + "\(delays(before: age * 1000, queue: 20, connect: 0, transmit: 10)), dsn=4.4.1, "
                    + "status=deferred (delivery temporarily suspended: "
                    + "\(reply.destination.failure(at: reply.destination.relays[0])))")
        } else {
            let process = smtp.take(now, until: now + 30, newest: &newestPid)
            fail(reply.id, to: reply.recipient, reply.destination, age: age, process, at: now + 30)
        }
        var reply = reply
        reply.lastAttempt = now + 30
        replies.append(reply)
    }

    private func fail(
        _ id: String, to recipient: String, _ destination: Destination, age: Int, _ process: Int,
        at time: Int? = nil
    ) {
        let time = time ?? now
        let relay = destination.relays[0]
        if destination.relays.count > 1 {
            log(time, "postfix/smtp", process, destination.failure(at: relay))
        }
        let last = destination.relays[destination.relays.count - 1]
        let connect = destination.reach == .timesOut ? 30_000 : random.within(20...900)
        log(
            time, "postfix/smtp", process,
            "\(id): to=<\(recipient)>, relay=none, "
                + "\(delays(before: max(0, age - 30) * 1000, queue: random.within(10...90), connect: connect, transmit: 0)), "
                + "dsn=4.4.1, status=deferred (\(destination.failure(at: last)))")
    }

    /// Logs the end of the queue lifetime: Postfix returns the answer to its sender, the list owner.
    private func expire(_ id: String, size: Int, _ time: Int) {
        qmgr(time, "\(id): from=<\(Cast.listAdmin)>, status=expired, returned to sender")
        let notice = queueID()
        let cleanup = self.cleanup.take(time, until: time + 1, newest: &newestPid)
        log(
            time, "postfix/cleanup", cleanup,
            "\(notice): message-id=<\(Calendar.compactUTC(time)).\(notice)@\(Cast.server)>")
        let bounce = self.bounce.take(time, until: time + 1, newest: &newestPid)
        log(time, "postfix/bounce", bounce, "\(id): sender non-delivery notification: \(notice)")
        qmgr(time, "\(notice): from=<>, size=\(size + 2100), nrcpt=1 (queue active)")
        qmgr(time, "\(id): removed")
        let local = self.local.take(time, until: time + 1, newest: &newestPid)
        log(
            time + 1, "postfix/local", local,
            "\(notice): to=<\(Cast.listAdmin)>, relay=local, "
                + "\(delays(before: 20, queue: 10, connect: 0, transmit: 40)), dsn=2.0.0, status=sent (delivered to mailbox)"
        )
        qmgr(time + 1, "\(notice): removed")
    }
}
