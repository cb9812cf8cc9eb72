import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// Code that reads foreign bytes, and what must hold for all of them. A broken property stops the process.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// Query text: the parser ends, and formatting a formatted script changes nothing.
    case query
    /// Lines of a log: the decoder ends.
    case line
    /// Files: gzip, journald and docker records, listings of the queue. Both queries end, and count the same lines.
    case input

    package func run(_ bytes: [UInt8]) {
        switch self {
        case .query: FuzzTarget.readQuery(bytes)
        case .line: FuzzTarget.decodeLines(bytes)
        case .input: FuzzTarget.readFile(bytes)
        }
    }

    // MARK: Queries

    private static func readQuery(_ bytes: [UInt8]) {
        let source = Source(name: "query", bytes: bytes)
        if var parser = try? Parser(source) {
            parser.script(Stages.all)
            _ = parser.wantsMore
        }
        _ = Highlighter(Environment(.mlq)).spans(
            SystemText.string(bytes), cursor: bytes.count, commands: Vocabulary<Int>("command", []))
        guard case .success(let once) = Formatter(Stages.all).format(source) else { return }
        switch Formatter(Stages.all).format(Source(name: "query", text: once)) {
        case .success(let twice): precondition(once == twice, "formatted twice:\n\(once)\n\(twice)")
        case .failure: preconditionFailure("a formatted script has an error:\n\(once)")
        }
    }

    // MARK: Lines

    private static func decodeLines(_ bytes: [UInt8]) {
        let decoder = LineDecoder(demand: FieldSet(Fields.all), early: FieldSet())
        let slots = UnsafeMutablePointer<Value>.allocate(capacity: Fields.all.count)
        defer { slots.deallocate() }
        slots.initialize(repeating: .missing, count: Fields.all.count)
        let record = Record(slots: slots)
        (bytes + [10]).withUnsafeBufferPointer { buffer in
            var start = 0
            while let end = buffer[start...].firstIndex(of: 10) {
                let line = Bytes(buffer.baseAddress! + start, count: end - start)
                _ = decoder.decodeEnvelope(
                    line, years: YearWindow(start: 1_767_225_600_000_000), into: record)
                decoder.decodeBody(into: record)
                start = end + 1
                if start == buffer.count { break }
            }
        }
    }

    // MARK: Files

    private static func readFile(_ bytes: [UInt8]) {
        let path = "/dev/shm/mlq-fuzz-\(getpid())"
        guard case .success = FileText.write(bytes, to: path) else { preconditionFailure("no \(path)") }
        defer { unlink(path) }
        let counts = [
            "count", "extend one=1 | groupby one | count | select count", "queue", "messages | describe",
        ]
        .map { answer(to: $0, path) }
        precondition(counts[0] == counts[1] || counts[1] == "", "\(counts[0]) and \(counts[1]) lines")
    }

    /// Returns the rows of a query as TSV without a header.
    private static func answer(to text: String, _ path: String) -> String {
        var options = LogOptions()
        options.year = 2026
        let logs = LogSet(paths: [path], options: options)
        let program = Program(
            [Source(name: "query", text: text)], in: Environment(.mlq), overrides: [:], prelude: [])
        guard case .query(let query)? = program.items.last, let format = OutputFormats.named("tsv") else {
            preconditionFailure("'\(text)' is a query")
        }
        let sink = MemorySink()
        var output = OutputOptions()
        output.header = false
        _ = Executor(logs: logs, threads: 1).run(
            query, to: Executor.Destination(format: format, options: output, sink: sink),
            run: RunState(memory: 16 << 20, threads: 1))
        return sink.text
    }
}
