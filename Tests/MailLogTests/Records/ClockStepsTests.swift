import Testing

@testable import MailLog

@Suite("Steps of the clock") struct ClockStepsTests {
    private static func steps(_ seconds: ArraySlice<Int>) -> ClockSteps {
        var steps = ClockSteps()
        for (place, second) in zip(seconds.indices, seconds) {
            steps.follow(.time(Int64(second) * 1_000_000), at: place - seconds.startIndex)
        }
        return steps
    }

    @Test(
        "what goes back and is silent is found, wherever the lines are cut",
        arguments: [
            ([], 0, 0, 0, 0, 0), ([5], 0, 0, 0, 0, 0), ([5, 65, 5], 0, 0, 60, 1, 0),
            ([5, 66, 5, 6], 1, 2, 61, 1, 1), ([0, 100, 150, 10, 500, 100, 120], 2, 3, 490, 4, 100),
            ([900, 800, 700, 800, 900], 2, 1, 100, 3, 100),
        ] as [([Int], Int, Int, Int, Int, Int)])
    func cut(
        _ seconds: [Int], back: Int, backPlace: Int, silence: Int, silencePlace: Int, nextSilence: Int
    ) {
        for cut in 0...seconds.count {
            for second in cut...seconds.count {
                var steps = Self.steps(seconds[..<cut])
                steps.append(Self.steps(seconds[cut..<second]), at: cut)
                steps.append(Self.steps(seconds[second...]), at: second)
                #expect(steps.back == back && steps.backPlace == backPlace)
                #expect(steps.silence == Int64(silence) * 1_000_000 && steps.silencePlace == silencePlace)
                #expect(steps.nextSilence == Int64(nextSilence) * 1_000_000)
                if silence > 0 {
                    #expect(steps.silenceStart.integer == seconds[silencePlace - 1] * 1_000_000)
                }
            }
        }
    }
}
