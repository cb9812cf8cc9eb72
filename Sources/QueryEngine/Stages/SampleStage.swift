import MailLog
import QuerySyntax

/// `sample N [seed K]`: keeps random rows, the same ones in each run.
struct SampleStage: Stage {
    static let form = Form<any Stage>(
        "sample", summary: "keep N random rows, the same ones in each run",
        details: "Rows keep their order. Another `seed` selects other rows.",
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
            { .integer(Int(truncatingIfNeeded: SplitMix.hash(Chunk.hashable($0.order), seed: seed))) }
        }
        resolution.keep(
            count, by: SortReduction.Key(expression: hash, descending: false), title: "sample \(count)")
    }
}
