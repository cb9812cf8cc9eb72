/// A field of a log line: its name, type and meaning, declared once in `Fields.all`.
///
/// A field is written by the line shapes that carry it, by the envelope (time, host, tag …), or it is derived
/// from another field of the same line.
package struct Field: Sendable {
    /// The slot in a `Record`, which is also the place in `Fields.all`.
    package let slot: Int
    package let name: String
    package let aliases: [String]
    package let type: ValueType
    /// One line for help: what it holds, with its unit.
    package let summary: String
    package let origin: Origin
    /// The text that stands right before the value in a raw line, when a line with `value` must contain
    /// `marker + value`; lets a filter on the field search raw bytes.
    package let marker: String?

    package enum Origin: Sendable {
        /// Filled for every line from its prelude and place.
        case envelope
        /// Filled by the shapes that declare it.
        case shape
        /// Computed from another field of the line. The value may live in the arena.
        case derived(from: String, @Sendable (Value, Arena) -> Value)
    }
}

extension Field {
    /// The field of that name. Shapes call this once when they are made; an unknown name is a mistake in mlq.
    package init(_ name: String) {
        guard let field = Fields.named(name) else {
            preconditionFailure("no field '\(name)' in Fields.all")
        }
        self = field
    }
}
