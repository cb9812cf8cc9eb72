import MailLog
import QuerySyntax

/// A function of an expression: its arguments, and how a call of it is resolved. A new function is one file with
/// a `Form` and one line in `Functions.all`.
package struct Function: Sendable {
    package let arguments: [ArgumentRule]
    /// Gets arguments whose number and types fit the rules.
    package let resolve: @Sendable (Call, inout Resolution) throws(Diagnostic) -> Typed
}

/// What may stand as an argument of a function or an aggregate.
package struct ArgumentRule: Sendable {
    package enum Accepts: Sendable {
        case any, text, number, duration, time, condition, list
        /// A text or number that does not depend on the row.
        case constantText, constantCount
        /// A quoted text or a regex.
        case pattern
        /// A text that may be a bare word: it names no field.
        case word
    }

    package let name: String
    package let accepts: Accepts
    package let isOptional: Bool
    /// The last argument may repeat.
    package let repeats: Bool

    package init(_ name: String, _ accepts: Accepts, optional: Bool = false, repeats: Bool = false) {
        self.name = name
        self.accepts = accepts
        self.isOptional = optional
        self.repeats = repeats
    }

    /// `x`, `[n]`, `x…`
    package var usage: String {
        let shown = repeats ? "\(name)…" : name
        return isOptional ? "[\(shown)]" : shown
    }
}

/// A call whose arguments have been resolved.
package struct Call: Sendable {
    /// The name as it was written: `p95` where the form is a family.
    package let name: Name
    package let arguments: [Typed]
    /// The regexes among them, and the texts that ignore case, by their places.
    package var patterns: [Int: Pattern] = [:]
    package let range: SourceRange

    package subscript(index: Int) -> Typed { arguments[index] }

    /// The text of an argument that the rules require to be constant.
    package func text(_ index: Int) -> String { arguments[index].constant?.bytes.string ?? "" }

    /// The number of an argument that the rules require to be constant, or `fallback` where it is left out.
    package func count(_ index: Int, or fallback: Int) -> Int {
        index < arguments.count ? Int(clamping: arguments[index].constant?.number ?? 0) : fallback
    }
}

extension Function {
    /// The declaration of a function.
    package static func form(
        _ name: String, aliases: [String] = [], _ arguments: [ArgumentRule], summary: String,
        details: String = "", examples: [String],
        resolve: @escaping @Sendable (Call, inout Resolution) throws(Diagnostic) -> Typed
    ) -> Form<Function> {
        Form(
            call: name, aliases: aliases, summary: summary, details: details, examples: examples,
            arguments: arguments.map(\.usage), product: Function(arguments: arguments, resolve: resolve))
    }
}
