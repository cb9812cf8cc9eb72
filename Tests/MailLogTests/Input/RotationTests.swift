import Testing

@testable import MailLog

@Suite("Names of rotated logs")
struct RotationTests {
    static let names: [(older: String, younger: String, areOneLog: Bool)] = [
        ("maillog.2", "maillog.1", true), ("maillog.10", "maillog.9.gz", true),
        ("maillog.1", "maillog", true),
        ("mail.log.1.gz", "mail.log", true), ("maillog-20121216", "maillog-20121223.xz", true),
        ("maillog-20121216", "maillog", true), ("mail.log.2012-12-23", "mail.log.2012-12-24.gz", true),
        ("mx1/maillog.1", "mx2/maillog", false), ("maillog-mx1", "maillog-mx2", false),
        ("mail1.log", "mail2.log", false), ("part1", "part2", false), ("mail.info", "mail.log", false),
        ("mail.log.1", "mail.info", false),
    ]

    @Test("which is the older one of one log", arguments: names)
    func order(names: (older: String, younger: String, areOneLog: Bool)) {
        let (older, younger) = (Rotation(names.older), Rotation(names.younger))
        #expect(older.isBefore(younger) == names.areOneLog)
        #expect(!younger.isBefore(older))
    }
}
