import CReadline
import QueryEngine
import QuerySyntax

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The shell: reads a query, shows its answer, reads the next.
struct Repl {
    private let options: Options
    private let paths: [String]

    init(_ options: Options, paths: [String]) throws(UsageError) {
        self.options = options
        self.paths = paths
    }

    func run() throws(UsageError) -> Int32 {
        mlq_set_readline_name(strdup("mlq"))
        let batch = try Batch(options, paths: paths)
        while let line = readline("mlq> ") {
            defer { free(line) }
            let text = String(cString: line)
            let command = text.trimmingSpaces
            if [":quit", ":q", "exit", "quit"].contains(command) { return 0 }
            guard !command.isEmpty else { continue }
            add_history(line)
            if command == ":help" || command == "help" {
                print(Help.overview())
                continue
            }
            do throws(UsageError) {
                _ = try batch.run([Source(name: "query", text: text)])
            } catch {
                Terminal.say("mlq: \(error.message)")
            }
        }
        print("")
        return 0
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
