import Foundation
import QueryEngine
import Testing

/// The investigations that come with mlq: the scripts of `Examples` that say `mlq NAME` in their header.
@Suite("Shipped investigations")
struct ShippedScriptsTests {
    static let scripts: [(name: String, text: String)] = ExamplesTests.scripts.compactMap { path in
        let url = Program.root.appendingPathComponent(path)
        let name = url.deletingPathExtension().lastPathComponent
        guard let text = try? String(contentsOf: url, encoding: .utf8), text.contains("\n#     mlq \(name) ")
        else { return nil }
        return (name, text)
    }

    static let names = scripts.map(\.name)

    static let logs = ["Tests/Data/postfix-3.7.11.maillog", "Tests/Data/submission.maillog"]

    @Test("what is compiled in is what Examples holds")
    func isCurrent() {
        #expect(ShippedScript.all.map(\.name) == ShippedScriptsTests.scripts.map(\.name))
        #expect(ShippedScript.all.map(\.text) == ShippedScriptsTests.scripts.map(\.text))
    }

    @Test("there are the investigations that postmasters need")
    func areMany() { #expect(ShippedScriptsTests.names.count >= 38) }

    @Test("each runs by its name on logs of other mail servers", arguments: names)
    func run(_ name: String) throws {
        let script = try #require(ShippedScript.named(name))
        for log in ShippedScriptsTests.logs {
            let outcome = try Program.run(["--year", "2026", "-o", "table", name, log])
            #expect(outcome.status == 0, "\(log): \(outcome.error)")
            // This log is shorter than the week that a comparison takes by itself.
            if script.text.contains("\nparam at = "), log.contains("postfix-3") {
                #expect(outcome.error.contains("no line is `before`, all are `after`: the logs go from"))
            }
        }
    }

    @Test("each tells its question, when to use it and how to read it", arguments: names)
    func help(_ name: String) throws {
        let outcome = try Program.run(["help", name])
        #expect(outcome.status == 0)
        for part in ["\(name) (investigation): ", "?", "  When: ", "  Read: "] {
            #expect(outcome.output.contains(part), "\(part)")
        }
    }

    @Test("help lists them with their questions")
    func list() throws {
        let outcome = try Program.run(["help", "examples"])
        for script in ShippedScript.all {
            #expect(outcome.output.contains("\(script.name) "))
            #expect(outcome.output.contains(script.question))
        }
    }

    @Test("a name that is nearly one is told, and a file of that name goes first")
    func words() throws {
        #expect(try Program.run(["why-defered"]).error.contains("did you mean 'mlq why-deferred'?"))
        #expect(try Program.run(["help", "why-defered"]).error.contains("did you mean 'why-deferred'?"))
        #expect(try Program.run(["check", "backscatter"]).status == 0)
        let scratch = try Scratch()
        let outcome = try Program.shell(
            "cd \(scratch.directory) && echo 'Nov 23 16:39:34 mx1 a[1]: b' > logins && mlq -e 'count' logins")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasSuffix("1\n"))
    }

    @Test("they name the list that answers, the message that is retried, the account that is stolen")
    func incident() throws {
        let lists = try Program.run(["backscatter", "Examples/maillog"]).output
        #expect(lists.contains("maint@ml.example.jp\tmaint-admin@ml.example.jp\t105\t102\t5664\t104\n"))
        let retries = try Program.run(["retry-storm", "Examples/maillog"]).output
        #expect(retries.contains("90442C9CB29\tmaint-admin@ml.example.jp\tsally@uk.psi.com\t1470\t"))
        let accounts = try Program.run(
            ["--year", "2026", "compromised-account", "Tests/Data/submission.maillog"]).output
        #expect(accounts.contains("bob@example.org\t2026-11-24\t7\t1\t1\t2\t"))
    }
}
