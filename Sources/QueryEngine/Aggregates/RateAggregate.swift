import MailLog
import QuerySyntax

/// `rate(per D)`: rows per unit of time.
enum RateAggregate {
    static let form = Aggregate.form(
        "rate", [ArgumentRule("per D", .duration)],
        summary: "the number of rows per D: rate(per 1m)",
        details: """
            If the groups have a bin of time as a key: rows divided by the length of the bin. Otherwise: rows divided \
            by the time from the first to the last row of the group; missing if both have the same time.
            """,
        examples: ["stats count(), rate(per 1m) per 1d", "stats rate(per 1h) by process"]
    ) { (call, resolution) throws(Diagnostic) in
        guard let unit = call[0].constant.flatMap(RoundFunctions.microseconds), unit > 0 else {
            throw Diagnostic("'rate' needs a duration", at: call[0].range, hint: "such as rate(per 1m)")
        }
        let time = try resolution.expression(.field(Name("time", call.range)))
        return ResolvedAggregate(.number, of: [time], state: Rate(unit: unit, bin: resolution.groupBin))
    }
}

private struct Rate: GroupState {
    let unit: Int
    let bin: TimeBin?
    var count = 0
    var first = Int64.max
    var last = Int64.min

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        guard inputs[0].kind == .time else { return 0 }
        count &+= 1
        first = min(first, inputs[0].wallClock)
        last = max(last, inputs[0].wallClock)
        return 0
    }

    mutating func merge(_ other: Rate) -> Int {
        count &+= other.count
        first = min(first, other.first)
        last = max(last, other.last)
        return 0
    }

    func result(_ arena: Arena) -> Value {
        guard count > 0 else { return .missing }
        let span: Int64
        if let bin {
            let start = TimeBins.start(of: first, bin)
            span = TimeBins.next(after: start, bin) - start
        } else {
            span = last - first
        }
        return span > 0 ? .double(Double(count) * Double(unit) / Double(span)) : .missing
    }
}
