import Foundation
import Testing

/// `$n` is `caf` and a byte that is é in Latin-1, and no UTF-8. What a case prints shows that byte as `<e9>`.
@Suite("Files whose names are not UTF-8")
struct FileNamesTests {
    static let line =
        "Dec  1 00:00:00 mx1 postfix/smtp[1]: ABCDEF012345: to=<b@b.example>, relay=none, delay=1, dsn=2.0.0, "
        + "status=sent (x)"
    static let latin = line.replacingOccurrences(of: "<b@", with: "<b\\351@")

    static let setup = """
        export LC_ALL=C.UTF-8 n=$(printf 'caf\\351')
        mkdir logs
        echo '\(line)' > "logs/mail-$n.log"
        printf '\(latin)\\n' > latin.log
        printf 'queue_id,answer\\nABCDEF012345,42\\n' > "$n.csv"
        printf 'let mine = filter process=smtp\\n' > "$n.mlq"
        printf 'import "%s.mlq"\\nmine   | count\\n' "$n" > "main-$n.mlq"
        """

    static let cases: [(command: String, shown: String)] = [
        ("mlq -e count \"logs/mail-$n.log\"", "count\n1\n"),
        ("mlq -e count logs", "count\n1\n"),
        ("mlq -e count 'logs/mail*'", "count\n1\n"),
        ("mlq -e 'count by file' logs", "file\tcount\nlogs/mail-caf<e9>.log\t1\n"),
        ("mlq -e 'filter file=\"logs/mail-caf\\xe9.log\" | count' logs", "count\n1\n"),
        ("mlq --no-header -o table -e 'files | select file' logs", "logs/mail-caf\\xe9.log\n"),
        ("mlq -o html -e count logs | grep -o 'from logs[^<]*'", "from logs/mail-caf\\xe9.log.\n"),
        (
            "mlq -e count \"none-$n.log\"",
            "count\n0\nmlq: none-caf\\xe9.log cannot be opened: No such file or directory\n"
        ),
        ("mlq \"main-$n.mlq\" logs", "count\n1\n"),
        ("mlq -f \"main-$n.mlq\" logs", "count\n1\n"),
        ("mlq -e \"import '$n.mlq'; mine | count\" logs", "count\n1\n"),
        ("mlq -e \"lookup '$n.csv' on queue_id | select answer\" logs", "answer\n42\n"),
        ("mlq -e 'lookup \"caf\\xe9.csv\" on queue_id | select answer' logs", "answer\n42\n"),
        (
            "mlq -e \"count | write 'new-$n.csv'\" logs; cat \"new-$n.csv\"",
            "count\n1\nmlq: wrote 1 row to new-caf\\xe9.csv\n"
        ),
        ("mlq -e 'count | write \"x-caf\\xe9.csv\"' logs 2> log; ls x*", "x-caf<e9>.csv\n"),
        (
            "printf ':open \"logs/mail-%s.log\"\\ncount\\n' \"$n\" | mlq --no-config latin.log 2> log",
            "count\n1\n"
        ),
        ("mlq fmt \"$n.csv\"", "caf\\xe9.csv:1:1"),
        ("mlq fmt -w \"main-$n.mlq\"; cat \"main-$n.mlq\"", "import \"caf<e9>.mlq\""),
        // Texts that are no names.
        ("mlq -e \"$(printf 'filter \"b\\351@\" | count')\" latin.log", "count\n1\n"),
        ("mlq -e 'filter to=\"b\\xe9@b.example\" | count' latin.log", "count\n1\n"),
        ("mlq -e 'title \"'$n'\"; count' latin.log", "# caf<e9>\ncount\n1\n"),
    ]

    @Test("are read, written and shown by all ways in", arguments: cases.indices)
    func ways(_ index: Int) throws {
        let (command, shown) = FileNamesTests.cases[index]
        let scratch = try Scratch()
        let outcome = try Program.shell(
            "cd \(scratch.directory)\n\(FileNamesTests.setup)\n{ \(command); } 2>> err | LC_ALL=C sed 's/\\xe9/<e9>/'; cat err"
        )
        #expect(outcome.output.contains(shown), "\(command): \(outcome.output)")
    }

    @Test("that one text writes in two ways are two files")
    func equivalent() throws {
        let scratch = try Scratch()
        for (name, count) in [("caf\u{e9}", 2), ("cafe\u{301}", 3)] {
            let lines = (0..<count).map { "\(FileNamesTests.line) \(name) \($0)\n" }
            try scratch.write(lines.joined(), to: "\(name).log")
        }
        let outcome = try Program.run([
            "--no-header", "-e", "files | select lines | sort lines", scratch.directory,
        ])
        #expect(outcome.output == "2\n3\n")
    }
}
