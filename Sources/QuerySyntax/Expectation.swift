/// Something that may follow an unfinished text. The parser records each thing that it tries to read at the end, so
/// completion needs no second grammar.
package enum Expectation: Hashable, Sendable {
    /// A form of the vocabulary of this kind.
    case form(String)
    /// A keyword or a mark of the grammar.
    case keyword(String)
    case field, function, aggregate
    /// A comparison operator.
    case comparison
    /// The right side of a comparison with this field; nil if the left side is not a field.
    case value(of: String?)
    /// The name of a `let` pipeline, at the start of a pipeline or after `in`.
    case binding
    /// The name of a file.
    case file
    /// The name of an investigation.
    case investigation
    /// A duration.
    case duration
    /// A range of times.
    case range
    /// The name of a help page.
    case helpTopic
    /// One of these words, with a note on each.
    case word([String], notes: [String] = [])

    package var isKeyword: Bool { if case .keyword = self { true } else { false } }
}

extension Parser {
    /// Records an expectation if the text ends here.
    package mutating func expect(_ expectation: Expectation) {
        skipSpace()
        guard position >= source.bytes.count, !expectations.contains(expectation) else { return }
        if expectations.isEmpty { expectedIn = openStage }
        expectations.append(expectation)
    }

    /// Parses a command `:NAME …` up to the end of the text.
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

    /// Records what `body` would read if the text ends here. Takes nothing.
    package mutating func foresee<T>(_ body: (inout Parser) throws(Diagnostic) -> T) {
        skipSpace()
        guard position >= source.bytes.count else { return }
        var ahead = self
        _ = try? body(&ahead)
        expectations = ahead.expectations
        expectedIn = ahead.expectedIn
    }

    /// Whether the statement continues on the next line: a bracket is open, or the text ends in an operator, `,` or
    /// `|`. An error before that ends the statement.
    package var wantsMore: Bool {
        let pieces = tokens.filter { $0.role != .comment }
        guard let last = pieces.last else { return false }
        if let error = diagnostics.first, error.range.lower < last.range.lower {
            // The error of an open bracket has the range of the bracket.
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
