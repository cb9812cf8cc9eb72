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
            lists) that went out
            # to an address from which mail had come within the hour before. `cause` is where that \#
            mail had gone to: the
            # list or alias whose policy must change, so that it rejects or ignores, but does not \#
            reply. Much that is
            # expired or deferred means that the senders were forged.
            #
            # Answer:
            #   What answers to whom it should not, and what became of the answers
            #   cause                    automatic_sender              answers  addresses  attempts  \#
            undelivered
            #   maint@ml.example.jp      maint-admin@ml.example.jp         105        102     5,664    \#
                  104
            #   announce@ml.example.jp   announce-admin@ml.example.jp        1          1         1    \#
                    0
            #   kernel@ml.example.jp     kernel-admin@ml.example.jp          1          1         1    \#
                    0
            #   webmaster@ml.example.jp  announce-admin@ml.example.jp        1          1         1    \#
                    0
            #
            #   The addresses that take the most attempts
            #   recipient                             cause                attempts  fate
            #   sally@uk.psi.com                      maint@ml.example.jp     1,470  expired
            #   office@timber-online.example.net      maint@ml.example.jp       114  expired
            #   service@falcon-media.example.net      maint@ml.example.jp       102  deferred
            #   …

            param within = 1h
            let automatic = recipients
              | filter is_bounce=true or from ~ \#
            /^(mailer-daemon|postmaster|owner-.*|.*-(admin|owner|bounces?|request))@/i
              | filter process in (smtp, error)
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
            answers | count by bin(time, 1d) as day, fate | chart

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
            #
            # Answer:
            #   Deliveries by status, before and after end-7d
            #   status    before   after   change  ratio  mark
            #   deferred   92.82   530.3    437.5   5.71
            #   sent       85.43   89.43     3.99   1.05
            #   bounced   0.9525  0.1429  -0.8096   0.15
            #
            #   Reasons of what was not sent
            #   reason_class     before   after   change  ratio  mark
            #   connect_timeout   85.86   346.3    260.4   4.03
            #   connect_refused    6.29     174    167.7  27.68
            #   no_route         0.6667      10     9.33     15
            #   user_unknown     0.9525  0.1429  -0.8096   0.15
            #
            #   Rejections
            #   reject_class       before  after  change   ratio  mark
            #   Recipient address   29.15  24.86   -4.29  0.8529
            #   Client host         40.48  40.86   0.378    1.01

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
            #
            # Answer: the example logs have no failed logins; of Tests/Data/submission.maillog:
            #   Addresses, and logins from there
            #   client_ip   failed  first                last                 logins  users
            #   192.0.2.66       4  2026-11-23 09:00:00  2026-11-23 09:00:21       1  bob@example.org
            #
            #   Users that are tried
            #   name               failed  networks
            #   bob                     1         1
            #   bob@example.org         1         1
            #   carol@example.org       1         1
            #
            #   The busiest hours
            #   hour              failed  addresses
            #   2026-11-23 09:00       4          1

            let failures = filter event in (sasl-fail, dovecot-login-fail, saslauthd, \#
            sendmail-login-fail, exim-login-fail)

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
            #
            # Answer:
            #   What is logged each day
            #   day            bytes
            #   2012-12-09   75.0 kB  █████████████████▉
            #   2012-12-10   96.4 kB  ██████████████████████▉
            #   2012-12-11   97.4 kB  ███████████████████████▏
            #   …
            #
            #   The days on which it changes
            #   day         change  before  after       p
            #   2012-12-25  step       754  1,930  0.0001

            title "What is logged each day"
            stats lines=count(), bytes=sum(bytes) by day | chart

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
            #
            # Answer:
            #   Lines by process and event, before and after end-7d
            #   process  event         before  after   change   ratio  mark
            #   qmgr     active         161.2  611.3    450.1    3.79
            #   smtp     delivery       130.6  439.3    308.7    3.36
            #   smtp     connect-fail    8.14    195    186.9   23.95
            #   error    delivery           6  129.6    123.6   21.59
            #   …
            #
            #   Reasons of deferrals and bounces
            #   status    reason                                                                   \#
            before   after   change  rat…
            #   deferred  connect to <host>: Connection timed out                                   \#
            81.39   264.9    183.5   3.…
            #   deferred  connect to <host>: Connection refused                                      \#
            4.95   128.4    123.5  25.…
            #   deferred  delivery temporarily suspended: connect to <host>: Connection timed out    \#
            4.48   81.43    76.95  18.…
            #   deferred  delivery temporarily suspended: connect to <host>: Connection refused      \#
            1.33   45.57    44.24  34.…
            #   …
            #
            #   Destinations
            #   to_domain                  before  after  change   ratio  mark
            #   uk.psi.com                   66.1  11.71  -54.39  0.1772
            #   harbor-online.example.net  0.8096  44.57   43.76   55.05
            #   castle-media.example.net     2.29     45   42.71   19.69
            #   yonder-trade.example.net     2.43  39.86   37.43   16.41
            #   …

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
            # Read: `usual` is the mean of the account's other days, 0 if there are none. A stolen \#
            account shows in
            # several columns at once: many mails, many recipients, several networks, many that do not \#
            arrive. A
            # newsletter shows in recipients alone. Days of fewer recipients than `least` are left out \#
            (-D least=50).
            #
            # Answer: no account of the example logs does; of Tests/Data/submission.maillog:
            #   Days on which an account sent to more than five times as many as on its other days
            #   sasl_username    day         recipients  mails  networks  lost  usual
            #   bob@example.org  2026-11-24           7      1         1     2      1
            #
            #   Accounts
            #   sasl_username    mails  recipients  domains  networks  senders  lost
            #   bob@example.org      2           8        2         2        2     2
            #
            #   Accounts that send in other names
            #   sasl_username    n  from
            #   bob@example.org  7  winner@lottery.example

            param least = 5
            let sent = recipients | filter not missing(sasl_username)

            title "Days on which an account sent to more than five times as many as on its other days"
            sent
              | stats n=count(), recipients=dcount(recipient), mails=dcount(queue_id), \#
            networks=dcount(client_net), lost=count() if fate in (bounced, expired, deferred) by \#
            sasl_username, day
              | join (sent | stats total=count(), days=dcount(day) by sasl_username) on sasl_username
              | extend usual = if(days > 1, round((total - n) / (days - 1), 1), 0)
              | filter recipients >= {least} recipients > (5 * usual)
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
            #
            # Answer:
            #   Domains that could not be reached
            #   to_domain                   reason_class     attempts  messages  first                \#
            last                 sent…
            #   uk.psi.com                  connect_timeout     1,470         1  2012-12-25 22:41:18  \#
            2012-12-30 22:16:43
            #   castle-media.example.net    connect_refused       363         7  2012-12-26 05:51:22  \#
            2013-01-06 01:31:44
            #   yonder-trade.example.net    connect_refused       330         7  2012-12-26 04:56:25  \#
            2013-01-06 02:21:04
            #   harbor-online.example.net   connect_refused       329         6  2012-12-27 18:58:01  \#
            2013-01-06 02:48:42
            #   …
            #
            #   Addresses that did not answer
            #   relay_name                      relay_ip        reason_class       n  first            \#
                last
            #   smtp.castle-media.example.net   198.51.100.64   connect_refused  271  2012-12-26 \#
            05:51:22  2013-01-06 01:31:44
            #   mail.harbor-online.example.net  192.0.2.88      connect_refused  248  2012-12-27 \#
            18:58:01  2013-01-06 02:48:42
            #   mx1.yonder-trade.example.net    198.51.100.172  connect_refused  247  2012-12-26 \#
            04:56:25  2013-01-06 02:21:04
            #   …

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
            #
            # Answer:
            #   95th percentile of each part, day by day
            #   day           n  p95_delay_a  p95_delay_b  p95_delay_c  p95_delay_d
            #   2012-12-09   70         2.6s         50ms        860ms        840ms
            #   2012-12-10   87         2.5s         50ms        820ms        800ms
            #   2012-12-11  103         1.9s         50ms        830ms        830ms
            #   …
            #
            #   By destination
            #   relay_name                    n  median_delay  p95_delay_a  p95_delay_b  p95_delay_c  \#
            p95_delay_d
            #   local                     1,251         980ms         2.7s         10ms           0s   \#
                 400ms
            #   smtp.delta.example           45          2.1s         1.3s         50ms        830ms   \#
                 820ms
            #   smtp.jasmine.example         44          1.6s         1.4s         60ms        360ms   \#
                 820ms
            #   mx.mobile.example            42          2.1s         1.4s         50ms        840ms   \#
                 810ms
            #   …
            #
            #   Days that are unlike the others
            #   time  change  before  after  p

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
            #
            # Answer: nothing of the kind is in the example logs; of \#
            Tests/Data/postfix-3.7.11.maillog:
            #   Starts, stops, reloads, versions
            #   time                 host  event   version  text
            #   2026-11-23 16:39:01  mx1   script           starting the Postfix mail system
            #   2026-11-23 16:39:01  mx1   start   3.7.11   daemon started -- version 3.7.11, \#
            configuration /srv/mx1/conf
            #   2026-11-23 16:40:10  mx1   script           refreshing the Postfix mail system
            #   2026-11-23 16:40:10  mx1   reload  3.7.11   reload -- version 3.7.11, configuration \#
            /srv/mx1/conf
            #   2026-11-23 16:40:17  mx1   script           stopping the Postfix mail system
            #
            #   Tables, settings and services
            #   count  pattern
            #       8  maildir access problem for UID/GID=<n>: create maildir file \#
            /srv/mx1/mail/box/tmp/<n>.P9752.vm: Permissi…
            #       8  perhaps you need to create the maildirs in advance

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
            #
            # Answer: the example logs have no postscreen; of Tests/Data/submission.maillog:
            #   Lists
            #   dnsbl_domain  n  clients
            #   zen.example   2        2
            #   drop.example  1        1
            #
            #   Clients that only one list knows, by list
            #   dnsbl_domain  alone
            #   zen.example       1
            #
            #   Rejections of smtpd by a list
            #   reason                                                        count
            #   Service unavailable; client <host> blocked using zen.example      1

            let listed = filter event=dnsbl

            title "Lists"
            listed
              | stats n=count(), clients=dcount(client_ip) by dnsbl_domain

            title "Clients that only one list knows, by list"
            listed
              | stats lists=dcount(dnsbl_domain), dnsbl_domain=first(dnsbl_domain) by client_ip
              | filter lists=1
              | stats alone=count() by dnsbl_domain

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
            tells `why`.
            # Expired mail of automatic senders is backscatter. Few attempts in a long time mean a \#
            long backoff.
            #
            # Answer:
            #   By sender, destination and last reason
            #   from_domain    to_domain                  why                                      n  \#
            attempts  first          …
            #   ml.example.jp  castle-media.example.net   connect to <host>: Connection refused    6   \#
               52.5  2012-12-26 05:5…
            #   ml.example.jp  timber-online.example.net  connect to <host>: Connection timed out  6   \#
               48.5  2012-12-26 01:1…
            #   ml.example.jp  harbor-online.example.net  connect to <host>: Connection refused    5   \#
                 57  2012-12-27 18:5…
            #   ml.example.jp  yonder-trade.example.net   connect to <host>: Connection refused    5   \#
                 51  2012-12-26 04:5…
            #   …
            #
            #   By day
            #   expired_on  count
            #   2012-12-30      1  ██████▎
            #   2012-12-31     13  \#
            █████████████████████████████████████████████████████████████████████████████████
            #   2013-01-01      9  ████████████████████████████████████████████████████████▏
            #   2013-01-02      8  █████████████████████████████████████████████████▉
            #   …
            #
            #   Senders
            #   from                        n  attempts
            #   maint-admin@ml.example.jp  58     4,292

            let expired = recipients
              | filter fate=expired
              | extend why = replace(reason, "delivery temporarily suspended: ", "")

            title "By sender, destination and last reason"
            expired
              | stats n=count(), attempts=median(attempts), first=min(time), last=max(last) by \#
            from_domain, to_domain, why
              | head 30

            title "By day"
            messages | filter outcome=expired | count by bin(last, 1d) as expired_on | chart

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
            #
            # Answer: the example logs have no content filter; of Tests/Data/postfix-3.7.11.maillog:
            #   Time in filters and other local hops, day by day
            #   day         relay                       n  median_delay_d  p95_delay_d  p95_delay_b  \#
            max_delay_d
            #   2026-11-23  127.0.0.1[127.0.0.1]:10026  2              0s           0s         10ms    \#
                   0s
            #   2026-11-23  127.0.0.1[127.0.0.1]:10096  3            40ms         40ms         80ms    \#
                 40ms
            #   2026-11-23  127.0.0.1[127.0.0.1]:10097  8              0s           0s         30ms    \#
                   0s
            #   2026-11-23  127.0.0.1[127.0.0.1]:10098  8            40ms         50ms         20ms    \#
                 50ms
            #   2026-11-23  127.0.0.1[127.0.0.1]:10099  4              0s           0s         20ms    \#
                   0s
            #
            #   Messages that went on under another queue id
            #   origin  n  queue_time  slowest
            #   smtp    2          0s       0s

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
            #     mlq find-message -D from=alice@ -D to=example.org /var/log/maillog*
            #
            # When: when someone asks "where is my mail?" (-D from=… -D to=…; a part of each will do).
            #
            # Read: `fate` tells what became of it, `status` and `reason` are those of the last \#
            attempt. `recipient` is
            # the address that the sender wrote to, `to` the one behind the alias. Delivered means \#
            that the next server
            # took it; ask there with `queued_as`.
            #
            # Answer:
            #   Mail from @ml.example.jp to @island.example.org
            #   time                 queue_id     from                          recipient              \#
                    fate       attem…
            #   2012-12-11 04:35:18  38E82C4027B  bsd-admin@ml.example.jp       \#
            karl@island.example.org        delivered       …
            #   2012-12-11 17:17:35  43FBDC4036E  kernel-admin@ml.example.jp    \#
            victor@island.example.org      delivered       …
            #   2012-12-11 17:46:36  822ADC40374  announce-admin@ml.example.jp  \#
            dave@island.example.org        delivered       …
            #   2012-12-12 10:10:09  DF503C40460  kernel-admin@ml.example.jp    \#
            heidi@island.example.org       delivered       …
            #   …

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
            #     mlq forged-senders -D address=alice@example.org /var/log/maillog*
            #
            # When: when `backscatter` or `retried-qids` shows an address that cannot have written to \#
            us (-D address=…).
            #
            # Read: many clients from unrelated networks, most of them unknown by name, are a botnet \#
            that forges the
            # address. What was rejected does no harm; what was accepted makes answers.
            #
            # Answer:
            #   What was rejected from sally@uk.psi.com
            #   client_net       client_name  n  first                last                 to
            #   198.18.206.0/24  unknown      1  2012-12-25 22:30:37  2012-12-25 22:30:37  \#
            user1@ml.example.jp
            #   198.19.123.0/24  unknown      1  2012-12-25 21:11:14  2012-12-25 21:11:14  \#
            service@ml.example.jp
            #   198.19.161.0/24  unknown      1  2012-12-26 05:19:51  2012-12-26 05:19:51  \#
            contact@ml.example.jp
            #   …
            #
            #   What was accepted from sally@uk.psi.com
            #   time                 queue_id     client                                      \#
            recipient            fate
            #   2012-12-25 22:41:15  8675EC4175F  198-18-49-52.ppp.example.org[198.18.49.52]  \#
            maint@ml.example.jp  delivered
            #
            #   What we sent to sally@uk.psi.com
            #   time                 queue_id     from                       attempts  fate     reason
            #   2012-12-25 22:41:17  90442C9CB29  maint-admin@ml.example.jp     1,470  expired  \#
            connect to <host>: Connection t…

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
            #
            # Answer: no mail of the example logs is forwarded; of Tests/Data/postfix-3.7.11.maillog:
            #   Forwards by destination and outcome
            #   to_domain        outcome  count
            #   mx1.example.org  bounced      1
            #
            #   Aliases that go to other addresses
            #   recipient          n  targets  lost
            #   fwd@v.example      1        1     1
            #   info@v.example     1        1     1
            #   lists@example.org  1        1     1
            #
            #   Mail from outside that went out again
            #   recipient          to_domain        n  lost
            #   x@refused.example  refused.example  3     3
            #   alice@example.org  example.org      2     2
            #   bob@ok.example     ok.example       1     0
            #   …

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
            #
            # Answer: the example logs have no greylisting; of Tests/Data/submission.maillog:
            #   Clients that were greylisted, and their first mail afterwards
            #   client_ip    n  first                accepted               wait
            #   203.0.113.5  2  2026-11-23 08:00:13  2026-11-23 08:06:20  6m 07s
            #
            #   What the policy server says
            #   action    detail         count
            #   greylist  new                1
            #   pass      triplet found      1

            title "Clients that were greylisted, and their first mail afterwards"
            filter (event=reject reason_class=greylisted) or (event=greylist action=greylist)
              | stats n=count(), first=min(time) by client_ip
              | join (filter event=client | select client_ip, time as accepted) on client_ip
              | stats n=max(n), first=min(first), accepted=min(accepted) if accepted >= (first) by \#
            client_ip
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
            #
            # Answer:
            #   By severity and process
            #   severity  process  event        n  first                last
            #   warning   smtpd    peer-name  202  2012-12-09 10:27:22  2013-01-05 18:21:29
            #
            #   Kinds of text
            #   count  pattern
            #     202  hostname <*> does not resolve to address <ip>
            #
            #   Per day, before and after end-1d
            #   process  event      reason                       before  after  change   ratio  mark
            #   smtpd    peer-name  does not resolve to address     7.3      5    -2.3  0.6852

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
            `status=sent` or not at
            # all. Both come from rules: the other answers tell which.
            #
            # Answer: nothing is held in the example logs; of Tests/Data/postfix-3.7.11.maillog:
            #   Messages
            #   time                 queue_id     from         recipients      outcome    detail
            #   2026-11-23 16:39:34  B59DBF8A2DD  s@c.example  x@disc.example  discarded  policy says \#
            no
            #   2026-11-23 16:39:34  CD5F0F8A0C2  s@c.example                  discarded
            #   2026-11-23 16:39:34  C0B12F8A63F  s@c.example                  held
            #   2026-11-23 16:39:34  CCE9BF8A103  s@c.example                  held
            #
            #   Rules that hold or discard
            #   event    process  reason                                        n  first               \#
             last
            #   check    cleanup                                                1  2026-11-23 16:39:34 \#
             2026-11-23 16:39:34
            #   discard  smtpd    <name>: Helo command triggers DISCARD action  1  2026-11-23 16:39:34 \#
             2026-11-23 16:39:34
            #   hold     smtpd    <name>: Helo command triggers HOLD action     1  2026-11-23 16:39:34 \#
             2026-11-23 16:39:34
            #
            #   Deliveries to the discard transport
            #   to_domain     detail          n
            #   disc.example  policy says no  1

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
            #
            # Answer:
            #   By hour of the day
            #   hour_of_day  connects  taken  sent  deferred  bounced  rejected
            #             0       103     51    75       264        1        48
            #             1        96     42    67       252        0        47
            #             2        92     37    58       264        0        51
            #   …
            #
            #   The week
            #        0  1  2  3  4  5  6  7  8  9  10 11 12 13 14 15 16 17 18 19 20 21 22 23
            #   Mon  ▒▒▒░░░▒▒▒░░░░░░░░░▒▒▒▓▓▓▓▓▓██████▓▓▓▓▓▓███▓▓▓███▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▒▒▒
            #   Tue  ▒▒▒░░░▒▒▒░░░▒▒▒░░░▒▒▒▓▓▓▓▓▓█████████▓▓▓████████████▓▓▓▒▒▒▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒
            #   Wed  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▓▓▓▓▓▓███▓▓▓█████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▒▒▒
            #   Thu  ▒▒▒▒▒▒▒▒▒░░░▒▒▒░░░▒▒▒▒▒▒▓▓▓▓▓▓██████▓▓▓████████████▒▒▒▓▓▓███▓▓▓▓▓▓███▓▓▓
            #   Fri  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▓▓▓▓▓▓███▒▒▒▓▓▓▓▓▓▓▓▓██████▓▓▓▓▓▓▓▓▓▒▒▒▒▒▒███▒▒▒
            #   Sat  ▒▒▒▒▒▒▒▒▒▒▒▒░░░▒▒▒▒▒▒▒▒▒▓▓▓██████▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▓▓▓▒▒▒░░░
            #   Sun  ▒▒▒▒▒▒░░░▒▒▒▒▒▒░░░▒▒▒▒▒▒▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓███▓▓▓███▓▓▓▒▒▒▒▒▒▓▓▓▒▒▒▒▒▒
            #   count: ░ up to 4  ▒ up to 9  ▓ up to 13  █ up to 18
            #
            #   Hours unlike the others
            #   time              change  before  after          p
            #   2012-12-25 22:00  step         0     22  3.89e-101
            #   2012-12-30 01:00  step        19     22   6.78e-09

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
            #
            # Answer: no limit is reached in the example logs; of Tests/Data/submission.maillog:
            #   Clients over a limit
            #   stat_kind               limit_service  client_ip   n  most  first                last
            #   Connection concurrency  smtp           192.0.2.66  1    51  2026-11-23 09:00:30  \#
            2026-11-23 09:00:30
            #
            #   Services at their process limit, and processes that fail
            #   event         limit_service  worker  n  first                last
            #   master-limit  smtp                   1  2026-11-23 09:00:31  2026-11-23 09:00:31
            #
            #   The highest rates that anvil saw
            #   stat_kind   limit_service  client_ip   n  most
            #   connection  smtp           192.0.2.66  1    58

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
            filter event=connect | count by minute | nofill | top 10

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
            #
            # Answer:
            #   The processes and days with a change
            #   day         process  change  before  after         p
            #   2012-12-10  cleanup  drift       64     82  6.28e-07
            #   2012-12-25  qmgr     step       134    687    0.0001
            #   2012-12-25  smtp     step        45    605    0.0002
            #   2012-12-26  pickup   step         7     15    0.0004
            #   2012-12-26  error    step         0    126    0.0002
            #   2012-12-31  bounce   spike        1     13

            title "Lines of each process, day by day"
            count by day, process | pivot process

            title "The same as a picture"
            count by day, process | chart

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
            #
            # Answer:
            #   What bounced
            #   bounced                            bounces  told
            #   frank@castle.example.org                 2  ayumi@ml.example.jp, yoko@ml.example.jp
            #   mary@bravo-online.example.net            2  maint-admin@ml.example.jp
            #   office@timber-online.example.net         2  maint-admin@ml.example.jp
            #   abuse@castle-media.example.net           1  maint-admin@ml.example.jp
            #   …
            #
            #   What list software sends
            #   from                          mails  recipients  undelivered
            #   maint-admin@ml.example.jp       194         190          104
            #   bsd-admin@ml.example.jp         114         107            0
            #   tex-admin@ml.example.jp          99          97            0
            #   announce-admin@ml.example.jp     96          90            0
            #   users-admin@ml.example.jp        92          88            0
            #   kernel-admin@ml.example.jp       89          82            0
            #   dev-admin@ml.example.jp          87          83            0

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
            # Read: a silence of many times the `p99` is a crash, a lost file or a logger that was \#
            rate limited; at
            # night a small server is silent for long without a fault. `lines` is the number of lines \#
            that syslog says
            # it threw away. A file that begins long after the last one ends is a lost rotation.
            #
            # Answer:
            #   How long the log is silent between two lines
            #    lines  median_gap  p99_gap  max_gap
            #   33,498          1s  14m 33s   1h 07m
            #
            #   Silences of more than 10m, the longest first
            #   time                 host      gap  process
            #   2012-12-19 05:16:26  mail   1h 07m  smtpd
            #   2012-12-24 03:16:17  mail   1h 06m  smtpd
            #   2012-12-16 04:00:08  mail   1h 05m  smtpd
            #   …
            #
            #   Files, and the time between the end of one and the start of the next
            #   file                                   lines  unrecognised  year  year_source      \#
            first                last   …
            #   Examples/maillog/maillog-20121216.gz   5,127             0  2012  its message ids  \#
            2012-12-09 03:24:07  2012-12…
            #   Examples/maillog/maillog-20121223.gz   5,110             0  2012  its message ids  \#
            2012-12-16 04:00:08  2012-12…
            #   Examples/maillog/maillog-20121230      9,082             0  2012  its message ids  \#
            2012-12-23 03:36:39  2012-12…
            #   Examples/maillog/maillog-20130106     14,179             0  2012  its message ids  \#
            2012-12-30 03:24:46  2013-01…

            param silence = 10m
            let silences = extend gap = delta(time)

            title "How long the log is silent between two lines"
            silences | stats lines=count(), median(gap), p99(gap), max(gap)

            title "Silences of more than {silence}, the longest first"
            silences
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
            #
            # Answer:
            #   Users
            #   sasl_username             mails  networks  addresses  days  last
            #   naoko@ml.example.jp          30        18         19    16  2013-01-05 10:09:01
            #   hanako@ml.example.jp         26        19         19    19  2013-01-05 18:26:00
            #   postmaster@ml.example.jp     25        21         21    19  2013-01-06 03:02:35
            #   sachiko@ml.example.jp        24        17         17    16  2013-01-06 00:02:41
            #   …
            #
            #   The newest networks of a user
            #   sasl_username             client_net       sasl_method  mails  first                \#
            last
            #   mariko@ml.example.jp      198.19.115.0/24  PLAIN            1  2013-01-06 00:43:01  \#
            2013-01-06 00:43:01
            #   sachiko@ml.example.jp     198.19.99.0/24   PLAIN            1  2013-01-06 00:02:41  \#
            2013-01-06 00:02:41
            #   tomoko@ml.example.jp      198.19.60.0/24   PLAIN            1  2013-01-05 21:24:42  \#
            2013-01-05 21:24:42
            #   info@ml.example.jp        198.19.128.0/24  PLAIN            1  2013-01-05 19:13:14  \#
            2013-01-05 19:13:14
            #   …

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
            # Which mail has not reached all its recipients, and why?
            #
            #     mlq not-arrived /var/log/maillog*
            #
            # When: when a sender wants to know what did not arrive, and after an outage.
            #
            # Read: deferred is still in the queue, expired was given up after days, bounced was \#
            refused for good. The
            # answer by destination tells whether it is one destination or many. For one sender or \#
            recipient, ask
            # `find-message`.
            #
            # Answer:
            #   By sender
            #   from                       fate       n  recipients
            #   maint-admin@ml.example.jp  expired   58          56
            #   maint-admin@ml.example.jp  deferred  44          44
            #   jun@ml.example.jp          bounced    2           2
            #   kaori@ml.example.jp        bounced    2           2
            #   maint-admin@ml.example.jp  bounced    2           2
            #   sales@ml.example.jp        bounced    2           2
            #   …

            let missed = recipients
              | filter fate not in (delivered, passed)
              | extend why = replace(reason, "delivery temporarily suspended: ", "")

            title "By sender"
            missed | stats n=count(), recipients=dcount(recipient) by from, fate

            title "By destination and reason"
            missed | stats n=count(), first=min(time), last=max(last) by to_domain, fate, why | head \#
            30

            title "The last of them"
            missed | tail 20 | select time, queue_id, from, recipient, fate, attempts, why

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
            through (without
            # postscreen, that is all of it). One client may have several lines in a session.
            #
            # Answer: the example logs have no postscreen; of Tests/Data/submission.maillog:
            #   Tests, day by day
            #   day         postscreen-disconnect  postscreen-dnsbl  postscreen-hangup  \#
            postscreen-pass  postscreen-pregreet  r…
            #   2026-11-23                      1                 1                  1                \#
            1                    1   …
            #
            #   What was found
            #   event                  ps_test   n  clients
            #   postscreen-connect               1        1
            #   postscreen-disconnect            1        1
            #   postscreen-dnsbl       DNSBL     1        1
            #   postscreen-hangup      HANGUP    1        1
            #   postscreen-pass        PASS NEW  1        1
            #   postscreen-pregreet    PREGREET  1        1
            #   reject                           1        1
            #
            #   Ranks of clients in the DNS lists
            #   ps_rank  count
            #         3      1

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
            auth_failed_spf_dkim_dmarc:
            # DNS records or signatures. The text of the reply often has an address to ask at. Unknown \#
            users and hosts
            # that cannot be reached are left out of the first two answers.
            #
            # Answer: the example logs have unknown users and dead hosts only; of \#
            Tests/Data/submission.maillog:
            #   What the destinations object to
            #   relay_name      to_domain    reason_class  dsn    n  messages  first                \#
            last
            #   mx.big.example  big.example  policy_spam   5.7.1  1         1  2026-11-24 02:00:02  \#
            2026-11-24 02:00:02
            #   mx.big.example  big.example  rate_limited  4.7.0  1         1  2026-11-24 02:00:02  \#
            2026-11-24 02:00:02
            #
            #   Their words
            #   count  pattern
            #       1  host <host> said: Message looks like spam
            #       1  host <host> said: too many messages from your address
            #
            #   All refusals by destination, with the part that was refused
            #   relay_name        n  sent  deferred  bounced  refused_percent
            #   mx.big.example    3     1         1        1             66.7
            #   mx.plain.example  5     5         0        0                0

            let refused = deliveries
              | filter status!=sent process in (smtp, error)
              | filter reason_class not in (connect_timeout, connect_refused, no_route, user_unknown, \#
            greylisted, dns_not_found, dns_temporary, lost_connection, conversation_timeout)

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
              | extend refused_percent = round(100 * (deferred + bounced) / n, 1)
              | sort -refused_percent, -n
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
            #
            # Answer:
            #   The same as a picture
            #   max_depth
            #   49 ┤                                                                         ▄▇▂   ▁  \#
            ▁▂▁▁▁▂▂▂▂▁▂▂▂▂
            #      ┤                                                                       \#
            ▃████▇███████████████████
            #      ┤                                                                     \#
            ▃▇█████████████████████████
            #      ┤                                                                   \#
            ▃▇███████████████████████████
            #      ┤                                                                 \#
            ▃▇█████████████████████████████
            #   25 ┤                                                               \#
            ▄████████████████████████████████
            #      ┤                                                             \#
            ▃██████████████████████████████████
            #      ┤                                                           \#
            ▄▇███████████████████████████████████
            #      ┤                                                          \#
            ██████████████████████████████████████
            #    0 \#
            ┤▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▅██████████████████████████████████████
            #      \#
            └────────────────────────────────────────────────────────────────────────────────────────────────
            #       2012-12-09 05:00                                                                \#
            2013-01-06 03:00
            #
            #   The oldest that are still there
            #   first                queue_id     from                       recipients                \#
                       attempts  out…
            #   2013-01-01 03:20:56  EFC39C42089  maint-admin@ml.example.jp  \#
            smith@nimbus-online.example.net            61  def…
            #   2013-01-01 06:05:46  356C4C420A7  maint-admin@ml.example.jp  \#
            service@castle-media.example.net           59  def…
            #   2013-01-01 08:50:36  7F235C420E9  maint-admin@ml.example.jp  \#
            admin@yonder-trade.example.net             58  def…
            #   …

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
            #
            # Answer:
            #   Networks
            #   client_net        n  clients  reasons
            #   198.19.172.0/24  12        6        2
            #   198.18.154.0/24  11        6        2
            #   198.19.181.0/24  11        7        2
            #   …
            #
            #   Recipients that are asked for in vain
            #   to                        n  senders
            #   ito@ml.example.jp        43       42
            #   mary@ml.example.jp       39       38
            #   backup@ml.example.jp     38       38
            #   …
            #
            #   Day by day
            #   █ Client host  ▓ Recipient address
            #   day         count
            #   2012-12-09     60  ███████████████████████████████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
            #   2012-12-10     76  \#
            ████████████████████████████████████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
            #   …

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
            filter event in (reject, milter-reject) | count by day, reject_class | chart

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
            #
            # Answer:
            #   Clients that are both rejected and taken
            #   client_ip      client_name  rejected  last_rejected        reason                      \#
                                    …
            #   198.19.60.115  unknown             1  2012-12-21 13:25:20  Client host rejected: \#
            cannot find your hostname, <ho…
            #
            #   Domains of senders that are both rejected and taken
            #   from_domain          rejected  clients  delivered
            #   yonder.example             52       52         42
            #   garden.example             49       49         42
            #   harbor.example.com         49       49         42
            #   …

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
            #
            # Answer:
            #   The messages with the most attempts
            #   queue_id     from                       to                                  attempts  \#
            first                last…
            #   90442C9CB29  maint-admin@ml.example.jp  sally@uk.psi.com                       1,470  \#
            2012-12-25 22:41:18  2012…
            #   0ACEDC4201A  maint-admin@ml.example.jp  accounts@delta-trade.example.net          50  \#
            2012-12-31 19:06:58  2013…
            #   1DBD4C41F41  maint-admin@ml.example.jp  abuse@castle-media.example.net            49  \#
            2012-12-31 08:07:40  2013…
            #   356C4C420A7  maint-admin@ml.example.jp  service@castle-media.example.net          49  \#
            2013-01-01 06:06:17  2013…
            #   …
            #
            #   The five of them, day by day
            #   day         0ACEDC4201A  17C84C41D61  1DBD4C41F41  356C4C420A7  90442C9CB29
            #   2012-12-25            0            0            0            0           14
            #   2012-12-26            0            0            0            0          261
            #   2012-12-27            0            0            0            0          461
            #   2012-12-28            0            0            0            0          287
            #   2012-12-29            0            1            0            0          345
            #   2012-12-30            0            7            0            0          102
            #   2012-12-31            1            9            8            0            0
            #   …

            let retries = deliveries | filter status=deferred is_suspended=false

            title "The messages with the most attempts"
            retries
              | stats attempts=count(), first=min(time), last=max(time), reason=last(reason) by \#
            queue_id, from, to
              | sort -attempts
              | head 20

            title "The five of them, day by day"
            let often = retries | top 5 queue_id
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
            #
            # Answer:
            #   Attempts for a recipient of deferred mail
            #   recipients  median_attempts  p95_attempts  max_attempts
            #          103               43            61         1,470
            #
            #   Tried more than 100 times
            #   queue_id     from                       to                attempts  first              \#
              last                 f…
            #   90442C9CB29  maint-admin@ml.example.jp  sally@uk.psi.com     1,470  2012-12-25 \#
            22:41:18  2012-12-30 22:16:43  e…
            #
            #   Who sends what is retried, and how long it waits between attempts
            #   from                       to_domain                  attempts  messages     gap
            #   maint-admin@ml.example.jp  uk.psi.com                    1,469         1  3m 02s
            #   maint-admin@ml.example.jp  castle-media.example.net        356         7  2h 00m
            #   maint-admin@ml.example.jp  harbor-online.example.net       323         6  1h 59m
            #   …

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
            #
            # Answer:
            #   Delivered after more than 1h
            #   to_domain  n  attempts  p50_delay_a  p95_delay_b  p95_delay_c  p95_delay_d
            #
            #   The slowest
            #   time                 queue_id     from                          to                     \#
                   relay_name       …
            #   2012-12-13 18:52:52  1015AC40674  naoko@ml.example.jp           \#
            trent@zephyr.example.com      smtp.zephyr.examp…
            #   2012-12-19 04:09:30  19F1FC40DE9  announce-admin@ml.example.jp  \#
            wendy@umbra.example.org       mx1.umbra.example…
            #   2012-12-23 20:57:37  22338C4148C  dev-admin@ml.example.jp       \#
            t.tanaka@zephyr.example.com   smtp.zephyr.examp…
            #   2012-12-28 10:34:28  4A6D7C41B28  mariko@ml.example.jp          bob@umbra.example.org  \#
                   mx1.umbra.example…
            #   …

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
            #
            # Answer: the example logs tell nothing of TLS; of Tests/Data/submission.maillog:
            #   Connections by direction, trust and protocol
            #   tls_direction  tls_level  tls_protocol  count
            #   from           Anonymous  TLSv1             1
            #   from           Anonymous  TLSv1.3           1
            #   to             Trusted    TLSv1.3           1
            #
            #   Destinations: deliveries, and TLS connections to them
            #   relay_name        delivered  tls  level    protocol  kind
            #   mx.big.example            1    1  Trusted  TLSv1.3   TLS
            #   mx.plain.example          5                          plain text
            #
            #   Clients that use old protocols
            #   client_name         client_net       tls_protocol  count
            #   office.example.org  198.51.100.0/24  TLSv1             1

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
            #
            # Answer:
            #   Senders
            #   from                          messages     bytes  recipients
            #   maint-admin@ml.example.jp          128  736.2 kB         195
            #   <>                                  77  379.5 kB          77
            #   bsd-admin@ml.example.jp             32  592.1 kB         114
            #   naoko@ml.example.jp                 30  569.0 kB          30
            #   …
            #
            #   Domains of senders, by bytes
            #   from_domain           messages     bytes
            #   ml.example.jp              797   14.0 MB
            #   harbor.example.com          42  950.7 kB
            #   bravo.example.com           36  870.3 kB
            #   ocean.example               41  857.3 kB
            #   …

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
            #     mlq trace-message -D what=alice@example.org /var/log/maillog*
            #
            # When: for one mail: name a queue id, an address or a message-id with -D what=….
            #
            # Read: the lines of each message stand together, with those of its session and of its \#
            bounces and forwards as
            # messages of their own. After a message whose end the log does not show stands `+++ not \#
            finished +++`.
            #
            # Answer:
            #   Messages that sally@uk.psi.com touches
            #   queue_id     first                last                 lines
            #   8675EC4175F  2012-12-25 22:41:15  2012-12-25 22:41:16      5
            #   90442C9CB29  2012-12-25 22:41:17  2012-12-30 22:41:17  2,945
            #   108DFC41EB9  2012-12-30 22:41:17  2012-12-30 22:41:18      4
            #
            #   Their lines
            #   time                 process  text
            #   2012-12-25 22:41:15  smtpd    connect from 198-18-49-52.ppp.example.org[198.18.49.52]
            #   2012-12-25 22:41:15  smtpd    8675EC4175F: \#
            client=198-18-49-52.ppp.example.org[198.18.49.52]
            #   2012-12-25 22:41:15  cleanup  8675EC4175F: message-id=<0tnFdmVVwUQ5qU@uk.psi.com>
            #   2012-12-25 22:41:16  smtpd    disconnect from \#
            198-18-49-52.ppp.example.org[198.18.49.52]
            #   2012-12-25 22:41:16  qmgr     8675EC4175F: removed
            #   2012-12-25 22:41:17  pickup   90442C9CB29: uid=1051 from=<maint-admin@ml.example.jp>
            #   2012-12-25 22:41:17  cleanup  90442C9CB29: \#
            message-id=<20121225224117.FMLnNLefG@ml.example.jp>
            #   2012-12-30 22:41:17  qmgr     90442C9CB29: from=<maint-admin@ml.example.jp>, \#
            status=expired, returned to sender
            #   2012-12-30 22:41:17  bounce   90442C9CB29: sender non-delivery notification: \#
            108DFC41EB9
            #   2012-12-30 22:41:17  qmgr     90442C9CB29: removed
            #   2012-12-30 22:41:17  cleanup  108DFC41EB9: \#
            message-id=<20121230134117.108DFC41EB9@mail.ml.example.jp>
            #   2012-12-30 22:41:18  qmgr     108DFC41EB9: removed

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
            #
            # Answer:
            #   Lines without an event, by process
            #   process  severity  count
            #
            #   All events, for comparison
            #   event         count
            #   delivery      8,102
            #   active        7,664
            #   connect       3,817
            #   disconnect    3,817
            #   …

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
            #
            # Answer:
            #   Addresses
            #   to                                n  senders  last                 from
            #   frank@castle.example.org          2        2  2012-12-23 22:58:23  \#
            ayumi@ml.example.jp, yoko@ml.example.jp
            #   alice@island.example.org          1        1  2012-12-28 13:16:25  sales@ml.example.jp
            #   contact@ember-online.example.net  1        1  2012-12-28 05:56:50  \#
            maint-admin@ml.example.jp
            #   …
            #
            #   Senders
            #   from                       n  addresses
            #   jun@ml.example.jp          2          2
            #   kaori@ml.example.jp        2          2
            #   maint-admin@ml.example.jp  2          2
            #   …
            #
            #   Domains
            #   to_domain                 n  addresses  first                last
            #   castle.example.org        3          2  2012-12-16 17:57:10  2012-12-23 22:58:23
            #   alpha.example             2          2  2012-12-18 18:19:44  2012-12-19 22:49:28
            #   ember-online.example.net  2          2  2012-12-26 12:44:25  2012-12-28 05:56:50
            #   …

            let unknown = deliveries | filter status=bounced (reason_class=user_unknown or dsn=5.1.1)

            title "Addresses"
            unknown
              | stats n=count(), senders=dcount(from), last=max(time), from=values(from) by to
              | head 30

            title "Senders"
            unknown | stats n=count(), addresses=dcount(to) by from

            title "Domains"
            unknown
              | stats n=count(), addresses=dcount(to), first=min(time), last=max(time) by to_domain
              | head 30

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
            #
            # Answer:
            #   Reasons
            #   reason_class     attempts  messages  domains  suspended  first                last
            #   connect_timeout     4,227        70       18        664  2012-12-25 22:41:18  \#
            2013-01-06 03:17:44
            #   connect_refused     1,350        29        5        347  2012-12-26 04:56:25  \#
            2013-01-06 03:20:03
            #   no_route               84         3        2         22  2012-12-27 02:29:04  \#
            2013-01-06 03:21:53
            #
            #   Destinations
            #   to_domain                  attempts  messages  reason
            #   uk.psi.com                    1,470         1  connect_timeout
            #   castle-media.example.net        363         7  connect_refused
            #   yonder-trade.example.net        330         7  connect_refused
            #   harbor-online.example.net       329         6  connect_refused
            #   …

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
            deferred | count by day, reason_class | chart

            """#),
    ]
}
