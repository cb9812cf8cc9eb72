import MailLog
import QuerySyntax

/// `bin(x, width)`: the start of the bin that contains x.
enum BinFunction {
    static let form = Function.form(
        "bin", aliases: ["bucket"], [ArgumentRule("x", .any), ArgumentRule("width", .number)],
        summary: "the start of the bin that contains x; all bins have the given width",
        details: """
            x is a time, a duration or a number. Bins of time use the clock of the log. Bins that divide a day \
            start at midnight; weeks start on Monday.
            """,
        examples: ["count by bin(time, 6h) as t", "filter status=sent | count by bin(delay, 10s) as delay"]
    ) { (call, _) throws(Diagnostic) in
        let type = call[0].type
        let width = call[1]
        if let constant = width.constant, constant.number <= 0 {
            throw Diagnostic("the width of a bin must be above 0", at: width.range)
        }
        if type.isTime {
            guard let constant = width.constant, constant.kind == .duration else {
                throw Diagnostic(
                    "bins of time need a duration", at: width.range, hint: "write 15m, 1h, 1d or 1w")
            }
            let bin = TimeBins.named(constant.integer)
            return Typed(.time(bin), of: [call[0]], range: call.range) { operands in
                { row in TimeBins.start(of: operands[0](row), bin) }
            }
        }
        guard type.isNumeric else {
            throw Diagnostic("'bin' needs a time or a number, not \(type.article)", at: call[0].range)
        }
        guard width.type != .duration || type == .duration || type == .any else {
            throw Diagnostic("the width of a bin of \(type.article) cannot be a duration", at: width.range)
        }
        let isFraction = type != .duration && (width.type == .number || width.type == .any)
        return Typed(isFraction && type == .integer ? .number : type, of: call.arguments, range: call.range) {
            operands in
            { row in start(of: operands[0](row), operands[1](row)) }
        }
    }

    private static func start(of value: Value, _ width: Value) -> Value {
        guard value.isNumber, width.isNumber, width.number > 0 else { return .missing }
        switch value.kind {
        case .duration:
            return RoundFunctions.microseconds(width).flatMap { start(of: value.integer, $0) }
                .map { .duration($0) } ?? .missing
        case .integer where width.kind == .integer:
            return start(of: value.integer, width.integer).map { .integer($0) } ?? .missing
        default:
            let start = (value.number / width.number).rounded(.down) * width.number
            return start.isFinite ? .double(start) : .missing
        }
    }

    private static func start(of value: Int, _ width: Int) -> Int? {
        guard width > 0 else { return nil }
        let inBin = value % width
        let (start, overflow) = value.subtractingReportingOverflow(inBin < 0 ? inBin + width : inBin)
        return overflow ? nil : start
    }
}
