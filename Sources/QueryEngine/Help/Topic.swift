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
                `now` is the clock (or --now), `end` the last line of the logs.
                filter day=12-26    filter time in 12-26..12-28    --since 12-26 --until "12-26T14:00"

                Stamps without a year get one from, in this order: --year, message ids that Postfix
                made and long queue ids, a date in the file's name, dated files of the same name, gzip's time
                stamp, the file's time stamp, today. New Year may lie inside a file. Years that a log tells are
                never changed. Times are the log's own clock.
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
                """),
    ]
}
