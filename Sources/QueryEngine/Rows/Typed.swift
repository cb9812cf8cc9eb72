import MailLog
import QuerySyntax

/// An expression whose names are slots and whose type is known: ready to be evaluated on rows.
package struct Typed: Sendable {
    package var type: ValueType
    package var range: SourceRange
    /// The slots that it reads.
    package var needs: Set<Int>
    /// The slot whose value it is, where it is a column as such.
    package private(set) var column: Int?
    /// Its value where that does not depend on the row. Texts in it live as long as the process.
    package var constant: Value?
    /// Whether it looks at neighbouring rows (`prev`, `delta`, `running`), so that rows must come in order.
    package var isSequential: Bool
    /// Makes the evaluator for one thread. What is stateful (`prev`) gets its state here.
    package var make: @Sendable () -> Evaluate

    /// Gives the value on a row; texts and lists in it live as long as the row.
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

    /// An expression of operands, evaluated together: `body` gets their evaluators once per thread.
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
