import Foundation
import IncidentLog

// Benchmark of mlq against common tools. All tools read the same file, must give the same answer, and run in turn.
//
//     swift run -c release mlq-bench [--size 700MB] [--runs 5] [--only TEXT] [--directory DIR]
//
// The log is the incident of the examples, generated at the given size and kept in the directory. `--only` selects the
// queries whose title contains the text.

var size = "700MB"
var runs = 5
var only = ""
var directory = NSTemporaryDirectory() + "mlq-bench"
var arguments = CommandLine.arguments.dropFirst()
while let option = arguments.popFirst() {
    let usage = "usage: mlq-bench [--size 700MB] [--runs 5] [--only TEXT] [--directory DIR]"
    guard let value = arguments.popFirst() else { fail(usage) }
    switch option {
    case "--size": size = value
    case "--runs": runs = max(1, Int(value) ?? 5)
    case "--directory": directory = value
    case "--only": only = value
    default: fail(usage)
    }
}

let mlq = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("mlq").path ?? "mlq"
guard FileManager.default.isExecutableFile(atPath: mlq) else {
    fail("no mlq next to mlq-bench; run swift build -c release")
}
let log = BenchmarkLog(directory: directory, size: size)
print(
    "\(log.bytes / 1_000_000) MB, \(ProcessInfo.processInfo.activeProcessorCount) cores, median of \(runs) runs\n"
)

let day = "$1 == \"Dec\" ? \"Dec \" $2 : \"Jan \" $2"
let byDay = "$5 ~ /^postfix\\/smtp\\[/ { n[\(day)]++ } END { for (d in n) print d, n[d] }"
let byID = "/status=deferred/ { n[$6]++ } END { for (q in n) print n[q], q }"
let mainQuery = "filter process=smtp | groupby day | count"

let questions = [
    Question(
        "main query: lines of smtp by day", query: mainQuery, log.plain,
        [
            Rival("rg", "rg -c 'postfix/smtp\\[' \(log.plain)", atLeast: 1),
            Rival("grep", "LC_ALL=C grep -c 'postfix/smtp\\[' \(log.plain)"),
            Rival("mawk", "mawk '\(byDay)' \(log.plain)", atLeast: 10),
            Rival("gawk", "LC_ALL=C gawk '\(byDay)' \(log.plain)"),
            Rival(
                "perl",
                "perl -ne '/^(\\w+ +\\d+) \\S+ \\S+ postfix\\/smtp\\[/ and $n{$1}++; END { print \"$_ $n{$_}\\n\" for keys %n }' "
                    + log.plain),
            Rival(
                "mlr",
                "mlr --inidx --ifs ' ' --repifs --onidx filter '$5 =~ \"^postfix/smtp\\[\"' then count -g 1,2 \(log.plain)"
            ),
            Rival(
                "duckdb",
                "duckdb -noheader -list -separator ' ' -c \"select substr(line, 1, 6), count(*) from read_csv('\(log.plain)', "
                    + "columns={'line': 'VARCHAR'}, delim='\\x01', quote='', escape='', header=false) "
                    + "where line like '%postfix/smtp[%' group by 1\""),
        ]),
    Question(
        "top 10 deferred queue ids", query: "filter status=deferred | top 10 queue_id", log.plain,
        [
            Rival("mawk", "mawk '\(byID)' \(log.plain) | sort -rn | head -10", atLeast: 5),
            Rival("gawk", "LC_ALL=C gawk '\(byID)' \(log.plain) | sort -rn | head -10"),
        ], answer: { text in numbers(text).map { $0.max() ?? 0 } }),
    Question(
        "count by regex", query: "filter /Connection (timed out|refused)/ | count", log.plain,
        [
            Rival("rg", "rg -c 'Connection (timed out|refused)' \(log.plain)", atLeast: 1),
            Rival("grep", "LC_ALL=C grep -cE 'Connection (timed out|refused)' \(log.plain)"),
        ]),
    Question(
        "count one queue id", query: "filter queue_id=90442C9CB29 | count", log.plain,
        [
            Rival("rg", "rg -c 90442C9CB29 \(log.plain)", atLeast: 1 / 1.5),
            Rival("grep", "LC_ALL=C grep -c 90442C9CB29 \(log.plain)"),
        ]),
    Question(
        "main query, one gzip file", query: mainQuery, log.gzip,
        [Rival("zcat | mawk", "zcat \(log.gzip) | mawk '\(byDay)'", atLeast: 4)]),
    Question(
        "main query, four gzip files", query: mainQuery, log.parts.joined(separator: " "),
        [
            Rival(
                "zcat | mawk", "zcat \(log.parts.joined(separator: " ")) | mawk '\(byDay)'", atLeast: 6)
        ]),
    Question(
        "messages by outcome", query: "messages | count by outcome", log.plain,
        [Rival("pflogsumm", "pflogsumm \(log.plain)", atLeast: 25)], memory: 256,
        // The counts differ by definition: see PflogsummTests.
        answer: { _ in 0 }),
    Question(
        "all lines of one mail", query: "trace 90442C9CB29", log.plain,
        [Rival("rg", "rg 90442C9CB29 \(log.plain)", atLeast: 0.5)], memory: 256,
        // The outputs differ: mlq also prints the lines of the session.
        answer: { _ in 0 }),
    Question(
        "one hour of four weeks", query: "filter time in 2012-12-28T13:00..2012-12-28T13:59 | count",
        log.plain,
        [
            Rival("rg", "rg -c '^Dec 28 13:' \(log.plain)", atLeast: 3),
            Rival("mawk", "mawk '/^Dec 28 13:/ { n++ } END { print n }' \(log.plain)"),
        ]),
    Question(
        "all fields of all lines as JSON", query: "filter true", "-o jsonl \(log.plain)",
        [
            Rival("pflogsumm", "pflogsumm \(log.plain)"), Rival("cat", "cat \(log.plain) | cat > /dev/null"),
        ], output: "> /dev/null",
        // The outputs differ.
        answer: { _ in 0 }),
    Question("start-up: count of an empty file", query: "count", log.empty, [], atMost: 0.010),
]

var isGood = true
for question in questions where only.isEmpty || question.title.contains(only) {
    isGood = question.run() && isGood
}
exit(isGood ? 0 : 1)
