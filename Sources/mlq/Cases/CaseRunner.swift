import CISAL
import Glibc
import MailLog
import QueryEngine
import SystemText

/// Runner of test cases. The outcome of a case must not depend on how its logs are read.
struct CaseRunner {
    private enum Way: String, CaseIterable {
        case plain = "plain files, one thread"
        case threads = "plain files, four threads"
        case unsearched = "plain files, without searching raw bytes"
        case reversed = "plain files, given in reverse order"
        case gzip = "gzip"
        case members = "gzip of several members"
        case input = "standard input"
    }

    private let directory: String
    private let updates: Bool

    /// `mlq test [--update] CASE.mlqt…`.
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let flags = words.filter { $0.hasPrefix("--") }
        let paths = words.filter { !$0.hasPrefix("--") }
        guard !paths.isEmpty, flags.allSatisfy({ $0 == "--update" }) else {
            throw UsageError("usage: mlq test [--update] CASE.mlqt…")
        }
        var template = SystemText.path(TemporaryFile.directory + "/mlq-test-XXXXXX")
        guard mkdtemp(&template) != nil else {
            throw UsageError("cannot make a temporary directory: \(String(cString: strerror(errno)))")
        }
        let directory = template.withUnsafeBufferPointer { SystemText.string($0.baseAddress!) }
        defer { rmdir(SystemText.path(directory)) }
        let runner = CaseRunner(directory: directory, updates: flags.contains("--update"))
        var failures = 0
        for path in paths where try !runner.passes(path) { failures += 1 }
        Terminal.say("mlq: \(paths.count) cases, \(failures) failed")
        return failures == 0 ? 0 : 1
    }

    private func passes(_ path: String) throws(UsageError) -> Bool {
        let bytes = try FileText.read(path).orUsageError()
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let test: CaseFile
        do {
            test = try CaseFile(
                SystemText.string(bytes), directory: parts.isEmpty ? "." : parts.joined(separator: "/"))
        } catch {
            throw UsageError("\(path): \(error.message)")
        }
        var expected = test.expected
        if updates {
            expected = try outcome(of: test, .plain)
            let text = SystemText.bytes(test.text(with: expected))
            if text != bytes { try FileText.write(text, to: path).orUsageError() }
        }
        for way in Way.allCases where way != .input || test.logs.count == 1 {
            let outcome = try outcome(of: test, way)
            if outcome != expected {
                Terminal.say("\(path): failed with \(way.rawValue)\n\(difference(expected, outcome))")
                return false
            }
        }
        return true
    }

    private func difference(_ expected: CaseFile.Outcome, _ found: CaseFile.Outcome) -> String {
        var text = ""
        func compare(_ what: String, _ a: String, _ b: String) {
            guard a != b else { return }
            let indent = { (text: String) in "    " + text.replacing("\n", with: "\n    ") }
            text += "  expected \(what):\n\(indent(a))\n  found \(what):\n\(indent(b))\n"
        }
        compare("answer", expected.answer, found.answer)
        compare("message", expected.message, found.message)
        compare("status", String(expected.status), String(found.status))
        return text
    }

    // MARK: One run

    private func outcome(of test: CaseFile, _ way: Way) throws(UsageError) -> CaseFile.Outcome {
        let script = directory + "/query.mlq"
        try write(Array(test.query.utf8), script)
        var arguments =
            ["mlq", "--types", "-f", script, "--threads", way == .threads ? "4" : "1"] + test.options
        if way == .unsearched { arguments.append("--no-search") }
        var files: [String] = []
        for log in test.logs {
            let text = Array(log.text.utf8)
            var file = "\(directory)/\(log.name)"
            var bytes = text
            switch way {
            case .gzip:
                bytes = gzip(text[...])
                file += ".gz"
            case .members:
                let middle = text.count / 2
                bytes = gzip(text[..<middle]) + gzip(text[middle...])
                file += ".gz"
            default: break
            }
            try write(bytes, file)
            files.append(file)
        }
        defer { for file in files + [script] { unlink(SystemText.path(file)) } }
        if way == .reversed { files.reverse() }
        let input = way == .input ? files.first : nil
        arguments += input == nil ? files : ["-"]
        let run = try spawn(arguments, input: input ?? "/dev/null")
        var outcome = CaseFile.Outcome(
            answer: run.output, message: run.error.replacing(script, with: "query.mlq"), status: run.status)
        // The longest first, because one name may begin with another.
        for file in files.sorted(by: { $0.utf8.count > $1.utf8.count }) {
            let log = file.hasSuffix(".gz") ? String(file.dropLast(3)) : file
            let name = String(log.dropFirst(directory.count + 1))
            outcome.answer = outcome.answer.replacing(file, with: name)
            outcome.message = outcome.message.replacing(file, with: name)
            if input != nil { outcome.message = outcome.message.replacing("standard input", with: name) }
        }
        return outcome
    }

    private func write(_ bytes: [UInt8], _ path: String) throws(UsageError) {
        try FileText.write(bytes, to: path).orUsageError()
    }

    /// Returns the bytes as one gzip member.
    private func gzip(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var input = Array(bytes)
        var output = [UInt8](repeating: 0, count: input.count + input.count / 8 + 1024)
        let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        isal_deflate_stateless_init(stream)
        stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
        stream.pointee.end_of_stream = 1
        stream.pointee.flush = UInt16(NO_FLUSH)
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = source.baseAddress
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(target.count)
                let status = isal_deflate_stateless(stream)
                precondition(status == 0, "the output has room for everything")
                return Int(stream.pointee.total_out)
            }
        }
        return Array(output[..<count])
    }

    /// Runs this program with its output in files, because a full pipe would block it.
    private func spawn(
        _ arguments: [String], input: String
    ) throws(UsageError) -> (output: String, error: String, status: Int) {
        let output = directory + "/output"
        let error = directory + "/error"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, SystemText.path(input), O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 1, SystemText.path(output), flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, SystemText.path(error), flags, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup(SystemText.path($0)) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        guard posix_spawn(&process, SystemText.path(Terminal.executable), &actions, nil, &words, environ) == 0
        else {
            throw UsageError("cannot run \(Terminal.executable): \(String(cString: strerror(errno)))")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        defer {
            unlink(SystemText.path(output))
            unlink(SystemText.path(error))
        }
        let text = { (path: String) -> String in
            guard case .success(let bytes) = FileText.read(path) else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        // The status of a signal, as in a shell.
        let code = status & 0x7F == 0 ? Int(status >> 8 & 0xFF) : 128 + Int(status & 0x7F)
        return (text(output), text(error), code)
    }
}
