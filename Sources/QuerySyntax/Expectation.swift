/// What may stand at the end of an unfinished text. The parser notes each thing that it asks for there, so
/// completion needs no grammar of its own.
package enum Expectation: Hashable, Sendable {
    /// A form of the vocabulary of that kind.
    case form(String)
    /// A word or a mark that has its place in the grammar.
    case keyword(String)
    case field, function, aggregate
    /// A way of comparing, after an operand.
    case comparison
    /// The right side of a comparison with that field; nil where the left side is none.
    case value(of: String?)
    /// The name of a `let` pipeline, in its first place or after `in`.
    case binding
    /// The name of a file.
    case file
    /// The name of an investigation that comes with mlq.
    case investigation
    /// A length of time.
    case duration
    /// A stretch of time.
    case range
    /// Something that help has a page on.
    case helpTopic
    /// One of some words; what each of them is.
    case word([String], notes: [String] = [])

    package var isKeyword: Bool { if case .keyword = self { true } else { false } }
}

extension Parser {
    /// Notes what may stand here, if the text ends here.
    package mutating func expect(_ expectation: Expectation) {
        skipSpace()
        guard position >= source.bytes.count, !expectations.contains(expectation) else { return }
        if expectations.isEmpty { expectedIn = openStage }
        expectations.append(expectation)
    }

    /// `:NAME …`: a command, up to the end of the text.
    package mutating func command<Product: Sendable>(
        _ vocabulary: Vocabulary<Product>
    ) throws(Diagnostic) -> Product? {
        take(1, .stage)
        let usage = peekWord().flatMap { vocabulary[$0] }.map { "usage: :\($0.usage)" }
        do throws(Diagnostic) {
            let command = try form(of: vocabulary).stage
            guard atEndOfText() else {
                throw Diagnostic("expected the end of the command, found \(found())", at: here())
            }
            return command
        } catch {
            var diagnostic = error
            diagnostic.hint = error.hint ?? usage
            throw diagnostic
        }
    }

    /// Notes what `body` would ask for here, if the text ends here, and takes nothing.
    package mutating func foresee<T>(_ body: (inout Parser) throws(Diagnostic) -> T) {
        skipSpace()
        guard position >= source.bytes.count else { return }
        var ahead = self
        _ = try? body(&ahead)
        expectations = ahead.expectations
        expectedIn = ahead.expectedIn
    }

    /// Whether more is wanted: a bracket is open, or the text ends in an operator, `,` or `|`, and nothing before
    /// that is wrong.
    package var wantsMore: Bool {
        let pieces = tokens.filter { $0.role != .comment }
        guard let last = pieces.last else { return false }
        if let error = diagnostics.first, error.range.lower < last.range.lower {
            // An open bracket is pointed at where it stands.
            guard pieces.contains(where: { $0.role == .open && $0.range == error.range }) else {
                return false
            }
        }
        switch last.role {
        case .operator, .comma, .pipe, .open: return true
        default:
            return pieces.count { $0.role == .open } > pieces.count { $0.role == .close }
        }
    }
}
