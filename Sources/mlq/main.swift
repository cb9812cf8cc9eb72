import ArgumentParser
import MailLog
import QueryEngine
import QuerySyntax

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// The first word decides: a file that exists is a script or a log; else it may be a subcommand.
Signals.start()
OpenFiles.allowMany()
let arguments = Array(CommandLine.arguments.dropFirst())
do throws(UsageError) {
    exit(try Command.run(arguments))
} catch {
    Terminal.say("mlq: \(error.message)")
    exit(2)
}
