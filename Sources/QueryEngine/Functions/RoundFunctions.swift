import MailLog
import QuerySyntax

/// `round(x, [digits or unit])` and `abs(x)`: rounding and absolute value.
enum RoundFunctions {
    static let round = Function.form(
        "round", [ArgumentRule("x", .number), ArgumentRule("digits", .number, optional: true)],
        summary: "x rounded to a whole number or second, to a number of decimals, or to a multiple of a unit",
        details: """
            A whole number is the number of decimals: `round(x, 2)`; `round(x, -2)` rounds to hundreds. A \
            duration, size or fraction is a unit: `round(delay, 1m)`, `round(size, 1MB)`, `round(x, 0.25)`. \
            Halves are rounded away from zero.
            """,
        examples: [
            "filter status=sent | count by round(delay, 1m) as delay",
            "filter status=sent | stats a=avg(delay_d) | extend a = round(a, 1)",
        ]
    ) { (call, _) throws(Diagnostic) in
        let type = call[0].type
        let unit = try unit(of: call)
        switch type {
        case .duration:
            // Durations have microsecond resolution.
            let microseconds = max(1, Int(clamping: (unit.number * 1_000_000).rounded()))
            return call.value(.duration) { value, _ in
                guard value.kind == .duration else { return .missing }
                return nearest(value.integer, microseconds).map { .duration($0) } ?? .missing
            }
        case .number where call.arguments.count == 1:
            return call.value(.integer) { value, _ in
                guard value.isNumber else { return .missing }
                // If the result is too large for an integer, an approximation is better than a missing value.
                let whole = value.number.rounded()
                return Int(exactly: whole).map { .integer($0) } ?? .double(whole)
            }
        default:
            let result: ValueType = type == .integer && !unit.keepsWhole ? .number : type
            return call.value(result) { value, _ in unit.nearest(to: value) }
        }
    }

    static let abs = Function.form(
        "abs", [ArgumentRule("x", .number)], summary: "the absolute value of x",
        examples: ["filter status=sent | extend d = abs(delay - 1s) | max d"]
    ) { (call, _) throws(Diagnostic) in
        call.value(call[0].type) { value, _ in
            guard value.isNumber else { return .missing }
            return value.number < 0 ? Arithmetic.negate(value) : value
        }
    }

    /// Rounding unit as the fraction `up / down`. One of the two is 1 if that is exact: dividing by 10 is exact, but
    /// multiplying by 0.1 is not.
    private struct Unit {
        var up = 1.0
        var down = 1.0

        var number: Double { up / down }

        /// Whether whole numbers stay whole.
        var keepsWhole: Bool { up == up.rounded() }

        func nearest(to value: Value) -> Value {
            guard value.isNumber else { return .missing }
            if value.kind != .double, keepsWhole {
                if down > 1 { return value }
                guard let unit = Int(exactly: up) else { return .missing }
                return RoundFunctions.nearest(value.integer, unit).map {
                    value.kind == .duration ? .duration($0) : .integer($0)
                } ?? .missing
            }
            let rounded = (value.number * down / up).rounded() * up / down
            // A number that overflows when scaled has no decimals.
            return .double(rounded.isFinite ? rounded : value.number)
        }
    }

    private static func unit(of call: Call) throws(Diagnostic) -> Unit {
        guard call.arguments.count > 1 else { return Unit() }
        let type = call[0].type
        let argument = call[1]
        guard let constant = argument.constant, constant.isNumber else {
            throw Diagnostic("'round' needs a fixed number of decimals or a fixed unit", at: argument.range)
        }
        if argument.type == .integer {
            guard (-15...15).contains(constant.integer) else {
                throw Diagnostic(
                    "'round' takes -15 to 15 decimals", at: argument.range,
                    hint: "bin(x, \(constant.integer)) rounds down to multiples")
            }
            let power = (0..<constant.integer.magnitude).reduce(1.0) { power, _ in power * 10 }
            return constant.integer < 0 ? Unit(up: power) : Unit(down: power)
        }
        guard constant.number > 0 else { throw Diagnostic("a unit must be above 0", at: argument.range) }
        guard type == .any || argument.type == .number || (argument.type == .duration) == (type == .duration)
        else {
            throw Diagnostic(
                "'round' cannot round \(type.article) to \(argument.type.article)", at: argument.range)
        }
        let inverse = (1 / constant.number).rounded()
        return inverse > 1 && 1 / inverse == constant.number
            ? Unit(down: inverse) : Unit(up: constant.number)
    }

    /// Returns the nearest multiple of the unit; halves are rounded away from zero. Nil on overflow.
    private static func nearest(_ value: Int, _ unit: Int) -> Int? {
        let rest = value % unit
        let low = value - rest
        guard rest.magnitude >= UInt(unit) - rest.magnitude else { return low }
        let (high, overflow) = low.addingReportingOverflow(value < 0 ? -unit : unit)
        return overflow ? nil : high
    }

    /// Returns the microseconds of a duration; a plain number counts as seconds.
    static func microseconds(_ value: Value) -> Int? {
        switch value.kind {
        case .duration: value.integer
        case .integer, .double: Int(exactly: (value.number * 1_000_000).rounded())
        default: nil
        }
    }
}
