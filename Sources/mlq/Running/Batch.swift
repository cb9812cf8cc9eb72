import QueryEngine
import QuerySyntax

/// Runs queries and scripts from beginning to end.
enum Batch {
    /// Returns the exit status.
    static func run(
        _ sources: [Source], _ options: Options, paths: [String], checkOnly: Bool = false
    ) throws(UsageError) -> Int32 {
        var interpreter = Interpreter(try Settings(options), paths: paths)
        let program = try interpreter.read(sources)
        for (source, diagnostic) in program.diagnostics { Terminal.say(diagnostic, in: source) }
        if program.hasErrors { return 2 }
        if checkOnly { return 0 }
        try interpreter.run(program)
        return interpreter.finish()
    }
}
