/// The forms of one kind of thing: the stages, the aggregates, the functions, the shell's commands.
package struct Vocabulary<Product>: Sendable {
    /// What messages call one of them: "stage", "function".
    package let kind: String
    package let forms: [Form<Product>]
    private let index: [String: Int]

    package init(_ kind: String, _ forms: [Form<Product>]) {
        self.kind = kind
        self.forms = forms
        var index: [String: Int] = [:]
        for (place, form) in forms.enumerated() {
            for name in [form.name] + form.aliases {
                let name = name.lowercased()
                precondition(index[name] == nil, "two \(kind)s are called '\(name)'")
                index[name] = place
            }
        }
        self.index = index
    }

    package subscript(name: String) -> Form<Product>? {
        let word = name.lowercased()
        return index[word].map { forms[$0] } ?? forms.first { $0.family?(word) == true }
    }

    /// Every name and alias.
    package var names: [String] { forms.flatMap { [$0.name] + $0.aliases } }

    /// What to say about a name that is none of them.
    package func unknown(_ name: Name) -> Diagnostic {
        let near = Spelling.nearest(to: name.text, among: names)
        return Diagnostic(
            "unknown \(kind) '\(name.text)'", at: name.range, hint: near.map { "did you mean '\($0)'?" },
            notes: near == nil ? ["\(kind)s: \(forms.map(\.name).joined(separator: ", "))"] : [])
    }
}
