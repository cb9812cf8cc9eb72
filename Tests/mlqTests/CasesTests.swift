import Foundation
import Testing

@Suite("Cases")
struct CasesTests {
    static let paths: [String] = {
        let directory = Program.root.appendingPathComponent("Tests/Cases").path
        let names = FileManager.default.subpaths(atPath: directory) ?? []
        return names.filter { $0.hasSuffix(".mlqt") }.sorted().map { "Tests/Cases/\($0)" }
    }()

    @Test("each gives its answer in every way in which a log can be read", arguments: paths)
    func passes(_ path: String) throws {
        let outcome = try Program.run(["test", path])
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    @Test("there are cases")
    func exist() { #expect(CasesTests.paths.count >= 2) }

    @Test("a case whose answer is wrong fails")
    func canFail() throws {
        let text = "count\n--- log maillog\nNov 23 16:39:34 mx1 a: b\n--- answer\ncount:whole-number\n2\n"
        let scratch = try Scratch()
        let outcome = try Program.run(["test", try scratch.write(text, to: "wrong.mlqt")])
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("expected answer"))
    }

    @Test("--update keeps the name of a shared log")
    func update() throws {
        let scratch = try Scratch()
        try scratch.write("Nov 23 16:39:34 mx1 a: b\n", to: "logs/one.log")
        let path = try scratch.write("count\n--- log @one\n--- answer\nwrong\n", to: "shared.mlqt")
        #expect(try Program.run(["test", "--update", path]).status == 0)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text == "count\n--- log @one\n--- answer\ncount:whole-number\n1\n")
        try scratch.write("count\n--- log @two\n", to: "shared.mlqt")
        let outcome = try Program.run(["test", path])
        #expect(outcome.status == 2 && outcome.error.contains("logs/two.log"))
    }
}
