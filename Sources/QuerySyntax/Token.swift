/// Piece of query text with its role. A bare word after `=` is a value, and after `|` a stage. The formatter and the
/// colours of the shell use these roles, so they need no second grammar.
package struct Token: Hashable, Sendable {
    package enum Role: Sendable {
        case stage, keyword, field, function, number, string, regex, value, parameter, name
        case `operator`, comma, pipe, open, close, end, comment
        /// Text between an error and the position where parsing continued.
        case skipped
    }

    package var role: Role
    package var range: SourceRange
}

/// Words that are always operators or clause words. All other words may be fields.
package enum ReservedWords {
    package static let all: Set<String> = [
        "and", "or", "not", "in", "matches", "contains", "startswith", "endswith", "isnt", "missing", "by",
        "per", "as", "if", "else", "asc", "desc", "true", "false", "null", "with", "on",
    ]
    /// Reserved words that may begin an operand.
    package static let operands: Set<String> = ["missing", "if", "true", "false", "null", "not"]
}
