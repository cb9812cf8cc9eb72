import ArgumentParser
import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

Terminal.holdStandardDescriptors()
MemoryLimit.catchSignals()
Signals.start()
Waiting.announcement.withLock { $0 = { Terminal.say("mlq: waiting for a writer of \($0)") } }
OpenFiles.allowMany()
Threads.runWithStack {
    do throws(UsageError) {
        try MemoryLimit.check()
        let words = (1..<max(1, Int(CommandLine.argc))).map { SystemText.string(CommandLine.unsafeArgv[$0]!) }
        let status = try Command.run(words)
        // An interrupted run may not have removed its files.
        StagedFiles.removeAll()
        exit(Terminal.hasFailed.load(ordering: .relaxed) ? max(3, status) : status)
    } catch {
        Terminal.say("mlq: \(error.message)", isRedacted: error.isRedacted)
        exit(2)
    }
}
