import Foundation
import MailLog
import Testing

@Suite("Lines that nobody meant to write")
struct MutatedLinesTests {
    @Test("are rows, never a crash")
    func mutated() {
        let decoded = Decoded()
        var random = SeededRandom(seed: 2)
        for line in realLog + LineShapes.all.flatMap(\.samples) {
            for _ in 0..<4 {
                var bytes = Array(line.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, &random) }
                #expect(decoded.decode(bytes) > 0)
            }
        }
    }

    private static let hostile = [0, 9, 13, 0x7F, 0x80, 0xC3, 0xFF] + Array(" []<>(){}\"':;,=\\|-".utf8)

    /// Cuts, doubles or turns a piece, or puts one byte or a long field in its place.
    private func mutate(_ line: inout [UInt8], _ random: inout SeededRandom) {
        let ends = [0, 0].map { _ in Int.random(in: 0...line.count, using: &random) }.sorted()
        let piece = ends[0]..<ends[1]
        switch Int.random(in: 0..<6, using: &random) {
        case 0: line.removeSubrange(piece)
        case 1: line.insert(contentsOf: line[piece], at: ends[1])
        case 2: line.removeLast(line.count - ends[0])
        case 3: line.replaceSubrange(piece, with: line[piece].reversed())
        case 4: line.replaceSubrange(piece, with: random.bytes(1, of: Self.hostile))
        default: line.insert(contentsOf: repeatElement(line.first ?? 0, count: 2000), at: ends[0])
        }
    }

    @Test(
        "take as long as they are, however they repeat themselves",
        arguments: ["[", "<", "(", "=", "\"", ":", " ", "; from=<", "; from=<a> "])
    func linear(_ piece: String) {
        let decoded = Decoded()
        for shape in LineShapes.all {
            let sample = shape.samples[0]
            let (short, long) = (seconds(4 << 10), seconds(16 << 10))
            #expect(long < max(0.2, 12 * short), "\(sample)")

            /// What the decoder takes for the first half of the sample and so many bytes of repetition.
            func seconds(_ size: Int) -> Double {
                var line = Array(sample.utf8.prefix(sample.utf8.count / 2))
                while line.count < size { line += piece.utf8 }
                let start = processorTime()
                decoded.decode(line)
                return processorTime() - start
            }
        }
    }

    /// Of this thread: other tests run beside it.
    private func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
