import MailLog
import QuerySyntax

/// `min(x)` and `max(x)`: the smallest and the largest value.
enum ExtremeAggregate {
    static let min = form("min", "the smallest x", wantsGreatest: false, "min time by queue_id")
    static let max = form("max", "the largest x", wantsGreatest: true, "max delay by relay_name")

    private static func form(
        _ name: String, _ summary: String, wantsGreatest: Bool, _ example: String
    ) -> Form<Aggregate> {
        Aggregate.form(
            name, [ArgumentRule("x", .any)], isStage: true, summary: summary,
            details: "Texts are compared byte by byte.", examples: [example]
        ) { (call, _) throws(Diagnostic) in
            ResolvedAggregate(
                call[0].type, of: call.arguments,
                state: Extreme(sign: wantsGreatest ? 1 : -1, ignoresCase: call[0].type.ignoresCase))
        }
    }
}

private struct Extreme: GroupState {
    let sign: Int
    let ignoresCase: Bool
    var best = KeptValue.missing

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        let value = inputs[0]
        if value.isMissing { return 0 }
        if !best.isMissing, best.compare(value, ignoresCase: ignoresCase) * sign >= 0 { return 0 }
        return best.replace(with: KeptValue(value))
    }

    mutating func merge(_ other: Extreme) -> Int {
        if other.best.isMissing { return 0 }
        if !best.isMissing, best.compare(other.best, ignoresCase: ignoresCase) * sign >= 0 { return 0 }
        return best.replace(with: other.best)
    }

    func result(_ arena: Arena) -> Value { best.copy(to: arena) }
}
