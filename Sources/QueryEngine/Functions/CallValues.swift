import MailLog
import QuerySyntax

extension Call {
    /// Returns an expression that computes a value from the first argument.
    func value(_ type: ValueType, _ compute: @escaping @Sendable (Value, Row) -> Value) -> Typed {
        Typed(type, of: [self[0]], range: range) { operands in
            let operand = operands[0]
            return { row in compute(operand(row), row) }
        }
    }

    /// Returns an expression that computes a value from the text of the first argument; missing for other values.
    func text(_ type: ValueType, _ compute: @escaping @Sendable (Bytes, Row) -> Value) -> Typed {
        value(type) { value, row in value.kind == .text ? compute(value.bytes, row) : .missing }
    }
}
