import MailLog
import QuerySyntax

/// `bin(x, width)`: the start of the bin that x lies in.
enum BinFunction {
    static let form = Function.form(
        "bin", aliases: ["bucket"], [ArgumentRule("x", .any), ArgumentRule("width", .number)],
        summary: "the start of the bin of that width that x lies in",
        details:
            "x is a time, a duration or a number; bins of time start at midnight on the log's own clock.",
        examples: ["count by bin(time, 6h) as t", "filter status=sent | count by bin(delay, 10s) as delay"]
    ) { (call, _) throws(Diagnostic) in
        let type = call[0].type
        if type.isTime {
            guard let width = call[1].constant, width.kind == .duration, width.integer > 0 else {
                throw Diagnostic("bins of time need a duration such as 15m", at: call[1].range)
            }
            let bin = TimeBins.named(width.integer)
            return Typed(.time(bin), of: [call[0]], range: call.range) { operands in
                { row in TimeBins.start(of: operands[0](row), bin) }
            }
        }
        guard type.isNumeric else {
            throw Diagnostic("'bin' needs a time or a number, not \(type.article)", at: call[0].range)
        }
        return Typed(type, of: call.arguments, range: call.range) { operands in
            { row in
                let value = operands[0](row)
                let width = operands[1](row)
                switch value.kind {
                case .duration:
                    guard let unit = RoundFunctions.microseconds(width), unit > 0 else { return .missing }
                    return .duration(Int(Int64(value.integer).floorDivided(by: Int64(unit))) &* unit)
                case .integer where width.kind == .integer:
                    guard width.integer > 0 else { return .missing }
                    return .integer(
                        Int(Int64(value.integer).floorDivided(by: Int64(width.integer))) &* width.integer)
                case .integer, .double:
                    guard width.isNumber, width.number > 0 else { return .missing }
                    return .double((value.number / width.number).rounded(.down) * width.number)
                default: return .missing
                }
            }
        }
    }
}
