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
}
