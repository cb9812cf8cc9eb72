import Glibc
import MailLog
@testable import QueryEngine
import QuerySyntax
import struct Synchronization.Atomic
import Testing

@Suite("An interrupt while an answer is put together")
struct InterruptTests {
    /// More groups than can be merged, sorted and shown in the time that is allowed.
    static let log = TestLog([
        (
            "maillog",
            (0..<400_000).map { "Nov 23 16:39:34 mx1 postfix/smtp[\($0)]: \($0 &* 7919): to=<a@b.example>" }
        )
    ])

    static let questions = [
        "count by raw", "sort -raw | select raw", "count by raw | sort raw", "dcount pid by text",
    ]

    @Test("it takes no longer than someone notices", arguments: questions)
    func merging(question: String) throws {
        let logs = LogSet(paths: Self.log.paths, options: LogOptions(year: 2026))
        var parser = try Parser(Source(name: "query", text: question))
        let query = Query(try parser.pipeline(Stages.all), in: Environment(.mlq))
        let run = RunState(memory: 512 << 20, threads: 2)
        let progress = Progress()
        let sink = MemorySink()
        let thread = Interrupter(run, progress)
        thread.start()
        _ = Executor(logs: logs, threads: 2).run(
            query, to: .init(format: .tsv, options: OutputOptions(), sink: sink), run: run,
            progress: progress)
        #expect(run.wasInterrupted)
        // Without optimisation, and beside other tests; it takes about 80 otherwise.
        #expect(thread.milliseconds < 2000)
    }

    /// A step that takes no notice of an interrupt while it puts its answer together.
    @Test("a run that does not end is left alone, and nothing more of it is seen")
    func leftAlone() {
        let run = RunState(memory: 512 << 20, threads: 2)
        let (mayEnd, hasEnded) = (Flag(), Flag())
        let sink = MemorySink()
        let gate = AnswerGate(sink)
        run.interrupt()
        let outcome = gate.wait(for: run) {
            mayEnd.wait()
            #expect(!gate.write(Array("too late".utf8)))
            gate.flush()
            hasEnded.set()
            return Executor.Outcome(rows: 1, account: ScanAccount(), problems: [])
        }
        #expect(outcome == nil)
        #expect(run.hasGivenUp)
        mayEnd.set()
        hasEnded.wait()
        #expect(sink.bytes.isEmpty)
    }

    @Test("an answer that is being written is waited for")
    func written() {
        let run = RunState(memory: 512 << 20, threads: 2)
        let sink = MemorySink()
        let gate = AnswerGate(sink)
        let outcome = gate.wait(for: run) {
            #expect(gate.write(Array("one\n".utf8)))
            run.interrupt()
            usleep(200_000)
            #expect(gate.write(Array("two\n".utf8)))
            return Executor.Outcome(rows: 2, account: ScanAccount(), problems: [])
        }
        #expect(outcome?.rows == 2)
        #expect(sink.text == "one\ntwo\n")
    }
}

/// What one thread waits for and another one sets.
private final class Flag: Sendable {
    private let isSet = Atomic(false)
    func set() { isSet.store(true, ordering: .releasing) }
    func wait() { while !isSet.load(ordering: .acquiring) { usleep(1000) } }
}

/// Interrupts a run when all has been read.
private final class Interrupter: @unchecked Sendable {
    // Its time is written before the run that it interrupts can end.
    private let run: RunState
    private let progress: Progress
    private var time = 0.0

    init(_ run: RunState, _ progress: Progress) {
        self.run = run
        self.progress = progress
    }

    func start() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Interrupter>.fromOpaque(argument!).takeRetainedValue().wait()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    private func wait() {
        while progress.bytes.total == nil || progress.bytes.done < progress.bytes.total ?? 0 { usleep(1000) }
        usleep(20_000)
        time = Interrupter.now
        run.interrupt()
    }

    /// Since the interrupt.
    var milliseconds: Double { time == 0 ? 0 : Interrupter.now - time }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}
