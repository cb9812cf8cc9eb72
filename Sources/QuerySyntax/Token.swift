/// A piece of query text with the part that it plays. The parser knows the part because it asks for each piece
/// by what may stand there (a bare word on the right of `=` is a value, after `|` a stage), so the formatter and
/// the shell's colours need no grammar of their own.
package struct Token: Hashable, Sendable {
    package enum Role: Sendable {
        case stage, keyword, field, function, number, string, regex, value, parameter, name
        case `operator`, comma, pipe, open, close, end, comment
        /// What stands between an error and where reading went on.
        case skipped
    }

    package var role: Role
    package var range: SourceRange
}

/// The words that are operators or clause words everywhere. All other words are free to be fields.
package enum ReservedWords {
    package static let all: Set<String> = [
        "and", "or", "not", "in", "matches", "contains", "startswith", "endswith", "isnt", "missing", "by",
        "per", "as", "if", "else", "asc", "desc", "true", "false", "null", "with", "on",
    ]
    /// Reserved words that begin an operand all the same.
    package static let operands: Set<String> = ["missing", "if", "true", "false", "null", "not"]
}
