/// All forms of one kind: stages, aggregates, functions, or commands of the shell.
package struct Vocabulary<Product>: Sendable {
    /// The kind in messages: "stage", "function".
    package let kind: String
    package let forms: [Form<Product>]
    private let index: [String: Int]

    package init(_ kind: String, _ forms: [Form<Product>]) {
        self.kind = kind
        self.forms = forms
        var index: [String: Int] = [:]
        for (position, form) in forms.enumerated() {
            for name in [form.name] + form.aliases {
                let name = name.lowercased()
                precondition(index[name] == nil, "two \(kind)s are called '\(name)'")
                index[name] = position
            }
        }
        self.index = index
    }

    package subscript(name: String) -> Form<Product>? {
        let word = name.lowercased()
        return index[word].map { forms[$0] } ?? forms.first { $0.family?(word) == true }
    }

    /// Names and aliases.
    package var names: [String] { forms.flatMap { [$0.name] + $0.aliases } }

    /// Error for a name that is not in the vocabulary.
    package func unknown(_ name: Name) -> Diagnostic {
        let near = Spelling.nearest(to: name.text, among: names)
        return Diagnostic(
            "unknown \(kind) '\(name.text)'", at: name.range, hint: near.map { "did you mean '\($0)'?" },
            notes: near == nil ? ["\(kind)s: \(forms.map(\.name).joined(separator: ", "))"] : [])
    }
}
