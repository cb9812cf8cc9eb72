import QueryEngine
import QuerySyntax

/// `:follow [QUERY]`
struct FollowCommand: ShellCommand {
    static let form = Form<any ShellCommand>(
        "follow",
        summary: "run a query, or the last one, and go on with what is written to the logs, until Ctrl-C",
        Parameter<String>.followed
    ) { (_, text) throws(Diagnostic) in FollowCommand(text: text) }

    let text: String

    func run(_ shell: Shell) throws(UsageError) { try shell.follow(text) }
}

extension Parameter where Value == String {
    /// A whole query, as text; it is parsed again when it runs.
    fileprivate static var followed: Parameter {
        Parameter("[QUERY]", grammar: "[ pipeline ]") { (parser: inout Parser) throws(Diagnostic) -> String in
            guard !parser.atEnd() else { return "" }
            let pipeline: Pipeline<any Stage> = try parser.pipeline(Stages.all, isNested: true)
            return parser.source[pipeline.range]
        }
    }
}
