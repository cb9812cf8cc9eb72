import MailLog
import QuerySyntax

/// `sample N [seed K]`: some rows, the same ones every time.
struct SampleStage: Stage {
    static let form = Form<any Stage>(
        "sample", summary: "N rows picked at random, the same ones every time",
        details: "They keep their order. Another `seed` picks others.",
        examples: ["filter event=delivery | sample 3", "filter event=delivery | sample 3 seed 7"],
        Parameter<Int>.count, Parameter<Int>.count.after("seed")
    ) { (name, count, seed) throws(Diagnostic) in SampleStage(name: name, count: count, seed: seed ?? 0) }

    let name: Name
    let count: Int
    let seed: Int

    var keepsColumns: Bool { true }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let seed = UInt64(truncatingIfNeeded: seed)
        let hash = Typed(.integer, range: name.range) {
            { .integer(Int(truncatingIfNeeded: SampleStage.hash($0.order, seed))) }
        }
        resolution.keep(
            count, by: SortReduction.Key(expression: hash, descending: false), title: "sample \(count)")
    }

    /// SplitMix64's finish: every bit of the row's place turns on every bit of the result.
    private static func hash(_ order: UInt64, _ seed: UInt64) -> UInt64 {
        var bits = order &+ (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
