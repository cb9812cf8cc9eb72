/// Every field of a log line. A new field is one line here; its place in the list is its slot.
package enum Fields {
    package static let all: [Field] = declarations.enumerated().map { slot, declaration in
        Field(
            slot: slot, name: declaration.name, aliases: declaration.aliases, type: declaration.type,
            summary: declaration.summary, origin: declaration.origin, marker: declaration.marker)
    }

    private static let index: [String: Int] = {
        var index: [String: Int] = [:]
        for field in all { for name in [field.name] + field.aliases { index[name] = field.slot } }
        return index
    }()

    /// The field of a name or alias.
    package static func named(_ name: String) -> Field? { index[name].map { all[$0] } }

    private struct Declaration {
        let name: String
        let type: ValueType
        let summary: String
        var aliases: [String] = []
        var marker: String?
        var origin: Field.Origin = .shape
    }

    private static func envelope(
        _ name: String, _ type: ValueType, _ summary: String, aliases: [String] = []
    ) -> Declaration {
        Declaration(name: name, type: type, summary: summary, aliases: aliases, origin: .envelope)
    }

    private static func shape(
        _ name: String, _ type: ValueType, _ summary: String, aliases: [String] = [], marker: String? = nil
    ) -> Declaration {
        Declaration(name: name, type: type, summary: summary, aliases: aliases, marker: marker)
    }

    private static func derived(
        _ name: String, _ type: ValueType, _ summary: String, from source: String,
        _ compute: @escaping @Sendable (Value, Arena) -> Value
    ) -> Declaration {
        Declaration(name: name, type: type, summary: summary, origin: .derived(from: source, compute))
    }

    private static let declarations: [Declaration] = [
        envelope("time", .time(.instant), "when the line was logged"),
        envelope("host", .text(.host), "the host in the line's prelude"),
        envelope("tag", .text(.plain), "the syslog tag as logged, such as postfix/smtp"),
        envelope("pid", .integer, "the process id in the tag"),
        envelope("text", .text(.plain), "the message after the tag and the severity word"),
        envelope("raw", .text(.plain), "the whole line"),
        envelope("bytes", .size, "the length of the line in bytes, its newline included"),
        envelope("file", .text(.plain), "the file that the line stands in"),
        envelope("line", .integer, "the number of the line in its file, from 1"),
    ]
}
