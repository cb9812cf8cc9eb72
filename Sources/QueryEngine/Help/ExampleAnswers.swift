// swift-format-ignore-file
// Made of the examples of the help by: MLQ_UPDATE=1 swift test --filter ExamplesTests/answers
// A test compares it with what they give.
extension Help {
    /// The first lines that the first example of each stage, aggregate and function gives on the example logs.
    package static let answers: [String: String] = [
        #"avg delay by relay_name"#: #"""
            relay_name                      avg_delay
                                               2d 07h
            mx1.umbra.example.org               2.28s
            smtp.saffron.example                2.22s
            smtp.delta.example                   2.2s
            smtp.zephyr.example.com             2.18s
            …
            """#,
        #"compare 2012-12-16..2012-12-22 with 2012-12-26..2012-12-30 by process, status"#: #"""
            process  status    before  after   change   ratio  mark
            qmgr                137.1  615.2    478.1    4.49
            smtp     deferred       0  432.6    432.6          new
            smtp                    0   58.8     58.8          new
            error    deferred       0   47.6     47.6          new
            smtpd               432.1  386.2   -45.94  0.8937
            …
            """#,
        #"count by bin(time, 6h) as t"#: #"""
            t                 count
            2012-12-09 00:00     34
            2012-12-09 06:00    190
            2012-12-09 12:00    211
            2012-12-09 18:00    151
            2012-12-10 00:00    112
            …
            """#,
        #"count by day | changes"#: #"""
            day         change  before  after       p
            2012-12-25  step       754  1,930  0.0001
            """#,
        #"count by day | chart"#: #"""
            day         count
            2012-12-09    586  ███████████████████████
            2012-12-10    754  █████████████████████████████▌
            2012-12-11    770  ██████████████████████████████▏
            2012-12-12    754  █████████████████████████████▌
            2012-12-13    773  ██████████████████████████████▎
            …
            """#,
        #"count by day | extend before = prev(count)"#: #"""
            day         count  before
            2012-12-09    586
            2012-12-10    754     586
            2012-12-11    770     754
            2012-12-12    754     770
            2012-12-13    773     754
            …
            """#,
        #"count by day | extend change = delta(count)"#: #"""
            day         count  change
            2012-12-09    586
            2012-12-10    754     168
            2012-12-11    770      16
            2012-12-12    754     -16
            2012-12-13    773      19
            …
            """#,
        #"count by day | extend total = running(count)"#: #"""
            day         count   total
            2012-12-09    586     586
            2012-12-10    754   1,340
            2012-12-11    770   2,110
            2012-12-12    754   2,864
            2012-12-13    773   3,637
            …
            """#,
        #"count by day, status | pivot status"#: #"""
            day         bounced  deferred  expired  sent  missing
            2012-12-09        1         0        0    70      515
            2012-12-10        0         0        0    87      667
            2012-12-11        1         0        0   103      666
            2012-12-12        2         0        0    85      667
            2012-12-13        1         0        0   100      672
            …
            """#,
        #"count by lower(process) as p"#: #"""
            p         count
            smtpd    11,731
            qmgr      9,726
            smtp      7,354
            cleanup   2,048
            local     1,251
            …
            """#,
        #"count by process | rename count as lines | head 3"#: #"""
            process   lines
            smtpd    11,731
            qmgr      9,726
            smtp      7,354
            """#,
        #"count by process | sort process"#: #"""
            process   count
            bounce       77
            cleanup   2,048
            error     1,033
            local     1,251
            pickup      278
            …
            """#,
        #"count by process, event | drop event | head 3"#: #"""
            process  count
            qmgr     7,664
            smtp     5,818
            smtpd    3,817
            """#,
        #"count by strftime(time, "%a %H") as hour_of_week"#: #"""
            hour_of_week  count
            Thu 14          290
            Thu 13          285
            Thu 10          280
            Fri 15          279
            Thu 11          278
            …
            """#,
        #"count by upper(process) as p"#: #"""
            p         count
            SMTPD    11,731
            QMGR      9,726
            SMTP      7,354
            CLEANUP   2,048
            LOCAL     1,251
            …
            """#,
        #"dcount queue_id by day"#: #"""
            day         dcount_queue_id
            2012-12-09               54
            2012-12-10               67
            2012-12-11               75
            2012-12-12               70
            2012-12-13               76
            …
            """#,
        #"deliveries | filter status=deferred from=maint-admin@ml.example.jp | count by day"#: #"""
            day         count
            2012-12-25     17
            2012-12-26    448
            2012-12-27    533
            2012-12-28    434
            2012-12-29    434
            …
            """#,
        #"extend prefix = substr(queue_id, 1, 2) | count by prefix"#: #"""
            prefix   count
                    11,574
            90       3,082
            35         312
            8B         270
            E4         269
            …
            """#,
        #"extend route = concat(process, " to ", relay_name) | top 3 route"#: #"""
            route       count
            smtpd to   11,731
            qmgr to     9,726
            smtp to     4,628
            """#,
        #"files"#: #"""
            file                                   lines     bytes  first                last          …
            Examples/maillog/maillog-20121216.gz   5,127  653.7 kB  2012-12-09 03:24:07  2012-12-16 02:…
            Examples/maillog/maillog-20121223.gz   5,110  652.0 kB  2012-12-16 04:00:08  2012-12-23 03:…
            Examples/maillog/maillog-20121230      9,082    1.4 MB  2012-12-23 03:36:39  2012-12-30 03:…
            Examples/maillog/maillog-20130106     14,179    2.3 MB  2012-12-30 03:24:46  2013-01-06 03:…
            """#,
        #"filter event=connect | count by net(client_ip, 16) as net"#: #"""
            net            count
            198.19.0.0/16  1,423
            198.18.0.0/16  1,324
            198.51.0.0/16    425
            203.0.0.0/16     365
            192.0.0.0/16     280
            """#,
        #"filter event=delivery | count by status | rename status as what | union (filter event=reject | count by process | rename process as what)"#: #"""
            what      count
            deferred  5,661
            sent      2,420
            bounced      21
            smtpd     1,922
            """#,
        #"filter event=delivery | dedup queue_id, to keep last | count by status"#: #"""
            status    count
            sent      2,418
            deferred    102
            bounced      21
            """#,
        #"filter event=delivery | describe"#: #"""
            field          type            rows  distinct  commonest
            time           time           8,102     7,581  2012-12-09T08:06:57 (6), 2012-12-09T18:56:41…
            minute         time bin       8,102     6,853  2013-01-02T22:44 (8), 2013-01-05T22:31 (8), …
            hour           time bin       8,102       656  2012-12-27T14:00 (40), 2012-12-26T15:00 (33)…
            day            time bin       8,102        29  2012-12-30 (632), 2013-01-02 (630), 2013-01-…
            week           time bin       8,102         5  2012-12-31 (3794), 2012-12-24 (3013), 2012-1…
            …
            """#,
        #"filter event=delivery | extend age = case(delay < 1m, "new", delay < 1h, "waiting", "old") | count by age"#: #"""
            age      count
            old      5,531
            new      2,543
            waiting     28
            """#,
        #"filter event=delivery | extend asked = coalesce(orig_to, to) | top 3 asked"#: #"""
            asked                             count
            sally@uk.psi.com                  1,470
            maint@ml.example.jp                 128
            office@timber-online.example.net    114
            """#,
        #"filter event=delivery | extend b = duration(delay_b) | max b"#: #"""
            max_b
             90ms
            """#,
        #"filter event=delivery | extend d = domain(orig_to) | count by d"#: #"""
            d  count
               8,102
            """#,
        #"filter event=delivery | extend part = split(delays, "/") | explode part | count by part"#: #"""
            part    count
            0       7,014
            30      3,563
            0.01    3,227
            0.02    2,046
            0.04      999
            …
            """#,
        #"filter event=delivery | extend s = tonumber(delay) | avg s"#: #"""
                avg_s
            137,602.6
            """#,
        #"filter event=delivery | extend slow = if(delay > 1m, "slow", "fast") | count by slow"#: #"""
            slow  count
            slow  5,559
            fast  2,543
            """#,
        #"filter event=delivery | extend who = localpart(to) | top 3 who"#: #"""
            who    count
            sally  1,470
            sato     398
            mary     257
            """#,
        #"filter event=delivery | sample 3"#: #"""
            time                 process  queue_id     event     text
            2012-12-27 23:45:12  smtp     90442C9CB29  delivery  90442C9CB29: to=<sally@uk.psi.com>, re…
            2012-12-30 03:10:48  smtp     6700DC41782  delivery  6700DC41782: to=<job@zephyr-online.exa…
            2013-01-02 19:43:31  smtp     B7746C41DDC  delivery  B7746C41DDC: to=<null@bravo-online.exa…
            """#,
        #"filter event=delivery | select queue_id, to, status | join (filter event=active | dedup queue_id | select queue_id, from, size) on queue_id | head 3"#: #"""
            queue_id     to                     status  from                           size
            EBD2BC40001  takeshi@ml.example.jp  sent    mallory@orchid.example.org  11.9 kB
            0332AC40006  ayumi@ml.example.jp    sent    rupert@bravo.example.com     4.5 kB
            19DCCC40007  ryo@ml.example.jp      sent    erin@webmail.example         3.7 kB
            """#,
        #"filter event=delivery | stats n=count(), median(delay), p95(delay) by status"#: #"""
            status        n  median_delay  p95_delay
            deferred  5,661        2d 04h     4d 15h
            sent      2,420          1.5s       2.7s
            bounced      21            2s       2.6s
            """#,
        #"filter event=reject | extend n = length(helo) | count by n"#: #"""
             n  count
             8  1,143
            39     83
            35     80
            30     75
            29     71
            …
            """#,
        #"filter missing(queue_id) | count by event"#: #"""
            event         count
            connect       3,817
            disconnect    3,817
            reject        1,922
            connect-fail  1,536
            lost            280
            …
            """#,
        #"filter process=smtp status=deferred | count"#: #"""
            count
            4,628
            """#,
        #"filter process=smtp | extend d = kv("delay") | top 3 d"#: #"""
            d    count
                 1,536
            1.6     88
            1.9     88
            """#,
        #"filter process=smtp | groupby day | count"#: #"""
            day         count
            2012-12-09     38
            2012-12-10     44
            2012-12-11     60
            2012-12-12     48
            2012-12-13     53
            …
            """#,
        #"filter process=smtpd | extract "connect from <name>[<address>]" | count by address"#: #"""
            address         count
                            4,097
            192.0.2.84         84
            198.51.100.172     84
            198.51.100.89      84
            198.51.100.121     82
            …
            """#,
        #"filter status=* | stats list(status) by queue_id"#: #"""
            queue_id     list_status
            04A4DC41FEE  sent, sent, sent, sent, sent, sent
            0571DC40166  sent, sent, sent, sent, sent, sent
            1A067C41707  sent, sent, sent, sent, sent, sent
            1DB51C4236B  sent, sent, sent, sent, sent, sent
            1E5E9C4101D  sent, sent, sent, sent, sent, sent
            …
            """#,
        #"filter status=bounced | count by hour | fill in 2012-12-25..2012-12-26 | head 4"#: #"""
            hour              count
            2012-12-09 10:00      1
            2012-12-11 21:00      1
            2012-12-12 19:00      1
            2012-12-12 21:00      1
            """#,
        #"filter status=bounced | count by hour | nofill | head 4"#: #"""
            hour              count
            2012-12-09 10:00      1
            2012-12-11 21:00      1
            2012-12-12 19:00      1
            2012-12-12 21:00      1
            """#,
        #"filter status=bounced | head 1 | context 2"#: #"""
            time                 process  queue_id     event         matched  text
            2012-12-09 10:59:34  qmgr     24D8CC40052  active        false    24D8CC40052: from=<takesh…
            2012-12-09 10:59:34  smtpd                 disconnect    false    disconnect from unknown[1…
            2012-12-09 10:59:35  smtp     24D8CC40052  delivery      true     24D8CC40052: to=<erin@big…
            2012-12-09 10:59:35  cleanup  56086C40059  message-id    false    56086C40059: message-id=<…
            2012-12-09 10:59:35  bounce   24D8CC40052  notification  false    24D8CC40052: sender non-d…
            """#,
        #"filter status=bounced | head 3"#: #"""
            time                 process  queue_id     event     text
            2012-12-09 10:59:35  smtp     24D8CC40052  delivery  24D8CC40052: to=<erin@bigmail.example>…
            2012-12-11 21:00:25  smtp     1D82AC4039B  delivery  1D82AC4039B: to=<laura@kestrel.example…
            2012-12-12 19:25:46  smtp     61B7DC404F5  delivery  61B7DC404F5: to=<nina@webmail.example>…
            """#,
        #"filter status=bounced | select time, to, reason as why | head 3"#: #"""
            time                 to                         why
            2012-12-09 10:59:35  erin@bigmail.example       host <host> said: <addr>: Recipient address…
            2012-12-11 21:00:25  laura@kestrel.example.com  host <host> said: <addr>: Recipient address…
            2012-12-12 19:25:46  nina@webmail.example       host <host> said: <addr>: Recipient address…
            """#,
        #"filter status=bounced | stats to = values(to) by queue_id | explode to | head 5"#: #"""
            queue_id     to
            4FC69C405EF  yvonne@kestrel.example.com
            26CB4C41B88  y.watanabe@falcon.example.org
            42993C41CA0  trent@orchid.example.org
            CD309C40F0A  trent@alpha.example
            4741EC40EC0  t.tanaka@webmail.example
            """#,
        #"filter status=bounced | tail 3"#: #"""
            time                 process  queue_id     event     text
            2012-12-28 16:32:47  smtp     26CB4C41B88  delivery  26CB4C41B88: to=<y.watanabe@falcon.exa…
            2012-12-29 11:30:12  smtp     42993C41CA0  delivery  42993C41CA0: to=<trent@orchid.example.…
            2013-01-02 06:12:24  smtp     30D2DC4224F  delivery  30D2DC4224F: to=<grace@mobile.example>…
            """#,
        #"filter status=deferred | count by dsn(detail) as code"#: #"""
            code  count
                  5,661
            """#,
        #"filter status=deferred | count | assert count < 100000 else "too many deferrals""#: #"""
            count
            5,661
            """#,
        #"filter status=deferred | extend d = replace(detail, /[0-9]+/, "N") | top 3 d"#: #"""
            d                                                                        count
            connect to mail.uk.psi.com[N.N.N.N]:N: Connection timed out              1,470
            connect to mxN.castle-media.example.net[N.N.N.N]:N: Connection refused     271
            connect to mxN.harbor-online.example.net[N.N.N.N]:N: Connection refused    248
            """#,
        #"filter status=deferred | facets"#: #"""
            field         value                                                                        …
            day           2012-12-30                                                                   …
            day           2013-01-05                                                                   …
            day           2012-12-27                                                                   …
            day           2013-01-01                                                                   …
            day           2013-01-02                                                                   …
            …
            """#,
        #"filter status=deferred | patterns reason"#: #"""
            count  pattern                                                                  example
            3,563  connect to <host>: Connection timed out                                  connect to …
            1,003  connect to <host>: Connection refused                                    connect to …
              664  delivery temporarily suspended: connect to <host>: Connection timed out  delivery te…
              347  delivery temporarily suspended: connect to <host>: Connection refused    delivery te…
               62  connect to <host>: No route to host                                      connect to …
            …
            """#,
        #"filter status=deferred | top 10 queue_id"#: #"""
            queue_id     count
            90442C9CB29  1,470
            0730EC41ED0     61
            0ACEDC4201A     61
            1DBD4C41F41     61
            363EDC41E9E     61
            …
            """#,
        #"filter status=sent | count by round(delay, 1m) as delay"#: #"""
            delay  count
               0s  2,420
            """#,
        #"filter status=sent | extend d = abs(delay - 1s) | max d"#: #"""
            max_d
             2.2s
            """#,
        #"filter status=sent | extend kept = delay - delay_d | select queue_id, kept | head 3"#: #"""
            queue_id      kept
            EBD2BC40001  2.32s
            0332AC40006  1.36s
            19DCCC40007  130ms
            """#,
        #"first time by queue_id"#: #"""
            queue_id     first_time
            21755C42837  2013-01-06 03:02:35
            4EF08C4282E  2013-01-06 01:47:13
            4915AC4282B  2013-01-06 01:28:30
            E827FC42822  2013-01-06 01:28:28
            180F2C42821  2013-01-06 01:05:11
            …
            """#,
        #"groupby process | count"#: #"""
            process   count
            smtpd    11,731
            qmgr      9,726
            smtp      7,354
            cleanup   2,048
            local     1,251
            …
            """#,
        #"last time by queue_id"#: #"""
            queue_id     last_time
            873F4C42601  2013-01-06 03:21:53
            0E1DFC42743  2013-01-06 03:20:03
            46803C42566  2013-01-06 03:17:44
            47E00C4237C  2013-01-06 03:14:39
            742EEC426C3  2013-01-06 03:12:07
            …
            """#,
        #"max delay by relay_name"#: #"""
            relay_name                      max_delay
                                               5d 00h
            smtp.zephyr.example.com              3.2s
            mx.mobile.example                    3.1s
            mx1.bravo.example.com                3.1s
            mx1.umbra.example.org                3.1s
            …
            """#,
        #"median delay by relay_name"#: #"""
            relay_name                      median_delay
                                                  2d 04h
            mx1.bravo.example.com                   2.3s
            smtp.saffron.example                   2.25s
            mx1.umbra.example.org                   2.2s
            smtp.zephyr.example.com                 2.2s
            …
            """#,
        #"messages | count by outcome"#: #"""
            outcome    count
            delivered  1,925
            expired       58
            deferred      44
            bounced       21
            """#,
        #"min time by queue_id"#: #"""
            queue_id     min_time
            21755C42837  2013-01-06 03:02:35
            4EF08C4282E  2013-01-06 01:47:13
            4915AC4282B  2013-01-06 01:28:30
            E827FC42822  2013-01-06 01:28:28
            180F2C42821  2013-01-06 01:05:11
            …
            """#,
        #"p95 delay by relay_name"#: #"""
            relay_name                      p95_delay
                                               4d 15h
            mx1.umbra.example.org                3.1s
            smtp.zephyr.example.com              3.1s
            mx.mobile.example                      3s
            mx1.bravo.example.com                  3s
            …
            """#,
        #"queue"#: #"""
            time  queue_name  queue_id  size  from  nrcpt  to  forced_expire  reason  reason_class  det…
            """#,
        #"rare 5 process"#: #"""
            process  count
            bounce      77
            pickup     278
            error    1,033
            local    1,251
            cleanup  2,048
            """#,
        #"recipients | count by fate"#: #"""
            fate       count
            delivered  2,418
            expired       58
            deferred      44
            bounced       21
            """#,
        #"sessions | filter nrejected > 0 | top 3 client_net"#: #"""
            client_net       count
            198.19.172.0/24     12
            198.18.154.0/24     11
            198.19.181.0/24     11
            """#,
        #"stats approx_dcount(queue_id) by day"#: #"""
            day         approx_dcount_queue_id
            2012-12-09                      54
            2012-12-10                      67
            2012-12-11                      75
            2012-12-12                      70
            2012-12-13                      76
            …
            """#,
        #"stats avg(delay), stddev(delay) by relay_name"#: #"""
            relay_name                      avg_delay  stddev_delay
                                               2d 07h        1d 10h
            mx1.umbra.example.org               2.28s         448ms
            smtp.saffron.example                2.22s         366ms
            smtp.delta.example                   2.2s         391ms
            smtp.zephyr.example.com             2.18s         515ms
            …
            """#,
        #"stats count(), rate(per 1m) per 1d"#: #"""
            time        count    rate
            2012-12-09    586  0.4069
            2012-12-10    754  0.5236
            2012-12-11    770  0.5347
            2012-12-12    754  0.5236
            2012-12-13    773  0.5368
            …
            """#,
        #"stats n=count(), share() by process"#: #"""
            process       n   share
            smtpd    11,731  0.3502
            qmgr      9,726  0.2903
            smtp      7,354  0.2195
            cleanup   2,048  0.0611
            local     1,251  0.0373
            …
            """#,
        #"stats percentile(delay, 50, 90, 99) by relay_name"#: #"""
            relay_name                      percentile_delay
                                            2d 04h, 4d 07h, 4d 22h
            mx1.bravo.example.com           2.3s, 2.7s, 3.1s
            smtp.zephyr.example.com         2.2s, 3s, 3.2s
            mx1.umbra.example.org           2.2s, 3s, 3.1s
            smtp.saffron.example            2.2s, 2.7s, 2.9s
            …
            """#,
        #"stats slowest=argmax(queue_id, delay) by relay_name"#: #"""
            relay_name                      slowest
            smtp.pioneer.example            ECF44C41CCA
            smtp.delta.example              ECC8FC413C5
            mail.castle.example.org         E4EA9C40C2E
            smtp.bigmail.example            DF547C40533
            mx1.bravo.example.com           DAA2BC423F8
            …
            """#,
        #"sum size by from_domain"#: #"""
            from_domain                 sum_size
            ml.example.jp                31.6 MB
            harbor.example.com          950.7 kB
            bravo.example.com           870.3 kB
            ocean.example               857.3 kB
            river.example.org           848.6 kB
            …
            """#,
        #"trace 90442C9CB29 | count by process"#: #"""
            process  count
            qmgr     1,474
            smtp     1,470
            cleanup      2
            bounce       1
            local        1
            …
            """#,
        #"values status by relay_name"#: #"""
            relay_name                      values_status
            local                           sent
            mail.univ.example.org           sent
            mail.valley.example             sent
            mail.xenon.example.org          sent
            mx.ember.example.com            sent
            …
            """#,
        #"whatchanged"#: #"""
            what       condition                                         before    after    share  firs…
            moment     time in 2012-12-25T22:00:00..2013-01-06T03:21:53   732.6  1,889.6   0.9674  2012…
            cause      from=maint-admin@ml.example.jp                      5.96  1,056.2   0.8781  2012…
            within     status=deferred                                        0    504.4   0.4217  2012…
            within     process=smtp                                           0    412.3   0.3448  2012…
            within     reason="connect to <host>: Connection timed out"       0    317.5   0.2654  2012…
            …
            """#,
    ]
}
