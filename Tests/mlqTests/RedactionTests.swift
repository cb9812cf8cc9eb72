import Testing

@Suite("--redact")
struct RedactionTests {
    private static let logs = [
        "Examples/maillog/maillog-20121216.gz", "Tests/Data/postfix-3.7.11.maillog",
        "Tests/Data/submission.maillog",
    ]

    /// Words that could give somebody away.
    private static let secrets: Set<String> = {
        let raw = (try? Program.run(["-o", "raw", "-e", "filter true"] + logs).output) ?? ""
        let address = /[A-Za-z0-9._+=\-]+@/
        let locals = Set(raw.matches(of: address).map { String($0.output.dropLast()) })
        let fields = { (names: [String]) -> Set<String> in
            let queries = names.flatMap {
                ["-e", "filter not missing(\($0)) | count by \($0) | select \($0)"]
            }
            let outcome = try? Program.run(["-o", "tsv", "--no-header"] + queries + logs)
            return Set((outcome?.output ?? "").split(separator: "\n").map(String.init))
        }
        let clients = fields(["client_ip"]).subtracting(fields(["relay_ip"])).subtracting([
            "127.0.0.1", "::1",
        ])
        // A local part such as `mail` is also a word that gives nobody away, and `info` is one of mlq's.
        let common = words(raw.replacing(address, with: " ")).union(locals.filter { $0.count < 5 })
        return locals.subtracting(common).union(fields(["sasl_username"])).union(clients)
    }()

    private static func words(_ text: String) -> Set<String> {
        Set(
            text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "._+=-:".contains($0))) }.map(
                String.init)
        )
        .union(
            text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "._+-".contains($0))) }.map(
                String.init))
    }

    private static let queries = [
        "filter event in (reject, delivery, client) | tail 300", "count by from, to | top 30",
        "top 20 client_ip, client",
        "count by client_net, sasl_username | top 20", "facets", "describe", "whatchanged",
        "patterns | head 50",
        "deliveries | tail 50", "messages | tail 50", "recipients | tail 50", "sessions | tail 50",
        "extend who = localpart(to), part = substr(raw, 40), part2 = substr(client_name, 1, 12) | tail 200",
        "extract \"to=<<name>\" | top 20 name", "count by process, sasl_username | pivot sasl_username",
        "stats v=values(to), f=first(from), m=max(client_ip) by relay_name", "top 5 to, day | chart",
        "filter status=bounced | count by reason, detail",
    ]

    @Test(
        "no local part, no login and no address of a client is in any answer",
        arguments: ["table", "tsv", "csv", "json", "jsonl", "md", "html", "svg", "raw"])
    func secrecy(_ format: String) throws {
        #expect(Self.secrets.count > 500)
        let queries = Self.queries.flatMap { ["-e", $0] }
        let outcome = try Program.run(["--redact-key", "a key", "-o", format] + queries + Self.logs)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("user-"))
        #expect(Self.words(outcome.output).intersection(Self.secrets).sorted() == [])
    }

    @Test("titles, explained queries, failed assertions and file names tell no more than rows do")
    func aroundRows() throws {
        let script = """
            title "Mail of bob@a.example"
            explain filter from=bob@a.example
            filter event=delivery | head 3 | assert to=bob@a.example
            """
        let log = "Jan  1 00:00:00 mx postfix/smtp[1]: A1B2C3D4E5: to=<eva@b.example>, relay=none, delay=1, "
        let rest = "delays=0/0/1/0, dsn=4.4.1, status=deferred (x)\n"
        let outcome = try Program.run(["--redact", "-o", "html", "-e", script, "-"], input: log + rest)
        #expect(outcome.status == 1)
        for secret in ["bob", "eva"] { #expect(!outcome.output.contains(secret)) }
        #expect(outcome.error.contains(/to=user-\w{8}@b.example/))
    }

    @Test("the shell keeps the names too, from when it is told to, and still finds what is behind a row")
    func shell() throws {
        let log = Program.root.appendingPathComponent("Tests/Data/submission.maillog").path
        let statements = """
            :set redact on
            filter sasl_username=bob@example.org | count by sasl_username, client_ip
            :lines 1
            :drill 1
            :explain
            :last as json
            """
        let outcome = try Program.run(["--no-config", "--year", "2026", log], input: statements + "\n")
        #expect(!outcome.output.contains("bob"))
        #expect(outcome.output.contains(/"sasl_username":"user-\w{8}@example.org"/))
        #expect(outcome.output.contains(/sasl_username=user-\w{8}@example.org/))
    }

    @Test("the name of a missing key file is printed as it is")
    func missingKeyFile() throws {
        let outcome = try Program.run(["--redact-key", "@/home/bob/kye", "-e", "count", "-"], input: "")
        #expect(outcome.error.contains("cannot read /home/bob/kye: No such file"))
        #expect(outcome.status == 2)
    }
}
