import Foundation
import Testing

/// What the command's `write` owes to options, signals and the disk.
@Suite("Writing files", .serialized)
struct WriteTests {
    static let log = "Tests/Data/postfix-3.7.11.maillog"

    /// The names in a directory.
    private func names(_ scratch: Scratch) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.directory).sorted()
    }

    @Test(
        "an option of output holds for a file as it does for the answer",
        arguments: [
            [], ["--safe-csv"], ["--no-header"], ["--redact-key", "k"], ["--tz", "+02:00"], ["--types"],
            ["--redact-key", "k", "--no-header", "--safe-csv"],
        ])
    func options(_ options: [String]) throws {
        let scratch = try Scratch()
        let log = try scratch.write(
            ["=1+1@a.example", "b@a.example"].map {
                "Dec 26 10:00:00 h postfix/smtp[1]: 90442C9CB29: to=<\($0)>, relay=none, delay=1, "
                    + "delays=0/0/1/0, dsn=4.4.1, status=deferred (x)\n"
            }.joined(), to: "maillog")
        let query = "select time, to, relay"
        for format in ["csv", "tsv", "json", "jsonl", "md", "html"] {
            let call = ["--year", "2012"] + options
            let file = scratch.path("x.\(format)")
            // A page has a head and a foot besides.
            let shown = try Program.run(call + ["-o", format, "-e", query, log]).output
            let outcome = try Program.run(call + ["-e", "\(query) | write \"\(file)\"", log])
            #expect(outcome.error == "mlq: wrote 2 rows to \(file)\n")
            let written = try String(contentsOfFile: file, encoding: .utf8)
            #expect(shown.contains(written) && written.contains("a"), "\(format)")
            #expect(["md", "html"].contains(format) || shown == written, "\(format)")
        }
    }

    @Test("the shell's settings hold for files")
    func settings() throws {
        let scratch = try Scratch()
        let line = "Dec 26 10:00:00 h postfix/smtp[1]: =1\n"
        let log = try scratch.write(line, to: "maillog")
        let statements = """
            :set safe-csv on
            count by text | write "\(scratch.path("x.csv"))"
            :set no-header on
            count by text | write "\(scratch.path("y.csv"))"
            """
        let outcome = try Program.run(["--year", "2012", log], input: statements)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try String(contentsOfFile: scratch.path("x.csv"), encoding: .utf8) == "text,count\n'=1,1\n")
        #expect(try String(contentsOfFile: scratch.path("y.csv"), encoding: .utf8) == "'=1,1\n")
    }
}
