import Testing

@testable import QueryEngine

@Suite struct ProgressBarTests {
    @Test(
        arguments: [
            (0, 100, 2.0, 80, " 0%                                 0 B of 100 B  0 B/s"),
            (
                4_500_000_000, 9_000_000_000, 9, 80,
                " 50% ███████████████                 4.5 GB of 9.0 GB  500.0 MB/s  9s left"
            ),
            (4_500_000_000, 9_000_000_000, 9, 41, " 50% ████████▌          4.5 GB of 9.0 GB"),
            (9_000_000, 9_000_000, 1, 24, "100% ██████████████████"),
            (1, 2, 1, 5, " 50%"),
            (1, 2, 1, 0, ""),
            (20, 10, 1, 44, "100% ████████████████  20 B of 10 B  20 B/s"),
            (0, nil, 3, 80, "reading"),
            (0, nil, 3, 8, "reading"),
            (2_000_000, nil, 2, 80, "2.0 MB read  1.0 MB/s"),
            (2_000_000, nil, 2, 15, "2.0 MB read"),
        ] as [(Int, Int?, Double, Int, String)])
    func text(done: Int, total: Int?, elapsed: Double, width: Int, expected: String) {
        let text = ProgressBar.text(done: done, total: total, elapsed: elapsed, width: width, isUTF8: true)
        #expect(text.trimmed == expected.trimmed)
        #expect(text.count < max(1, width))
    }

    @Test func withoutUnicode() {
        let text = ProgressBar.text(done: 1, total: 2, elapsed: 0, width: 14, isUTF8: false)
        #expect(text == " 50% ####....")
    }
}

extension String {
    fileprivate var trimmed: Substring { self[...].drop { $0 == " " } }
}
