/// Help page on a topic other than a stage, function or field. A new topic is one element of `all`.
struct Topic: Sendable {
    let name: String
    let summary: String
    let text: String

    static let all: [Topic] = [
        Topic(
            name: "expressions", summary: "conditions, values, text, times and ranges",
            text: """
                a = v   a != v   a < v   a <= v   a > v   a >= v
                    comparisons; the value is a bare word or "quoted". If `a` is missing, no comparison holds
                a ~ /regex/   a !~ /regex/   a contains "x"   a startswith "x"   a endswith "x"
                a in (x, y)   a in 10s..1m   client_ip in 10.0.0.0/8   from in @file.txt   queue_id in NAME
                    sets, ranges, networks, a file of values, the first column of a `let` pipeline
                a = *.example.org
                    a bare word with * or ? is a pattern for the whole value; a quoted text is not
                "text"   /regex/
                    without a field: the line contains it; a final i ignores case: "text"i, /regex/i
                missing(a)   not X   X and Y   X or Y   (X)
                    conditions without an operator between them must all hold; next to an `or`, use parentheses
                a + b   a - b   a * b   a / b   a % b
                    numbers, durations and times
                from = <>
                    the null sender, a value
                500ms 30s 5m 2h 1d 1w    10kB 5MB 1GiB    2012-12-26  12-26  2012-12  13:00  now-2h  end-1d  yesterday
                    durations, sizes, times; a day or hour means the whole day or hour
                """),
        Topic(
            name: "times", summary: "how to write times, and how mlq finds the year",
            text: """
                Times in queries
                    2012-12-26  2012-12-26T13:00  12-26  2012-12  13:00..14:00  today  yesterday  now-2h  end-1d
                    now      the clock of the system, or --now
                    start    the earliest stamp of the logs
                    end      the latest stamp of the logs
                    examples: filter day=12-26    filter time in 12-26..12-28    --since 12-26 --until "12-26T14:00"

                Stray stamps
                    `start` and `end` ignore stray stamps of a wrong clock, and a message reports them. They are:
                    - fewer than a tenth of all stamps,
                    - more than 2 hours before or after all other stamps, and
                    - out of order (stamps go back there), or more than a year away.
                    In logs of over 32 MB, stamps are sampled; --full-scan reads all of them.

                Year of stamps without a year: the first of these that is available
                    1  a stamp with a year in the first 64 KB after the first stamp
                    2  --year: the year of the first stamp
                    3  message ids that Postfix made and long queue ids, in the first 16 MB of the logs
                    4  a date in the name of the file, then in the names of its rotations
                    5  the time stamp in gzip, the time of the file, today
                - A file may contain the New Year. A year in a stamp is never changed.
                - In a pipe, 4 is not available, and 5 is the time stamp in gzip or today. If times matter, mlq reads a
                  pipe up to the limits of 1 and 3 before the first row.
                - With --follow, only 2 and 5 are used.

                Time zones
                - Times are those of the clock of the log. Stamps without a UTC offset have an unknown time zone.
                - --tz Europe/Berlin (or +02:00, UTC, local) sets the zone of such stamps. Then all times are shown in
                  this zone, also stamps with an offset (journald and containers: UTC), and times in queries use it.
                - Lines (-o raw) are not changed.
                - When clocks are set back, one hour occurs twice. A stamp without an offset counts as the first.
                """),
        Topic(
            name: "output", summary: "output formats, and what mlq writes where",
            text: """
                -o FORMAT    table, tsv, csv, json, jsonl, md, html, svg, raw
                    default: table on a terminal, tsv otherwise; log lines are printed unchanged
                    html: one page with all answers of a script
                    svg: a picture of each answer
                    `chart` draws tables in table, md, html and svg

                            formats for programs       table, md, html
                time        2012-12-26T13:00:01        2012-12-26 13:00:01
                duration    seconds                    with units
                size        bytes                      with units
                null sender <>                         <>
                missing     empty (json: null)         empty

                Standard output gets the answers. Standard error gets messages, progress and statistics.
                """),
        Topic(
            name: "redact",
            summary: "pseudonyms for people and clients, to share an answer",
            text: """
                mlq --redact -o html why-deferred maillog > report.html
                    new pseudonyms for each run or shell
                mlq --redact-key SECRET …    mlq --redact-key @FILE …
                    the same pseudonyms for the same key, so that two reports agree. Anybody with the key can test
                    names: use a long key and keep it. A key in a file does not appear in the list of processes

                Replaced in every format, in titles, queries, charts, plans, files of `write`, names of files, messages
                on standard error and the shell:
                    bob@a.example         user-x7k2q9ab@a.example
                    sasl_username=bob     user-x7k2q9ab: a login has the pseudonym of the local part
                    dsl-4-3.isp.example   host-m3enz8ih.isp.example: a client keeps its registered domain
                    helo=<BOBS-PC>        host-q4w7rt2d: also names below local, lan and unknown top-level domains
                    <4711@pc.a.example>   <user-b3c5d7e9@host-k2m4n6p8.a.example>: a message id
                    192.0.2.1, 2001:db8::1    another address. Addresses of one network stay in one network. The
                                          pseudonym may be the address of somebody else
                    Subject: lunch        Subject: text-h5j7k9mz: also other headers and lines of a message
                    /home/bob/m.log       /home/user-x7k2q9ab/m.log

                Kept: the null sender, domains, numbers, times, queue ids, the host of the log, names of relays and
                remote servers, DNS lists, loopback addresses, and known words.

                How texts are redacted
                - Values of fields: by the kind of the field, also after rename, count or join, and in log lines.
                - Results of functions and `extract`: replaced completely.
                - Other text, such as lines of unknown programs: values of keys such as user=, names next to an
                  address, and all words that are not in a list of words of mail programs, their replies and mlq.
                - Queries: values like those of their fields; other texts and regexes keep the words of that list.
                - Messages that point to a column of a query: `*` for each letter of other words.

                Not guaranteed
                - A user whose name is a word of that list (mail, info) is shown in free text, but not in a field,
                  an address or the value of a key.
                - The domain of a person, or of a host with the name of a domain (bob.example), is shown.
                - Column names of a query and typed text (history, `:save`, `:edit`) are not redacted.
                - Numbers, times and the order of rows can identify people. Readers who know the ten largest senders
                  may recognise them in a list. Rows are sorted by the true names.
                """),
        Topic(
            name: "exit", summary: "exit statuses",
            text: """
                0    success
                1    an assertion failed; with --exit-empty, also an answer without rows
                2    an error in the query or the command line
                3    unreadable or damaged input (the answer covers the rest); with --strict, also unrecognised
                     lines
                130  interrupted
                """),
        Topic(
            name: "scripts", summary: "several queries in a file, with names and parameters",
            text: """
                param day = 2012-12-26              # mlq -D day=2013-01-02 storm.mlq maillog*
                let deferred = filter status=deferred
                import "common.mlq"

                title "Deferrals on {day}"
                deferred | filter day={day} | count per 1h

                A statement ends at `;` or at the end of the line. It continues if a bracket is open, if the line ends
                with an operator, `,` or `|`, or if the next line starts with `|`. `explain QUERY` shows the plan.
                mlq fmt formats scripts. mlq check checks scripts without logs. mlq test runs .mlqt cases.

                Limits
                    text                             1 MB; longer lists of values: `in @FILE`
                    brackets, `not` and signs        nested 100 levels deep
                    imports                          nested 100 levels deep; a file is read once
                    stages of a query                2,000, including those of the pipelines that it uses
                    pipelines in `join`, `union`, `in NAME`    nested 20 levels deep
                """),
    ]
}
