import Testing

@testable import QueryEngine

@Suite struct AccountTests {
    @Test(
        arguments: [
            (0, 10, nil, nil),
            (
                12, 4321, (1, 1234),
                "12 lines have no time stamp that mlq knows "
                    + "(the first: b\\x1b, byte 1234)"
            ),
            (1, 4321, (0, 0), "a line has no time stamp that mlq knows (a, byte 0)"),
            (1, 1, (0, 0), "a line has no time stamp that mlq knows (a, byte 0)"),
            (2, 3, (7, 0), "2 lines have no time stamp that mlq knows"),
        ] as [(Int, Int, (Int, Int)?, String?)])
    func sentence(unrecognised: Int, lines: Int, first: (Int, Int)?, expected: String?) {
        var account = ScanAccount()
        account.lines = lines
        account.unrecognised = unrecognised
        account.firstUnrecognised = first.map { (file: $0.0, offset: $0.1) }
        #expect(accountSentence(account, paths: ["a", "b\u{1b}"]) == expected)
    }
}
