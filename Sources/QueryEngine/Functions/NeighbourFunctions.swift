import MailLog
import QuerySyntax

/// `prev(x)`, `delta(x)` and `running(x)`: use values of previous rows.
enum NeighbourFunctions {
    static let prev = Function.form(
        "prev", aliases: ["lag"], [ArgumentRule("x", .any)], summary: "x of the previous row",
        examples: ["count by day | extend before = prev(count)"]
    ) { (call, _) throws(Diagnostic) in
        sequential(call[0].type, call) {
            var last = KeptValue.missing
            return { value, row in
                defer { last = KeptValue(value) }
                return last.copy(to: row.worker.arena)
            }
        }
    }

    static let delta = Function.form(
        "delta", [ArgumentRule("x", .any)],
        summary: "x minus x of the previous row; for times, a duration",
        examples: ["count by day | extend change = delta(count)"]
    ) { (call, _) throws(Diagnostic) in
        guard let (type, subtract) = Arithmetic.operation("-", call[0].type, call[0].type) else {
            throw Diagnostic("'delta' needs numbers or times, not \(call[0].type.article)", at: call[0].range)
        }
        return sequential(type, call) {
            var last = Value.missing
            return { value, _ in
                defer { last = value }
                return subtract(value, last)
            }
        }
    }

    static let running = Function.form(
        "running", aliases: ["cumsum"], [ArgumentRule("x", .number)],
        summary: "the sum of x over this row and all previous rows",
        examples: ["count by day | extend total = running(count)"]
    ) { (call, _) throws(Diagnostic) in
        guard let (type, add) = Arithmetic.operation("+", call[0].type, call[0].type) else {
            throw Diagnostic("'running' needs numbers, not \(call[0].type.article)", at: call[0].range)
        }
        return sequential(type, call) {
            var total: Value?
            return { value, _ in
                // After an overflow, the sum stays missing.
                if value.isNumber { total = total.map { add($0, value) } ?? value }
                return total ?? .missing
            }
        }
    }

    private static func sequential(
        _ type: ValueType, _ call: Call, _ make: @escaping @Sendable () -> (Value, Row) -> Value
    ) -> Typed {
        let operand = call[0]
        return Typed(type, range: call.range, needs: operand.needs, isSequential: true) {
            let evaluate = operand.make()
            let next = make()
            return { row in next(evaluate(row), row) }
        }
    }
}
