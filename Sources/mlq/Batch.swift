import QueryEngine
import QuerySyntax

/// Runs queries and scripts from beginning to end.
enum Batch {
    /// The exit status.
    static func run(
        _ sources: [Source], _ options: Options, paths: [String], checkOnly: Bool = false
    ) throws(UsageError) -> Int32 {
        var session = Session(try Settings(options), paths: paths)
        let program = try session.read(sources)
        for (source, diagnostic) in program.diagnostics {
            Terminal.say(diagnostic, in: source)
        }
        if program.hasErrors { return 2 }
        if checkOnly { return 0 }
        try session.run(program)
        return session.finish()
    }
}

/// The call is wrong: exit status 2.
struct UsageError: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
