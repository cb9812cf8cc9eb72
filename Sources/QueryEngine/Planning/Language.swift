import QuerySyntax

/// The vocabularies of the language.
///
/// Planning knows stages, functions and aggregates as protocols only. The environment of a query hands the
/// vocabularies in: `Language.mlq` in the command.
package struct Language: Sendable {
    package let stages: Vocabulary<any Stage>
    package let functions: Vocabulary<Function>
    package let aggregates: Vocabulary<Aggregate>

    package init(
        stages: Vocabulary<any Stage>, functions: Vocabulary<Function>, aggregates: Vocabulary<Aggregate>
    ) {
        self.stages = stages
        self.functions = functions
        self.aggregates = aggregates
    }

    /// Returns the tokens of a script; nil if the text is no valid UTF-8 or too long. A pipeline may begin with one of
    /// the names.
    package func tokens(of source: Source, names: Set<String>) -> [Token]? {
        guard var parser = try? Parser(source) else { return nil }
        parser.names = names
        parser.script(stages)
        return parser.tokens
    }
}
