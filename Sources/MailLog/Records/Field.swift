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
    package let spelling: Spelling

    package enum Origin: Sendable {
        /// Filled for every line, from its prelude, its place and the head of its message.
        case envelope
        /// Filled by the shapes that declare it.
        case shape
        /// Computed from another field of the line. The value may live in the arena.
        case derived(from: String, @Sendable (Value, Arena) -> Value)
    }

    /// How a line with a value spells it, for searching raw bytes before any field is decoded. Where the type
    /// ignores case, so must the search.
    package enum Spelling: Sendable {
        /// Not as such: the value is computed.
        case computed
        /// Just so, right after a text and right before one of some texts; the empty value perhaps otherwise.
        case verbatim(after: String, before: [String], orEmpty: String = "")
        /// The line contains the text that this makes of the value.
        case written(@Sendable (String) -> String)
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

    /// Whether every line with a value contains that value as such.
    package var standsInLine: Bool { if case .verbatim = spelling { true } else { false } }

    /// Texts of which every line with that value contains at least one; empty where nothing is certain.
    package func rawTexts(of value: String) -> [String] {
        let texts =
            switch spelling {
            case .computed: [""]
            case .verbatim(_, _, let empty) where value.isEmpty && !empty.isEmpty: [empty]
            case .verbatim(let after, let before, _): before.map { after + value + $0 }
            case .written(let write): [write(value)]
            }
        return texts.contains("") ? [] : texts
    }
}
