/// A page of help that is about no single stage, function or field. A new topic is one line in `all`.
struct Topic: Sendable {
    let name: String
    let summary: String
    let text: String

    static let all: [Topic] = [
        Topic(
            name: "expressions", summary: "conditions, values, text, times and ranges",
            text: """
                a = v   a != v   a < v   a <= v   a > v   a >= v
                    compare; the value is a bare word or "quoted". A row without `a` passes none of them.
                a ~ /regex/   a !~ /regex/   a contains "x"   a startswith "x"   a endswith "x"
                a in (x, y)   a in 10s..1m   client_ip in 10.0.0.0/8   from in @file.txt   queue_id in NAME
                    sets, ranges, networks, a file of values, the first column of a `let` pipeline
                a = *.example.org
                    a bare word with * or ? is a pattern for the whole value; quoted it is not
                "text"   /regex/
                    alone: the line contains it; a final i ignores case: "text"i, /regex/i
                missing(a)   not X   X and Y   X or Y   (X)
                    side by side means and; next to an `or` use parentheses
                a + b   a - b   a * b   a / b   a % b
                    numbers, durations and times
                from = <>
                    the null sender, which is a value and not missing
                500ms 30s 5m 2h 1d 1w    10kB 5MB 1GiB    2012-12-26  12-26  2012-12  13:00  now-2h  end-1d  yesterday
                    durations, sizes, times; a day or hour stands for all of it
                """),
        Topic(
            name: "times", summary: "how times are written, and where a year comes from",
            text: """
                2012-12-26  2012-12-26T13:00  12-26  2012-12  13:00..14:00  today  yesterday  now-2h  end-1d
                `now` is the clock (or --now), `start` the earliest stamp of the logs, `end` the latest.
                A wrong clock gives stray stamps, which `start` and `end` ignore and a message names. They are
                fewer than a tenth of all, over 2 hours before or after all others, and out of order: lines
                after them go back (or they go back themselves), or they are over a year away. Logs of over
                32 MB are sampled for this, without --full-scan.
                filter day=12-26    filter time in 12-26..12-28    --since 12-26 --until "12-26T14:00"

                Stamps without a year get one from, in this order:
                    1  a stamp with a year in the first 64 KB, counted from the first line with a stamp
                    2  --year: the year of the first stamp
                    3  message ids that Postfix made and long queue ids, in the first 16 MB of the logs
                    4  a date in the file's name, then in those of its rotations
                    5  gzip's time stamp, the file's, today
                New Year may lie inside a file. Years that a log tells are never changed. A log has the same years
                as a file, compressed or in a pipe, apart from 4 and 5: where times matter, a pipe is read on
                for 1 and 3 before the first row comes. With --follow it is not; there 2 and 5 decide.

                Times are the log's own clock, and of a stamp without a zone the zone is not known. --tz
                Europe/Berlin (or +02:00, UTC, local: that of this system) says which it is, and shows all times
                there: stamps that tell their zone too (as those of journald and containers, in UTC) are counted
                in its days and hours, and times in queries are read on its clock. Lines (-o raw) stay as they
                are. Where clocks are set back, a stamp without a zone in the hour that comes twice counts as in
                the first.
                """),
        Topic(
            name: "output", summary: "formats, and what goes where",
            text: """
                -o table|tsv|csv|json|jsonl|md|html|svg|raw    a table on a terminal, TSV into a pipe by default;
                    lines that a filter keeps come out as they are
                Machine formats write times as 2012-12-26T13:00:01, days as 2012-12-26, durations in seconds,
                sizes in bytes, the null sender as <>, and leave out what is missing (JSON: null).
                Tables use units for people. html is one page with all answers of a script, svg a picture of
                each; `chart` makes pictures of tables there and on a terminal.
                Messages, progress and the account of what was read go to standard error.
                """),
        Topic(
            name: "redact",
            summary: "names for people and clients in an answer that goes to others",
            text: """
                mlq --redact -o html why-deferred maillog > report.html
                    new names each time; those of one call (or shell) agree
                mlq --redact-key SECRET …    mlq --redact-key @FILE …
                    the same names whenever the key is the same: two reports agree. Who has the key can try
                    out names, so make it long and keep it; a file keeps it out of the list of processes

                What becomes what, in every format, in titles, queries, charts, plans, in the files of `write` and
                in their names, in messages on standard error and in the shell:
                    bob@a.example         user-x7k2q9ab@a.example
                    sasl_username=bob     user-x7k2q9ab: what stands before an @ has the name of the login
                    dsl-4-3.isp.example   host-m3enz8ih.isp.example, a client; the registered domain stays
                    helo=<BOBS-PC>        host-q4w7rt2d; so does a name below local, lan or another top-level
                                          domain that mlq does not know
                    <4711@pc.a.example>   <user-b3c5d7e9@host-k2m4n6p8.a.example>, a message id
                    192.0.2.1, 2001:db8::1    another address. Addresses of one network are in one network
                                          again; they may be somebody else's, who has nothing to do with it
                    Subject: lunch        Subject: text-h5j7k9mz; so does any header or line of a message
                    /home/bob/m.log       /home/user-x7k2q9ab/m.log

                What is kept: the null sender, domains, numbers, times, queue ids, the log's own host, relays and
                what a remote server is called, DNS lists, loopback, and words.

                Values of fields are replaced by what the field is, also when renamed, counted or joined, and so is
                the same value in a line. What a function or `extract` makes of them or of a line is replaced whole.
                In any other text, values of keys such as user= are replaced, names beside an address, and every
                word that is not in a list of words of mail programs, their replies and mlq. Lines of programs that
                mlq does not know are such text, so that more of them is replaced than of others.

                In a query, a value is shown as its field's is; of other texts and regexes the words in that
                list stay. A message that points at a column of a query has `*` for each letter of another word.

                What is not guaranteed:
                  - a user who is called like a word of that list (mail, info) is shown in free text, though not
                    in a field, an address or the value of a key
                  - what the domain of a person tells, also of a host that is called like a domain (bob.example)
                  - a name that the query gives a column, and what was typed: the shell's history, `:save`, `:edit`
                  - numbers and times show who is who to those who know: a list of the ten largest senders is no
                    secret to the eleventh. Rows are sorted by the true names
                """),
        Topic(
            name: "exit", summary: "exit statuses",
            text: """
                0    done
                1    an assertion failed; no rows, with --exit-empty
                2    the query or the call is wrong
                3    some input was unreadable or damaged (the rest was answered); with --strict also when
                     lines were not understood
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

                A statement ends at `;` or at the end of the line, unless a bracket is open, the line ends in an
                operator, `,` or `|`, or the next line starts with `|`. `explain QUERY` shows the plan.
                mlq fmt formats scripts, mlq check checks them without reading a log, mlq test runs .mlqt cases.

                Limits
                    text                             1 MB; longer lists of values: `in @FILE`
                    brackets, `not` and signs        nested 100 levels deep
                    imports                          nested 100 levels deep; a file is read once
                    stages of a query                2,000, with those of the pipelines that it uses
                    pipelines in `join`, `union`, `in NAME`    nested 20 levels deep
                """),
    ]
}
