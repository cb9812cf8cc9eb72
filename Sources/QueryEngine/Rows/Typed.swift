import MailLog
import QuerySyntax

/// A resolved expression: its names are slots, its type is known.
package struct Typed: Sendable {
    package var type: ValueType
    package var range: SourceRange
    /// Slots that the expression reads.
    package var needs: Set<Int>
    /// Slot of a plain column; nil for other expressions.
    package private(set) var column: Int?
    /// Value that does not depend on the row. Its texts live as long as the process.
    package var constant: Value?
    /// Whether the expression reads neighbouring rows (`prev`, `delta`, `running`), so that rows must come in order.
    package var isSequential: Bool
    /// Makes the evaluator of one thread, with its state (`prev`).
    package var make: @Sendable () -> Evaluate

    /// Returns the value for a row. Its texts and lists live as long as the row.
    package typealias Evaluate = (Row) -> Value

    package init(
        _ type: ValueType, range: SourceRange, needs: Set<Int> = [], constant: Value? = nil,
        column: Int? = nil, isSequential: Bool = false, make: @escaping @Sendable () -> Evaluate
    ) {
        self.type = type
        self.range = range
        self.needs = needs
        self.constant = constant
        self.column = column
        self.isSequential = isSequential
        self.make = make
    }

    /// Makes an expression of operands. `body` gets their evaluators once per thread.
    package init(
        _ type: ValueType, of operands: [Typed], range: SourceRange,
        make body: @escaping @Sendable ([Evaluate]) -> Evaluate
    ) {
        self.init(
            type.made(of: operands.map(\.type)), range: range,
            needs: operands.reduce(into: []) { $0.formUnion($1.needs) },
            isSequential: operands.contains(where: \.isSequential)
        ) { body(operands.map { $0.make() }) }
    }

    package static func constant(_ value: Value, _ type: ValueType, range: SourceRange) -> Typed {
        Typed(type, range: range, constant: value) { { _ in value } }
    }
}
