import Glibc
import MailLog
@testable import QueryEngine
import Testing

/// The names of the files that `write` makes, and when they have them.
@Suite("Written files")
struct WrittenFilesTests {
    private static func encoded(_ text: [UInt8], mark: UInt8? = nil) -> String {
        var name: [UInt8] = []
        FileName.append(text, mark: mark, to: &name)
        return String(decoding: name, as: UTF8.self)
    }

    @Test(
        "a name is printable, no option, hidden or another directory",
        arguments: [
            ("a@b.example", "a@b.example"), ("a/b", "a%2Fb"), ("a_b", "a_b"), ("..", "%2E%2E"), (".", "%2E"),
            ("-rf", "%2Drf"), ("a-b", "a-b"), (".x.", "%2Ex%2E"), ("a ", "a%20"), ("", "%empty"),
            ("none", "none"),
            ("100%", "100%25"), ("ü", "%C3%BC"), ("\u{202e}\u{9b}", "%E2%80%AE%C2%9B"), ("\n", "%0A"),
            ("A", "A"),
            ("*?\"<>|\\", "%2A%3F%22%3C%3E%7C%5C"),
        ])
    func names(value: String, name: String) {
        #expect(Self.encoded(Array(value.utf8)) == name)
    }

    @Test("a name can be read back, whatever the bytes of the value")
    func namesAreReversible() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<2000 {
            let value = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let name = Array(Self.encoded(value, mark: UInt8(ascii: "-")).utf8)
            var read: [UInt8] = []
            var place = 0
            while place < name.count {
                let isEscape = name[place] == UInt8(ascii: "%")
                let digits = String(decoding: name[place...].dropFirst().prefix(2), as: UTF8.self)
                read.append(isEscape ? UInt8(digits, radix: 16) ?? 0 : name[place])
                place += isEscape ? 3 : 1
            }
            #expect(read == value)
            #expect(name.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "-") })
        }
    }

    private static func log(to recipients: [String]) -> TestLog {
        TestLog([
            (
                "maillog",
                recipients.map {
                    "Nov 23 16:39:37 mx1 postfix/smtp[9748]: B0A9DF8A113: to=<\($0)>, relay=r-\($0), delay=2.9, "
                        + "delays=2.8/0/0.04/0, dsn=4.4.2, status=deferred (x)"
                }
            )
        ])
    }

    @Test("different values never share a file, be they long or several")
    func namesAreUnique() {
        let long = String(repeating: "x", count: 300)
        let log = Self.log(to: [long + "1", long + "2", "a-b", "a", "b-c", "A", "", "none"])
        defer { log.remove() }
        for (name, files) in [
            ("{to}.csv", 8), ("{to}-{relay}.csv", 8), ("{queue_id}-{from}{day}.csv", 1),
            ("{to}-{relay}-{host}-{status}-{process}-{queue_id}.csv", 8),
        ] {
            let notes = log.answer("write \"\(log.path(name))\"").notes
            #expect(notes == ["wrote 8 rows to \(files) file\(files == 1 ? "" : "s")"])
        }
        #expect(log.text(of: "%3C%3E.csv") != nil)
        #expect(log.text(of: "B0A9DF8A113-%none2026-11-23.csv") != nil)
        #expect(
            log.answer("write \"\(log.path("{to}{relay}.csv"))\"").diagnostics
                == ["'{to}' has no separator after it in the file's name"])
    }

    @Test("directories of values are made; a link in the place of one is not followed, nor is one of a file")
    func links() {
        var log = TestLog()
        defer { log.remove() }
        let other = TestLog()
        defer { other.remove() }
        #expect(log.answer("count by day | write \"\(log.path("{day}/x.csv"))\"").failure == nil)
        #expect(log.text(of: "2026-11-23/x.csv") == "day,count\n2026-11-23,10\n")
        unlink(log.path("2026-11-23/x.csv"))
        rmdir(log.path("2026-11-23"))
        symlink(other.directory, log.path("2026-11-23"))
        symlink(other.path("maillog"), log.path("l.csv"))
        for force in [false, true] {
            log.force = force
            let answer = log.answer("count by day | write \"\(log.path("{day}/x.csv"))\"")
            #expect(answer.failure?.hasSuffix("a symbolic link or a file is in the way") == true)
            #expect(other.text(of: "x.csv") == nil)
            #expect((log.answer("count | write \"\(log.path("l.csv"))\"").failure == nil) == force)
        }
        #expect(log.text(of: "l.csv") == "count\n10\n")
        #expect(other.text(of: "maillog")?.hasPrefix("Nov 23") == true)
    }

    @Test(
        "a file that is replaced lends its permissions; a name that is taken is known before any file is written"
    )
    func permissions() {
        var log = TestLog()
        defer { log.remove() }
        TestLog.write("old", to: log.path("smtp.csv"))
        chmod(log.path("smtp.csv"), 0o600)
        let query = "count by process | write \"\(log.path("{process}.csv"))\""
        #expect(log.answer(query).failure?.contains("smtp.csv exists; choose another name") == true)
        #expect(log.text(of: "smtp.csv") == "old")
        #expect(log.text(of: "qmgr.csv") == nil)
        log.force = true
        #expect(log.answer(query).failure == nil)
        var status = stat()
        stat(log.path("smtp.csv"), &status)
        #expect(log.text(of: "smtp.csv") == "process,count\nsmtp,2\n" && status.st_mode & 0o777 == 0o600)
    }

    @Test("what a killed run has left is removed, what a running one writes is not")
    func leftovers() throws {
        let log = TestLog()
        defer { log.remove() }
        mkdir(log.path(".mlq-write-1-1"), 0o700)
        TestLog.write("half", to: log.path(".mlq-write-1-1/1"))
        let running = try StagedFiles(in: log.directory + "/")
        let file = try running.add(Array("late.txt".utf8), mayReplace: false)
        try running.append(Array("whole".utf8), to: file)
        #expect(log.answer("count | write \"\(log.path("x.csv"))\"").failure == nil)
        #expect(access(log.path(".mlq-write-1-1"), F_OK) != 0)
        #expect(log.text(of: "late.txt") == nil)
        try running.name([file], mayReplace: false)
        #expect(log.text(of: "late.txt") == "whole")
    }

    @Test("stages behind that want no more rows do not make a file shorter")
    func head() {
        let log = TestLog()
        defer { log.remove() }
        let answer = log.answer("select process | write \"\(log.path("x.csv"))\" | head 1")
        #expect(answer.rows == ["process", "smtpd"])
        #expect(log.text(of: "x.csv")?.split(separator: "\n").count == 11)
    }
}
