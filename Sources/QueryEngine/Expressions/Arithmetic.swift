import MailLog

/// `+ - * / %` on numbers, durations and times. The result is missing after an overflow, for division by zero and for
/// missing operands.
enum Arithmetic {
    typealias Operation = @Sendable (Value, Value) -> Value

    static func negate(_ value: Value) -> Value {
        switch value.kind {
        // The smallest integer has no opposite.
        case .integer, .duration: value.integer == .min ? .missing : opposite(value)
        case .double: .double(-value.number)
        default: .missing
        }
    }

    private static func opposite(_ value: Value) -> Value {
        value.kind == .duration ? .duration(-value.integer) : .integer(-value.integer)
    }

    /// Returns the type of the result and the operation; nil for types that do not fit.
    static func operation(_ sign: String, _ a: ValueType, _ b: ValueType) -> (ValueType, Operation)? {
        switch (sign, a, b) {
        case ("-", .time, .time): return (.duration, timeDifference)
        case ("+", .time(let bin), .duration), ("-", .time(let bin), .duration):
            let factor = sign == "+" ? 1 : -1
            _ = bin
            return (.time(.instant), { time, span in shift(time, by: span, factor) })
        case ("+", .duration, .time): return (.time(.instant), { span, time in shift(time, by: span, 1) })
        default: break
        }
        guard a.isNumeric, b.isNumeric else { return nil }
        if a == .any || b == .any { return (.any, { general(sign, $0, $1) }) }
        switch sign {
        case "+", "-", "%":
            // Sizes add to sizes, durations to durations. Beside a duration, a number means seconds.
            let type: ValueType =
                a == .duration || b == .duration
                ? .duration
                : a == .size || b == .size ? .size : a == .number || b == .number ? .number : .integer
            return (type, { general(sign, $0, $1) })
        case "*":
            if a == .duration, b == .duration { return nil }
            let type: ValueType =
                a == .duration || b == .duration
                ? .duration
                : a == .number || b == .number ? .number : a == .size || b == .size ? .size : .integer
            return (type, { general(sign, $0, $1) })
        default:
            if a == .duration, b != .duration { return (.duration, { general(sign, $0, $1) }) }
            return (
                .number,
                { x, y in
                    guard !x.isMissing, !y.isMissing, y.number != 0 else { return .missing }
                    return finite(x.number / y.number)
                }
            )
        }
    }

    private static func timeDifference(_ a: Value, _ b: Value) -> Value {
        guard a.kind == .time, b.kind == .time else { return .missing }
        return .duration(a.integer &- b.integer)
    }

    private static func shift(_ time: Value, by span: Value, _ factor: Int) -> Value {
        guard time.kind == .time, span.kind == .duration else { return .missing }
        return .time(Int64(time.integer &+ factor &* span.integer), offset: time.offset)
    }

    private static func finite(_ number: Double) -> Value { number.isFinite ? .double(number) : .missing }

    private static func general(_ sign: String, _ a: Value, _ b: Value) -> Value {
        guard isNumber(a), isNumber(b) else { return .missing }
        if a.kind == .integer, b.kind == .integer, sign != "/" {
            let (result, overflow): (Int, Bool) =
                switch sign {
                case "+": a.integer.addingReportingOverflow(b.integer)
                case "-": a.integer.subtractingReportingOverflow(b.integer)
                case "*": a.integer.multipliedReportingOverflow(by: b.integer)
                default: a.integer.remainderReportingOverflow(dividingBy: b.integer)
                }
            return overflow ? .missing : .integer(result)
        }
        let x = a.number
        let y = b.number
        let result: Double =
            switch sign {
            case "+": x + y
            case "-": x - y
            case "*": x * y
            case "/": y == 0 ? .nan : x / y
            default: y == 0 ? .nan : x.truncatingRemainder(dividingBy: y)
            }
        guard result.isFinite else { return .missing }
        if (a.kind == .duration) != (b.kind == .duration) || (a.kind == .duration && sign != "/") {
            let microseconds = (result * 1_000_000).rounded()
            return abs(microseconds) < 9e18 ? .duration(Int(microseconds)) : .missing
        }
        return .double(result)
    }

    private static func isNumber(_ value: Value) -> Bool {
        value.kind == .integer || value.kind == .double || value.kind == .duration
    }
}
