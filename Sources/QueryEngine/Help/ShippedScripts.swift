// swift-format-ignore-file
// Made of Examples/*.mlq by: MLQ_UPDATE=1 swift test --filter ShippedScriptsTests/isCurrent
// A test compares ShippedScripts.swift with them.
extension ShippedScript {
    /// Every investigation, by name.
    package static let all: [ShippedScript] = [
        ShippedScript(name: "backscatter", text: #"""
            #!/usr/bin/env mlq
            # Do we answer mail with forged senders, and which list or alias does it?
            #
            #     mlq backscatter /var/log/maillog*
            #
            # When: when the queue is full of bounces and of notices of lists to strangers, or when we \#
            are listed for
            # backscatter.
            #
            # Read: mail of automatic senders (the null sender, mailer-daemon, owners and admins of \#
            lists) that went to an
            # address from which mail had come within the hour before. `cause` is where that mail had \#
            gone to: the list or
            # alias whose policy must change, so that it rejects or ignores, but does not reply. Much \#
            that is expired or
            # deferred means that the senders were forged.

            param within = 1h
            let automatic = recipients
              | filter is_bounce=true or from ~ \#
            /^(mailer-daemon|postmaster|owner-.*|.*-(admin|owner|bounces?|request))@/i
              | select time, queue_id, from as automatic_sender, recipient, fate, attempts
            let answers = automatic
              | join (recipients | filter is_bounce=false | select from as recipient, recipient as \#
            cause, time as seen) on recipient
              | filter seen <= (time) (time - seen) < {within}
              | dedup queue_id, recipient, cause

            title "What answers to whom it should not, and what became of the answers"
            answers
              | stats answers=count(), addresses=dcount(recipient), attempts=sum(attempts), \#
            undelivered=count() if fate!=delivered by cause, automatic_sender

            title "The answers, day by day"
            answers | count by bin(time, 1d) as day, fate

            title "The addresses that take the most attempts"
            answers
              | stats attempts=sum(attempts), fate=last(fate) by recipient, cause
              | sort -attempts
              | head 20

            """#),
        ShippedScript(name: "before-after", text: #"""
            #!/usr/bin/env mlq
            # Did the change help: what is different before and after it?
            #
            #     mlq before-after /var/log/maillog*
            #
            # When: after a policy or a setting was changed (-D at=2013-01-02T10:00).
            #
            # Read: numbers are per day where the sides differ in length; look at `ratio`. After a \#
            shorter queue lifetime,
            # deferrals go down and expired messages come earlier; after a new rule, its rejections \#
            appear. What should
            # not have changed is worth a look as well.

            param at = end-7d

            title "Deliveries by status, before and after {at}"
            filter event=delivery | compare ..{at} with {at}.. by status

            title "Reasons of what was not sent"
            filter event=delivery status!=sent | compare ..{at} with {at}.. by reason_class

            title "The longest delay of mail that was sent"
            filter status=sent | compare ..{at} with {at}.. max(delay)

            title "Rejections"
            filter event=reject | compare ..{at} with {at}.. by reject_class

            title "All lines by process"
            compare ..{at} with {at}.. by process

            """#),
        ShippedScript(name: "bruteforce", text: #"""
            #!/usr/bin/env mlq
            # Who guesses passwords, and did anyone succeed?
            #
            #     mlq bruteforce /var/log/maillog*
            #
            # When: when `warning: … SASL … authentication failed` fills the log.
            #
            # Read: `logins` tells mails that were sent with a login from an address that had guessed \#
            before: a user with
            # a misspelt password, or an account that is broken. Names of users are logged from \#
            Postfix 3.9 on. Few
            # attempts from very many networks is a botnet: limit failed logins per user, not per \#
            address.

            let failures = filter event in (sasl-fail, dovecot-login-fail, saslauthd)

            title "Addresses, and logins from there"
            failures
              | stats failed=count(), first=min(time), last=max(time) by client_ip
              | join (filter event=client not missing(sasl_username) | stats logins=count(), \#
            users=values(sasl_username) by client_ip) on client_ip
              | head 30

            title "Users that are tried"
            failures
              | extend name = coalesce(sasl_username, user)
              | filter not missing(name)
              | stats failed=count(), networks=dcount(client_ip) by name
              | head 30

            title "The busiest hours"
            failures | stats failed=count(), addresses=dcount(client_ip) by hour | sort -failed | head \#
            24

            """#),
        ShippedScript(name: "bytes-per-day", text: #"""
            #!/usr/bin/env mlq
            # Did the log itself grow, and since when?
            #
            #     mlq bytes-per-day /var/log/maillog*
            #
            # When: first of all, when the disk fills up or the machine is slow and nobody knows why.
            #
            # Read: bytes are those of the lines, unpacked, so rotated and compressed files count \#
            alike. The second answer
            # names the days on which the level changes; none is good news. A file that begins long \#
            after the one before
            # it ends is a rotation that is lost.

            title "What is logged each day"
            stats bytes=sum(bytes), lines=count() by day

            title "The days on which it changes"
            count by day | changes

            title "The files"
            files | select file, bytes, lines, first, last

            """#),
        ShippedScript(name: "compare-weeks", text: #"""
            #!/usr/bin/env mlq
            # What is more this week than last week, and what is new?
            #
            #     mlq compare-weeks /var/log/maillog*
            #
            # When: every Monday, or whenever something feels different. Set `at` to the moment that \#
            divides the weeks (-D
            # at=2012-12-26).
            #
            # Read: numbers are per day where the two sides differ in length. `new` and `gone` are \#
            more telling than
            # ratios: a process, a reason or a domain that was not there before is a cause or its \#
            effect.

            param at = end-7d
            title "Lines by process and event, before and after {at}"
            compare ..{at} with {at}.. by process, event | head 20

            title "Reasons of deferrals and bounces"
            filter event=delivery status!=sent | compare ..{at} with {at}.. by status, reason | head \#
            20

            title "Destinations"
            filter event=delivery | compare ..{at} with {at}.. by to_domain | head 20

            title "Networks of clients"
            filter event=connect | compare ..{at} with {at}.. by client_net | head 20

            title "Reasons that were first seen after {at}"
            filter event=delivery status!=sent
              | stats n=count(), first=min(time) by reason_class, reason
              | filter first in {at}..

            """#),
        ShippedScript(name: "compromised-account", text: #"""
            #!/usr/bin/env mlq
            # Which account sends unusually much, to many strangers, or from new networks?
            #
            #     mlq compromised-account /var/log/maillog*
            #
            # When: when we are listed, when bounces pile up, or as a daily job.
            #
            # Read: `usual` is the mean of the account's other days. A stolen account shows in several \#
            columns at once: many
            # mails, many recipients, several networks, many that do not arrive. A newsletter shows in \#
            recipients alone.

            let sent = recipients | filter not missing(sasl_username)

            title "Days on which an account sent to more than five times as many as on its other days"
            sent
              | stats n=count(), recipients=dcount(recipient), mails=dcount(queue_id), \#
            networks=dcount(client_net), lost=count() if fate in (bounced, expired, deferred) by \#
            sasl_username, day
              | join (sent | stats total=count(), days=dcount(day) by sasl_username) on sasl_username
              | extend usual = round((total - n) / (days - 1), 1)
              | filter recipients > (5 * usual)
              | sort -recipients
              | drop n, total, days

            title "Accounts"
            sent
              | stats mails=dcount(queue_id), recipients=dcount(recipient), domains=dcount(to_domain), \#
            networks=dcount(client_net), senders=dcount(from), lost=count() if fate in (bounced, \#
            expired, deferred) by sasl_username
              | sort -recipients
              | head 20

            title "Accounts that send in other names"
            sent
              | filter sasl_username != (from)
              | stats n=count(), from=values(from) by sasl_username
              | head 20

            """#),
        ShippedScript(name: "dead-destinations", text: #"""
            #!/usr/bin/env mlq
            # Which hosts and domains cannot be reached, since when, and did they recover?
            #
            #     mlq dead-destinations /var/log/maillog*
            #
            # When: when connections time out or are refused.
            #
            # Read: `last_sent` after `last` means that the destination works again; a missing one \#
            that nothing ever went
            # there: often a misspelt or a forged domain. The lines of the connections tell each \#
            address of a host; they
            # have no queue id, so one delivery may have several.

            title "Domains that could not be reached"
            deliveries
              | filter reason_class in (connect_timeout, connect_refused, no_route, \#
            conversation_timeout)
              | stats attempts=count(), messages=dcount(queue_id), first=min(time), last=max(time) by \#
            to_domain, reason_class
              | join (deliveries | filter status=sent | stats sent=count(), last_sent=max(time) by \#
            to_domain) on to_domain

            title "Addresses that did not answer"
            filter event=connect-fail
              | stats n=count(), first=min(time), last=max(time) by relay_name, relay_ip, reason_class

            """#),
        ShippedScript(name: "delay-cause", text: #"""
            #!/usr/bin/env mlq
            # Is it the queue manager, the connection or the other side that takes the time?
            #
            #     mlq delay-cause /var/log/maillog*
            #
            # When: when mail is slow and it is not clear whose fault it is.
            #
            # Read: only mail that was sent at its first attempt, since later attempts hold the \#
            waiting in delay_a. Before
            # the queue (a): disk, milters, content filter. In the queue (b): too few processes for \#
            the transport.
            # Connection (c): DNS, a distant or overloaded server, TLS. Transmission (d): the other \#
            side or the line.
            # Numbers have two significant digits, so parts do not add up to the whole.

            let sent = deliveries | filter status=sent attempt=1

            title "95th percentile of each part, day by day"
            sent | stats n=count(), p95(delay_a), p95(delay_b), p95(delay_c), p95(delay_d) by day

            title "By destination"
            sent
              | stats n=count(), median(delay), p95(delay_a), p95(delay_b), p95(delay_c), p95(delay_d) \#
            by relay_name
              | head 20

            title "Days that are unlike the others"
            sent | p95 delay_b per 1d | changes

            """#),
        ShippedScript(name: "disk-and-config", text: #"""
            #!/usr/bin/env mlq
            # Were there restarts, reloads, upgrades, or trouble with the disk and tables?
            #
            #     mlq disk-and-config /var/log/maillog*
            #
            # When: before anything else when something changed at a certain moment: mostly an \#
            administrator did.
            #
            # Read: `daemon started -- version` marks an upgrade where the version changes. A table \#
            that cannot be opened
            # stops mail of its kind; `not enough free space` or `queue file write error` stops all. \#
            The last answer shows
            # what the administrator did to the queue.

            title "Starts, stops, reloads, versions"
            filter event in (start, reload, stop, script, bind) | select time, host, event, version, \#
            text

            title "Disk and queue"
            filter event in (queue-file, clog) or /(not enough free space|No space left|write error)/
              | stats n=count(), first=min(time), last=max(time) by process, event, reason

            title "Tables, settings and services"
            filter event in (map, table-changed, compatibility, queue-lifetime, service-fail, \#
            milter-fail, transport, warning)
              | patterns
              | select count, pattern
              | head 20

            title "What was done to the queue by hand"
            filter event=postsuper | select time, action, messages, queue_id

            """#),
        ShippedScript(name: "dnsbl-value", text: #"""
            #!/usr/bin/env mlq
            # Which DNS lists catch clients, and which alone?
            #
            #     mlq dnsbl-value /var/log/maillog*
            #
            # When: before a list is added, weighted or given up.
            #
            # Read: `clients` are those that the list knows, `alone` those that no other list knew: \#
            the worth of a list is
            # in those. A list that answers nothing may have blocked your resolver: look for the \#
            lookups that fail.

            let listed = filter event=dnsbl

            title "Lists"
            listed
              | stats n=count(), by_list=dcount(client_ip) by dnsbl_domain

            title "Clients that only one list knows, by list"
            listed
              | stats lists=dcount(dnsbl_domain), dnsbl_domain=first(dnsbl_domain) by client_ip
              | filter lists=1
              | count by dnsbl_domain

            title "Lookups that failed"
            filter process in (dnsblog, postscreen) severity=warning | patterns | select count, \#
            pattern

            title "Rejections of smtpd by a list"
            filter event=reject reason_class=blocked_rbl | count by reason | head 20

            """#),
        ShippedScript(name: "expired", text: #"""
            #!/usr/bin/env mlq
            # Which mail was given up, after how many attempts, and why?
            #
            #     mlq expired /var/log/maillog*
            #
            # When: when senders get "could not be delivered" after days, and before the queue \#
            lifetime is changed.
            #
            # Read: an expired message has no delivery line that says so; its last line of delivery \#
            tells the reason.
            # Expired mail of automatic senders is backscatter. Few attempts in a long time mean a \#
            long backoff.

            let expired = recipients | filter fate=expired

            title "By sender, destination and last reason"
            expired
              | stats n=count(), attempts=median(attempts), first=min(time), last=max(last) by \#
            from_domain, to_domain, reason
              | head 30

            title "By day"
            messages | filter outcome=expired | count by bin(last, 1d) as expired_on

            title "Senders"
            messages | filter outcome=expired | stats n=count(), attempts=sum(attempts) by from

            """#),
        ShippedScript(name: "filter-hop", text: #"""
            #!/usr/bin/env mlq
            # Does the content filter slow mail down, and what does it find?
            #
            #     mlq filter-hop /var/log/maillog*
            #
            # When: when mail passes through amavis, rspamd or another filter on this machine.
            #
            # Read: a message to the filter is delivered to 127.0.0.1 and comes back under another \#
            queue id: delay_d is
            # what the filter took. If delay_b grows while delay_d is flat, there are too few \#
            processes to it; if delay_d
            # grows, the filter itself is slow (virus scanner, DNS).

            title "Time in filters and other local hops, day by day"
            deliveries
              | filter relay_ip in 127.0.0.0/8 or relay_ip in ::1
              | stats n=count(), median(delay_d), p95(delay_d), p95(delay_b), max(delay_d) by day, \#
            relay

            title "Messages that went on under another queue id"
            messages
              | filter outcome=passed
              | stats n=count(), queue_time=median(queue_time), slowest=max(queue_time) by origin

            title "What filters found"
            filter process in (amavis, rspamd, "rspamd_proxy", spamd, clamav-milter, opendkim, \#
            opendmarc)
              | count by process, verdict, action

            title "What milters did"
            filter event in (milter-reject, milter-hold, milter-discard, milter-fail) | count by \#
            event, reason

            """#),
        ShippedScript(name: "find-message", text: #"""
            #!/usr/bin/env mlq
            # Did the mail from one address to another arrive, and what became of it?
            #
            #     mlq find-message /var/log/maillog*
            #
            # When: when someone asks "where is my mail?" (-D from=… -D to=…; a part of each will do).
            #
            # Read: `fate` tells what became of it, `status` and `reason` are those of the last \#
            attempt. `recipient` is
            # the address that the sender wrote to, `to` the one behind the alias. Delivered means \#
            that the next server
            # took it; ask there with `queued_as`.

            param from = "@ml.example.jp"
            param to = "@island.example.org"

            title "Mail from {from} to {to}"
            recipients
              | filter from contains {from} and (recipient contains {to} or to contains {to})
              | select time, queue_id, from, recipient, fate, attempts, delay, relay, queued_as, \#
            reason

            title "What was turned away at the door"
            filter event in (reject, milter-reject) from contains {from} to contains {to}
              | select time, client, from, to, reason

            """#),
        ShippedScript(name: "forged-senders", text: #"""
            #!/usr/bin/env mlq
            # Who sends mail in the name of an address, and to whom?
            #
            #     mlq forged-senders /var/log/maillog*
            #
            # When: when `backscatter` or `retried-qids` shows an address that cannot have written to \#
            us (-D address=…).
            #
            # Read: many clients from unrelated networks, most of them unknown by name, are a botnet \#
            that forges the
            # address. What was rejected does no harm; what was accepted makes answers.

            param address = sally@uk.psi.com

            title "What was rejected from {address}"
            filter event=reject from={address}
              | stats n=count(), first=min(time), last=max(time), to=values(to) by client_net, \#
            client_name

            title "What was accepted from {address}"
            recipients | filter from={address} | select time, queue_id, client, recipient, fate

            title "What we sent to {address}"
            recipients | filter recipient={address} | select time, queue_id, from, attempts, fate, \#
            reason

            title "Senders whose mail comes from the most networks"
            filter event=reject
              | stats networks=dcount(client_net), n=count() by from
              | sort -networks
              | head 20

            """#),
        ShippedScript(name: "forwarding", text: #"""
            #!/usr/bin/env mlq
            # What do aliases and forwards send out, and does it arrive?
            #
            #     mlq forwarding /var/log/maillog*
            #
            # When: when forwarded spam harms our reputation, or forwards bounce.
            #
            # Read: forwarded mail has our address but another's sender: SPF fails at the destination \#
            without SRS.
            # Forwards to one provider that bounce or are throttled are best ended. Aliases that fan \#
            out show as one
            # `orig_to` with many `to`.

            title "Forwards by destination and outcome"
            messages
              | filter parent_kind=forward
              | extend recipient = recipients
              | explode recipient
              | count by domain(recipient) as to_domain, outcome

            title "Aliases that go to other addresses"
            recipients
              | filter recipient != (to)
              | stats n=count(), targets=dcount(to), lost=count() if fate!=delivered by recipient
              | head 20

            title "Mail from outside that went out again"
            recipients
              | filter process=smtp not missing(client_ip) missing(sasl_username)
              | stats n=count(), lost=count() if fate!=delivered by recipient, to_domain
              | head 20

            """#),
        ShippedScript(name: "greylist", text: #"""
            #!/usr/bin/env mlq
            # Who is greylisted, and how long does it take until the mail is let in?
            #
            #     mlq greylist /var/log/maillog*
            #
            # When: when mail from new senders is late, and to see whether greylisting is worth it.
            #
            # Read: clients that never come back were mostly spam; `wait` is how long those that did \#
            come back had to.
            # Large providers come back from other addresses, so look for their networks and except \#
            them. The last answer
            # is the other direction: who greylists us.

            title "Networks that were greylisted, and their first mail afterwards"
            filter (event=reject reason_class=greylisted) or (event=greylist action=greylist)
              | stats n=count(), first=min(time) by client_ip
              | join (filter event=client | stats accepted=min(time) by client_ip) on client_ip
              | extend wait = accepted - first
              | sort first

            title "What the policy server says"
            filter event=greylist | count by action, detail

            title "Who greylists us, and how long our mail then took"
            deliveries
              | filter reason_class=greylisted
              | stats attempts=count(), messages=dcount(queue_id), first=min(time), last=max(time) by \#
            to_domain, relay_name

            """#),
        ShippedScript(name: "health", text: #"""
            #!/usr/bin/env mlq
            # Which warnings and errors are there, and which are new?
            #
            #     mlq health /var/log/maillog*
            #
            # When: every day.
            #
            # Read: `first` tells since when a kind of warning is there: those that begin late are \#
            new. A fatal or a panic
            # is never noise: a daemon ended. `throttling` and `exit status` lines cluster behind the \#
            line that tells the
            # cause.

            param at = end-1d

            title "By severity and process"
            filter severity!=info | stats n=count(), first=min(time), last=max(time) by severity, \#
            process, event

            title "Kinds of text"
            filter severity!=info | patterns | select count, pattern | head 30

            title "Fatal and worse"
            filter severity in (error, fatal, panic) | tail 20 | select time, process, severity, text

            title "Per day, before and after {at}"
            filter severity!=info | compare ..{at} with {at}.. by process, event, reason | head 20

            """#),
        ShippedScript(name: "held-discarded", text: #"""
            #!/usr/bin/env mlq
            # What is held, or taken and silently thrown away?
            #
            #     mlq held-discarded /var/log/maillog*
            #
            # When: when mail is neither delivered nor returned.
            #
            # Read: a hold waits for an administrator (`postsuper -H`); a discard is told as \#
            `status=sent` or not at all.
            # Both come from rules: the text tells which.

            title "Messages"
            messages
              | filter outcome in (held, discarded, deleted)
              | select time, queue_id, from, recipients, outcome, detail

            title "Rules that hold or discard"
            filter event in (hold, discard, milter-hold, milter-discard) or action in (hold, discard)
              | stats n=count(), first=min(time), last=max(time) by event, process, reason

            title "Deliveries to the discard transport"
            filter event=delivery process=discard | stats n=count() by to_domain, detail

            title "Header and body checks"
            filter event=check | count by action, check_part, check_text

            """#),
        ShippedScript(name: "hourly-shape", text: #"""
            #!/usr/bin/env mlq
            # What is the usual day: taken, sent, deferred and rejected mail by hour?
            #
            #     mlq hourly-shape /var/log/maillog*
            #
            # When: to know the load, to choose an hour for maintenance, and to find hours unlike the \#
            same hour of other
            # days.
            #
            # Read: the heat map is the week as it is; the changes are hours that leave it, with what \#
            the weekday and the
            # hour always bring taken off. Where the clock goes back in autumn, one hour holds two.

            title "By hour of the day"
            stats connects=count() if event=connect, taken=count() if event=client, sent=count() if \#
            status=sent, deferred=count() if status=deferred, bounced=count() if status=bounced, \#
            rejected=count() if event=reject by hour_of_day
              | sort hour_of_day

            title "The week"
            filter event=client | count by weekday, hour_of_day | chart heat

            title "Hours unlike the others"
            stats taken=count() if event=client, deferred=count() if status=deferred per 1h | changes

            """#),
        ShippedScript(name: "limits", text: #"""
            #!/usr/bin/env mlq
            # Who exceeds limits, and which service of ours is full?
            #
            #     mlq limits /var/log/maillog*
            #
            # When: when clients get 421 or 450 4.7.1, or Postfix warns of a process limit.
            #
            # Read: a client over its limit is an attacker, or a partner that needs \#
            smtpd_client_event_limit_exceptions. A
            # service at its process limit is too small or its clients too slow. anvil tells the \#
            highest rates, so how
            # near the limit the usual is.

            title "Clients over a limit"
            filter event=limit
              | stats n=count(), most=max(rate), first=min(time), last=max(time) by stat_kind, \#
            limit_service, client_ip

            title "Services at their process limit, and processes that fail"
            filter event in (master-limit, throttle, process-end)
              | stats n=count(), first=min(time), last=max(time) by event, limit_service, worker

            title "The highest rates that anvil saw"
            filter event=anvil not missing(client_ip)
              | stats n=count(), most=max(rate) by stat_kind, limit_service, client_ip
              | sort -most
              | head 20

            title "Connections at once: the busiest minutes"
            filter event=connect | count by minute | top 10

            """#),
        ShippedScript(name: "lines-per-process-day", text: #"""
            #!/usr/bin/env mlq
            # Which process logs more than it used to?
            #
            #     mlq lines-per-process-day /var/log/maillog*
            #
            # When: when the log has grown. Clients that knock show in smtpd and postscreen, retries \#
            in qmgr, smtp and
            # error.
            #
            # Read: look for the column that leaves its usual level while the others stay. If smtpd is \#
            flat and qmgr and
            # smtp explode, mail that is already in the queue is retried. Before Postfix 2.4 qmgr, \#
            since then error, logs
            # deferrals of destinations that are known to be dead.

            title "Lines of each process, day by day"
            count by day, process | pivot process

            title "The processes and days with a change"
            count by day, process | changes

            """#),
        ShippedScript(name: "list-bounces", text: #"""
            #!/usr/bin/env mlq
            # Which list, alias or address makes us send bounces and notices?
            #
            #     mlq list-bounces /var/log/maillog*
            #
            # When: when there is much mail from <> or from the admins of lists.
            #
            # Read: the first answer tells to which recipients the mail went that bounced, and who got \#
            the bounces; a
            # recipient on our own domain is an alias or a list with dead members. The second shows \#
            the mail of list
            # software itself: replies to people who are no members.

            title "What bounced"
            messages
              | filter parent_kind=notification
              | select parent_queue_id as queue_id, recipients as told, outcome
              | join (messages | select queue_id, from as sender, recipients as bounced) on queue_id
              | explode bounced
              | stats bounces=count(), told=values(told) by bounced
              | head 20

            title "What list software sends"
            recipients
              | filter from ~ /^(mailer-daemon|owner-.*|.*-(admin|owner|bounces?|request))@/i
              | stats mails=count(), recipients=dcount(recipient), undelivered=count() if \#
            fate!=delivered by from

            title "Senders of the null address and their clients"
            messages | filter is_bounce=true | count by origin, client_name, outcome

            """#),
        ShippedScript(name: "log-health", text: #"""
            #!/usr/bin/env mlq
            # Can the log be trusted: are there holes, lost rotations or lines that were dropped?
            #
            #     mlq log-health /var/log/maillog*
            #
            # When: before conclusions from a log, most of all from what is *not* in it.
            #
            # Read: silences that are much longer than the median are crashes, lost files or a logger \#
            that was rate
            # limited. `dropped` is the number of lines that syslog says it threw away. A file that \#
            begins long after the
            # last one ends is a lost rotation; lines before it are out of order where the clock was \#
            set back.

            param silence = 10m

            title "Silences of more than {silence}, the longest first"
            extend gap = delta(time)
              | filter gap > {silence}
              | select time, host, gap, process
              | sort -gap
              | head 20

            title "Lines that the logger dropped"
            filter event=gap
              | stats n=count(), lines=sum(dropped), first=min(time), last=max(time) by host, process, \#
            detail

            title "Files, and the time between the end of one and the start of the next"
            files
              | extend missing_before = first - prev(last)
              | select file, lines, unrecognised, year, year_source, first, last, missing_before

            title "Clocks that were set back"
            filter event=clock | select time, host, text

            title "Hosts"
            stats lines=count(), first=min(time), last=max(time) by host

            """#),
        ShippedScript(name: "logins", text: #"""
            #!/usr/bin/env mlq
            # Who logs in from where, and from which networks for the first time?
            #
            #     mlq logins /var/log/maillog*
            #
            # When: regularly; and when an account may be in other hands.
            #
            # Read: `first` is the first login of a user from that network: the top of the second \#
            answer is what is new.
            # Networks that many accounts share are an office or a provider; a single account in many \#
            networks is either a
            # traveller or stolen. Only lines that begin a message count, so a user name counts once a \#
            mail.

            let logins = filter event=client not missing(sasl_username)

            title "Users"
            logins
              | stats mails=count(), networks=dcount(client_net), addresses=dcount(client_ip), \#
            days=dcount(day), last=max(time) by sasl_username

            title "The newest networks of a user"
            logins
              | stats mails=count(), first=min(time), last=max(time) by sasl_username, client_net, \#
            sasl_method
              | sort -first
              | head 30

            title "Logins to mailboxes"
            filter event=dovecot-login
              | stats n=count(), first=min(time), last=max(time) by user, client_ip
              | head 30

            """#),
        ShippedScript(name: "not-arrived", text: #"""
            #!/usr/bin/env mlq
            # Which mail of ours has not reached all its recipients?
            #
            #     mlq not-arrived /var/log/maillog*
            #
            # When: when a sender wants to know what did not arrive (-D domain=… for the sender's \#
            domain).
            #
            # Read: deferred is still in the queue, expired was given up after days, bounced was \#
            refused for good. The
            # last answers by domain tell whether it is one destination or many.

            param domain = ml.example.jp
            let missed = recipients | filter from_domain={domain} fate not in (delivered, passed)

            title "By sender"
            missed | stats n=count(), recipients=dcount(recipient) by from, fate

            title "By destination and reason"
            missed | stats n=count(), first=min(time), last=max(last) by to_domain, fate, reason | \#
            head 30

            title "The last of them"
            missed | tail 20 | select time, queue_id, from, recipient, fate, attempts, reason

            """#),
        ShippedScript(name: "postscreen", text: #"""
            #!/usr/bin/env mlq
            # How much does postscreen keep away, with which tests?
            #
            #     mlq postscreen /var/log/maillog*
            #
            # When: when postscreen is new, or its tests are changed.
            #
            # Read: PASS OLD are clients that it knows, PASS NEW those that passed the tests now. \#
            PREGREET, DNSBL and
            # HANGUP are what it caught; what then still reaches smtpd and is rejected there got \#
            through. One client may
            # have several lines in a session.

            let seen = filter process=postscreen

            title "Tests, day by day"
            seen | filter event!=postscreen-connect | count by day, event | pivot event

            title "What was found"
            seen | stats n=count(), clients=dcount(client_ip) by event, ps_test

            title "Ranks of clients in the DNS lists"
            seen | filter event=postscreen-dnsbl | count by ps_rank | sort -ps_rank

            title "What passed postscreen and was rejected by smtpd"
            filter event=reject process=smtpd | count by reject_class

            """#),
        ShippedScript(name: "provider-blocks", text: #"""
            #!/usr/bin/env mlq
            # Do large providers refuse or throttle us, for what, and since when?
            #
            #     mlq provider-blocks /var/log/maillog*
            #
            # When: when mail to one provider is late or comes back.
            #
            # Read: `first` tells since when; compare it with what you changed. blocked_rbl: a block \#
            list has us;
            # policy_spam: the content or our reputation; rate_limited: too much at once; \#
            auth_failed_spf_dkim_dmarc: DNS
            # records or signatures. The text of the reply often has an address to ask at.

            let refused = deliveries
              | filter status!=sent process in (smtp, error)
              | filter reason_class not in (connect_timeout, connect_refused, no_route, user_unknown, \#
            greylisted)

            title "What the destinations object to"
            refused
              | stats n=count(), messages=dcount(queue_id), first=min(time), last=max(time) by \#
            relay_name, to_domain, reason_class, dsn

            title "Their words"
            refused | patterns detail | select count, pattern | head 20

            title "All refusals by destination, with the part that was refused"
            deliveries
              | filter process=smtp reply_code >= 200
              | stats n=count(), sent=count() if status=sent, deferred=count() if status=deferred, \#
            bounced=count() if status=bounced by relay_name
              | extend refused = round(100 * (deferred + bounced) / n, 1)
              | sort -refused, -n
              | head 20

            """#),
        ShippedScript(name: "queue-growth", text: #"""
            #!/usr/bin/env mlq
            # How many messages are in the queue over time, and how old is the oldest?
            #
            #     mlq queue-growth /var/log/maillog*
            #
            # When: when mail is late, or to see whether a cure works.
            #
            # Read: the depth is what has come in less what has left, counted from 0 at the start of \#
            the log. A saw tooth
            # is usual, a steady rise a destination that is dead or a storm. Messages that `postsuper \#
            -d ALL` deletes
            # leave no line and stay in the count.

            let depth = messages
              | extend change = 1
              | select first as time, change
              | union (messages | filter not missing(removed) | extend change = -1 | select removed as \#
            time, change)
              | sort time
              | extend depth = running(change)

            title "The most messages in the queue on each day"
            depth | stats most=max(depth), least=min(depth), last=last(depth) per 1d

            title "The same as a picture"
            depth | max depth per 1h | chart line

            title "The oldest that are still there"
            messages
              | filter end_seen=false
              | sort first
              | head 10
              | select first, queue_id, from, recipients, attempts, outcome, reason

            """#),
        ShippedScript(name: "rejects-by-reason", text: #"""
            #!/usr/bin/env mlq
            # Who is turned away, why and by which rule?
            #
            #     mlq rejects-by-reason /var/log/maillog*
            #
            # When: every day; and when a partner says that we refuse his mail.
            #
            # Read: a rejection is one command of a client, not one mail. Warnings and holds are not \#
            rejections: look at
            # `action`. Many clients with one reason is the daily noise; one client with many is worth \#
            a look.

            title "Rules"
            filter event in (reject, milter-reject, proxy-reject, reject_warning, hold, discard)
              | stats n=count(), clients=dcount(client_ip), first=min(time), last=max(time) by event, \#
            where, reject_class, reason

            title "Networks"
            filter event in (reject, milter-reject, proxy-reject)
              | stats n=count(), clients=dcount(client_ip), reasons=dcount(reason) by client_net
              | head 20

            title "Recipients that are asked for in vain"
            filter event=reject reject_class="Recipient address"
              | stats n=count(), senders=dcount(from) by to
              | head 20

            title "Day by day"
            filter event in (reject, milter-reject) | count by day, reject_class | pivot reject_class

            """#),
        ShippedScript(name: "rejects-false-positive", text: #"""
            #!/usr/bin/env mlq
            # Whom do we turn away from whom we took mail at other times?
            #
            #     mlq rejects-false-positive /var/log/maillog*
            #
            # When: after a rule was made stricter, or when a partner complains.
            #
            # Read: clients that were rejected and also brought mail that was delivered. `reason` \#
            tells the rule. A client
            # that was rejected only for users that do not exist is harmless; one that was rejected \#
            for its name or its
            # network may have lost real mail.

            title "Clients that are both rejected and taken"
            filter event in (reject, milter-reject)
              | stats rejected=count(), last_rejected=max(time), reason=last(reason) by client_ip, \#
            client_name
              | join (recipients | filter fate=delivered not missing(client_ip) | stats \#
            delivered=count(), last_delivered=max(time) by client_ip) on client_ip
              | filter delivered > 0

            title "Domains of senders that are both rejected and taken"
            filter event in (reject, milter-reject)
              | stats rejected=count(), clients=dcount(client_ip) by from_domain
              | join (recipients | filter fate=delivered | stats delivered=count() by from_domain) on \#
            from_domain
              | filter delivered > 0
              | sort -delivered
              | head 20

            """#),
        ShippedScript(name: "retried-qids", text: #"""
            #!/usr/bin/env mlq
            # Which messages are retried most, and how often on each day?
            #
            #     mlq retried-qids /var/log/maillog*
            #
            # When: when qmgr and smtp log much more than usual.
            #
            # Read: an attempt is a delivery line of a deferred message; suspended deliveries, for \#
            which nothing was
            # tried, are left out. A usual message has some dozens of attempts in its five days; \#
            hundreds are a retry
            # storm. A column that ends in zeros is a message that has expired.

            let retries = deliveries | filter status=deferred is_suspended=false

            title "The messages with the most attempts"
            retries
              | stats attempts=count(), first=min(time), last=max(time), reason=last(reason) by \#
            queue_id, from, to
              | sort -attempts
              | head 20

            title "The five of them, day by day"
            let often = filter event=delivery status=deferred | top 5 queue_id
            retries | filter queue_id in often | count by day, queue_id | pivot queue_id

            """#),
        ShippedScript(name: "retry-storm", text: #"""
            #!/usr/bin/env mlq
            # Is some mail retried far more often than is usual?
            #
            #     mlq retry-storm /var/log/maillog*
            #
            # When: when the number of smtp processes is high although little mail comes in.
            #
            # Read: `median` and `p95` tell what is usual for a message that was deferred at all; the \#
            second answer shows
            # the messages with more than five times the usual 95th percentile of a queue with default \#
            settings (-D
            # limit=20 for another). `gap` is the time between two attempts: minimal_backoff_time is \#
            five minutes by
            # default, so a much shorter one means that something flushes the queue.

            param limit = 100
            let deferred = recipients | filter attempts > 1

            title "Attempts for a recipient of deferred mail"
            deferred | stats recipients=count(), median(attempts), p95(attempts), max(attempts)

            title "Tried more than {limit} times"
            deferred
              | filter attempts > {limit}
              | sort -attempts
              | select queue_id, from, to, attempts, first, last, fate, reason

            title "Who sends what is retried, and how long it waits between attempts"
            deliveries
              | filter attempt > 1
              | stats attempts=count(), messages=dcount(queue_id), gap=median(gap) by from, to_domain
              | head 20

            """#),
        ShippedScript(name: "slow-mail", text: #"""
            #!/usr/bin/env mlq
            # Which mail took long, and in which part of its delay?
            #
            #     mlq slow-mail /var/log/maillog*
            #
            # When: when people say that mail is slow (-D limit=10m for another measure of long).
            #
            # Read: delay_a is the time before the queue manager took the message up, all earlier \#
            attempts included;
            # delay_b the wait in the active queue; delay_c the connection; delay_d the transmission. \#
            A large delay_a with
            # several attempts is a destination that defers, without them a slow local disk or a full \#
            incoming queue.

            param limit = 1h
            let slow = deliveries | filter status=sent delay > {limit}

            title "Delivered after more than {limit}"
            slow
              | stats n=count(), attempts=median(attempt), p50(delay_a), p95(delay_b), p95(delay_c), \#
            p95(delay_d) by to_domain
              | head 20

            title "The slowest"
            deliveries
              | filter status=sent
              | sort -delay
              | head 20
              | select time, queue_id, from, to, relay_name, attempt, delay, delays

            """#),
        ShippedScript(name: "tls-report", text: #"""
            #!/usr/bin/env mlq
            # Which mail goes in or out without TLS, or with old or untrusted TLS?
            #
            #     mlq tls-report /var/log/maillog*
            #
            # When: before TLS is required, or old protocols are turned off.
            #
            # Read: `smtp_tls_loglevel = 1` and `smtpd_tls_loglevel = 1` must be set, or nothing is \#
            logged. Trusted and
            # Verified: the certificate was checked; Untrusted and Anonymous: encrypted only. A \#
            destination with mail but
            # without TLS lines gets it in the clear. TLSv1 and TLSv1.1 are what turning them off \#
            would lose.

            title "Connections by direction, trust and protocol"
            filter event=tls | count by tls_direction, tls_level, tls_protocol

            title "Destinations: deliveries, and TLS connections to them"
            filter event=delivery status=sent process=smtp relay_port=25
              | stats delivered=count() by relay_name
              | join (filter event=tls tls_direction=to | stats tls=count(), level=values(tls_level), \#
            protocol=values(tls_protocol) by relay_name) on relay_name
              | extend kind = if(missing(tls), "plain text", "TLS")
              | sort kind, -delivered

            title "Clients that use old protocols"
            filter event=tls tls_direction=from tls_protocol in (SSLv3, TLSv1, TLSv1.1)
              | count by client_name, client_net, tls_protocol

            title "What failed"
            filter event in (tls-fail, tls-verify, tls-abort, tls-start)
              | stats n=count(), last=max(time) by event, process, reason

            """#),
        ShippedScript(name: "top-senders", text: #"""
            #!/usr/bin/env mlq
            # Who sends and who gets the most mail, by number and by bytes?
            #
            #     mlq top-senders /var/log/maillog*
            #
            # When: to know what is usual before something happens.
            #
            # Read: a message counts once, whatever its recipients; its size counts once too. Messages \#
            that go on under
            # another queue id (behind a content filter) are `passed` and are left out, since they \#
            would count twice.

            let mail = messages | filter outcome!=passed

            title "Senders"
            mail | stats messages=count(), bytes=sum(size), recipients=sum(nrcpt) by from | head 20

            title "Domains of senders, by bytes"
            mail | stats messages=count(), bytes=sum(size) by from_domain | sort -bytes | head 20

            title "Recipients"
            recipients | filter fate!=passed | stats mails=count(), bytes=sum(size) by recipient | \#
            head 20

            title "Domains of recipients"
            recipients
              | filter fate!=passed
              | stats mails=count(), recipients=dcount(recipient), bytes=sum(size) by to_domain
              | head 20

            """#),
        ShippedScript(name: "trace-message", text: #"""
            #!/usr/bin/env mlq
            # What happened to this message, over all its hops and bounces?
            #
            #     mlq trace-message /var/log/maillog*
            #
            # When: for one mail: name a queue id, an address or a message-id with -D what=….
            #
            # Read: the lines of each message stand together, with those of its session and of its \#
            bounces and forwards as
            # messages of their own. After a message whose end the log does not show stands `+++ not \#
            finished +++`.

            param what = sally@uk.psi.com

            title "Messages that {what} touches"
            trace {what}
              | filter not missing(queue_id)
              | stats first=min(time), last=max(time), lines=count() by queue_id
              | sort first

            title "Their lines"
            trace {what}
              | filter event not in (active, delivery, connect-fail)
              | select time, process, text
              | head 100

            """#),
        ShippedScript(name: "unparsed", text: #"""
            #!/usr/bin/env mlq
            # What in the log does mlq not understand?
            #
            #     mlq unparsed /var/log/maillog*
            #
            # When: to know how far an answer can be trusted, and to tell us what is missing.
            #
            # Read: lines of programs beside the mail system are expected here, lines of Postfix are \#
            not. Send the texts
            # of those.

            title "Lines without an event, by process"
            filter event=other | count by process, severity

            title "Their texts"
            filter event=other | patterns | select count, pattern | head 30

            title "Reasons without a class"
            filter reason_class=other | count by event, reason | head 20

            title "Lines whose time was not understood, by file"
            files | select file, lines, unrecognised

            title "All events, for comparison"
            count by event

            """#),
        ShippedScript(name: "user-unknown", text: #"""
            #!/usr/bin/env mlq
            # Which addresses that we write to do not exist, and who writes to them?
            #
            #     mlq user-unknown /var/log/maillog*
            #
            # When: to clean the members of lists and the addresses of newsletters: providers count \#
            such mail against us.
            #
            # Read: one sender with many unknown addresses has an old or a bought list, or a \#
            compromised account; one
            # address with many senders has moved. Addresses of our own domain are those that we \#
            accept and then cannot
            # deliver: better refused when the client names them.

            let unknown = deliveries | filter status=bounced (reason_class=user_unknown or dsn=5.1.1)

            title "Addresses"
            unknown
              | stats n=count(), senders=dcount(from), last=max(time), from=values(from) by to
              | head 30

            title "Senders"
            unknown | stats n=count(), addresses=dcount(to) by from

            title "Domains and days"
            unknown | count by day, to_domain | pivot to_domain

            """#),
        ShippedScript(name: "why-deferred", text: #"""
            #!/usr/bin/env mlq
            # Why is mail deferred: for which reasons, to which domains and hosts?
            #
            #     mlq why-deferred /var/log/maillog*
            #
            # When: when the queue grows or senders ask where their mail is.
            #
            # Read: attempts say how much work a reason makes, messages how much mail it holds up. One \#
            domain with one
            # reason is its own problem; many domains with one reason is yours (DNS, the network, a \#
            block list). Suspended
            # deliveries were not tried, because an earlier one had failed.

            let deferred = deliveries | filter status=deferred

            title "Reasons"
            deferred
              | stats attempts=count(), messages=dcount(queue_id), domains=dcount(to_domain), \#
            suspended=count() if is_suspended=true, first=min(time), last=max(time) by reason_class

            title "What the other side or the network said"
            deferred | stats attempts=count(), messages=dcount(queue_id) by reason | head 20

            title "Destinations"
            deferred
              | stats attempts=count(), messages=dcount(queue_id), reason=last(reason_class) by \#
            to_domain
              | head 20

            title "Deferrals per day"
            deferred | count by day, reason_class | pivot reason_class

            """#),
    ]
}
