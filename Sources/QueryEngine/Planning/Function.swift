import MailLog
import QuerySyntax

/// Function of an expression: its arguments, and the resolution of a call. A new function is one file with a `Form`,
/// and one line in `Functions.all`.
package struct Function: Sendable {
    package let arguments: [ArgumentRule]
    /// Resolves a call. The number and the types of its arguments have already been checked against the rules.
    package let resolve: @Sendable (Call, inout Resolution) throws(Diagnostic) -> Typed
}

/// Rule for an argument of a function or an aggregate.
package struct ArgumentRule: Sendable {
    package enum Accepts: Sendable {
        case any, text, number, duration, time, condition, list
        /// A text or number that does not depend on the row.
        case constantText, constantCount
        /// A quoted text or a regex.
        case pattern
        /// A text that may be a bare word; the word is not read as a field name.
        case word
    }

    package let name: String
    package let accepts: Accepts
    package let isOptional: Bool
    /// Whether the argument may repeat; only for the last argument.
    package let repeats: Bool

    package init(_ name: String, _ accepts: Accepts, optional: Bool = false, repeats: Bool = false) {
        self.name = name
        self.accepts = accepts
        self.isOptional = optional
        self.repeats = repeats
    }

    /// Notation for help: `x`, `[n]`, `x…`
    package var usage: String {
        let shown = repeats ? "\(name)…" : name
        return isOptional ? "[\(shown)]" : shown
    }
}

/// Call with resolved arguments.
package struct Call: Sendable {
    /// Name as written in the query, such as `p95` for a family of aggregates.
    package let name: Name
    package let arguments: [Typed]
    /// Regexes and case-insensitive texts among the arguments, by argument index.
    package var patterns: [Int: Pattern] = [:]
    package let range: SourceRange

    package subscript(index: Int) -> Typed { arguments[index] }

    /// Returns the text of an argument that must be constant by its rule.
    package func text(_ index: Int) -> String { arguments[index].constant?.bytes.string ?? "" }

    /// Returns the number of an argument that must be constant by its rule; `fallback` if the argument is absent.
    package func count(_ index: Int, or fallback: Int) -> Int {
        index < arguments.count ? Int(clamping: arguments[index].constant?.number ?? 0) : fallback
    }
}

extension Function {
    /// Declares a function.
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
