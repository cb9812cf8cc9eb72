import Foundation
import Testing

/// No limit of the system ends mlq with a signal, or costs part of an answer in silence.
@Suite("Limits of the system")
struct LimitsTests {
    static let log = "Tests/Data/postfix-3.7.11.maillog"

    @Test(
        "little memory is enough, or the message says that it is not",
        arguments: [40, 50, 70, 150],
        [
            "count", "top 3 to", "messages | count", "trace '@'", "filter /time(d|out)/ | count",
            "sort to | tail 1",
        ])
    func memory(megabytes: Int, query: String) throws {
        let whole = try Program.run(["-e", query, LimitsTests.log])
        let outcome = try Program.shell(
            "ulimit -v \(megabytes << 10); mlq -e \"\(query)\" \(LimitsTests.log)")
        if outcome.status == 0 {
            #expect(outcome.output == whole.output)
        } else {
            #expect(
                [2, 3].contains(outcome.status) && outcome.error.contains("not enough memory"), "\(outcome)")
        }
    }

    /// A command, its status, and a part of what it prints.
    static let cases: [(command: String, status: Int32, text: String)] = [
        ("ulimit -n 5; mlq -e count LOG", 0, "563"),
        ("ulimit -s 64; mlq -e 'filter /tim(e|x)d/ | count' LOG", 0, "count"),
        ("ulimit -f 0; mlq -e 'select queue_id | write \"new.csv\"' LOG", 3, "File too large"),
        ("ulimit -f 0; cat LOG | mlq -e 'count; count'", 3, "File too large"),
        ("mlq -e count LOG > /dev/full", 3, "No space left"),
        ("mlq -e 'explain count' LOG > /dev/full", 3, "No space left"),
        ("mlq help > /dev/full", 3, "No space left"), ("mlq help --json > /dev/full", 3, "No space left"),
        ("mlq --version > /dev/full", 3, "No space left"),
        ("mlq fmt EXAMPLES/step3-days.mlq > /dev/full", 3, "No space left"),
        ("echo :help | mlq --no-config LOG > /dev/full", 3, "No space left"),
        ("mlq -e count LOG >&-", 3, "Bad file descriptor"), ("mlq -e count LOG <&-", 0, "563"),
        ("mlq -e count <&-", 2, "no log to read"),
        (
            "mlq -e 'head 1 | select queue_id | write \"new.csv\"' none LOG <&- >&- 2>&-; cat new.csv", 0,
            "queue_id\n"
        ),
        ("cp LOG copy; mlq -e 'count by nothing' copy <&- >&- 2>&-; cmp LOG copy && echo same", 0, "same"),
        ("env -i $(command -v mlq) -e count LOG", 0, "563"),
        ("TMPDIR=/nonexistent mlq -e count LOG", 0, "563"),
    ]

    @Test("end with an answer or a sentence", arguments: cases.indices)
    func limits(_ index: Int) throws {
        let (command, status, text) = LimitsTests.cases[index]
        let scratch = try Scratch()
        let root = Program.root.path
        let line = command.replacingOccurrences(of: "LOG", with: "\(root)/\(LimitsTests.log)")
            .replacingOccurrences(of: "EXAMPLES", with: "\(root)/Examples")
        let outcome = try Program.shell("cd \(scratch.directory); \(line)")
        #expect(outcome.status == status, "\(command): \(outcome)")
        #expect((outcome.output + outcome.error).contains(text), "\(command): \(outcome)")
        #expect(!outcome.output.contains("mlq:"), "\(command): a message got into a file")
    }
}
