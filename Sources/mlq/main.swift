import ArgumentParser
import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

// The first word decides: a file that exists is a script or a log; else it may be a subcommand.
Terminal.holdStandardDescriptors()
MemoryLimit.catchSignals()
Signals.start()
OpenFiles.allowMany()
Threads.runWithStack {
    do throws(UsageError) {
        try MemoryLimit.check()
        let words = (1..<max(1, Int(CommandLine.argc))).map { SystemText.string(CommandLine.unsafeArgv[$0]!) }
        let status = try Command.run(words)
        // What an interrupted run has gathered may still hold files.
        StagedFiles.removeAll()
        exit(Terminal.hasFailed.load(ordering: .relaxed) ? max(3, status) : status)
    } catch {
        Terminal.say("mlq: \(error.message)")
        exit(2)
    }
}
