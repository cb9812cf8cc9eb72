import Foundation
import MailLog
import Testing

@Suite("A set of logs")
struct LogSetTests {
    static let directory = TemporaryDirectory()

    static func log(_ name: String, _ lines: [String]) throws -> String {
        let path = directory.path(name)
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("what births of messages tell is looked for when times matter")
    func waiting() throws {
        let path = try Self.log(
            "waiting",
            [
                "Nov 23 17:39:34 mx1 postfix/cleanup[9]: "
                    + "B42F5F8A2E2: message-id=<20121123163934.B42F5F8A2E2@mx1.example.org>"
            ])
        let logs = LogSet(paths: [path], options: LogOptions(year: 2020))
        #expect(logs.files(dated: false).map(\.path) == [path])
        #expect(logs.problems.isEmpty)
        #expect(logs.files.map(\.path) == [path])
        #expect(logs.problems.map(\.message).first?.contains("is of 2012") == true)
    }
}
