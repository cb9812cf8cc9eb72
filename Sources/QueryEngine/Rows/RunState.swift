import Glibc
import MailLog
import struct Synchronization.Atomic

/// State that all threads of a run share: stop flags, failure, notes.
package final class RunState: Sendable {
    private let stopped = Atomic<Bool>(false)
    /// Time of the interrupt in nanoseconds of a monotonic clock; 0 for none.
    private let interrupted = Atomic<UInt64>(0)
    private let givenUp = Atomic<Bool>(false)
    private let failed = Atomic<Bool>(false)
    private let endsWithAnswer = Atomic<Bool>(false)
    private let state = Mutex<State>(State())

    private struct State {
        var failure: RunFailure?
        var notes: [String] = []
        var assertionFailures: [String] = []
        var passes = ScanAccount()
        var problems: [InputProblem] = []
        var whenInterrupted: (@Sendable () -> Void)?
        var remains: [Remains] = []
    }

    private struct Remains: @unchecked Sendable {
        // Only kept alive, never read.
        let object: Any
    }

    /// Bytes that grouping and sorting may hold before they spill to temporary files.
    package let memory: Int
    package let threads: Int
    /// Whether `write` makes its files. False if rows are only counted.
    package let writesFiles: Bool
    private let spilled = Atomic<Bool>(false)

    package init(memory: Int, threads: Int, writesFiles: Bool = true) {
        self.writesFiles = writesFiles
        self.memory = memory
        self.threads = threads
    }

    /// Bytes that an operator may hold in one thread. The other half of the memory is for merging and emitting.
    var share: Int { memory / max(1, threads) / 2 }

    /// Fails a run whose rows or values cannot be spilled. `what` names the operator and "more" rows or values.
    func failForMemory(_ what: String, _ advice: String, status: Int32 = 2) {
        fail(
            RunFailure(
                "\(what) than fit into \(PeopleText.size(memory)); raise --memory, or \(advice)",
                status: status))
    }

    /// Notes that an operator has spilled to temporary files.
    package func noteSpill() { spilled.store(true, ordering: .relaxed) }

    package var hasSpilled: Bool { spilled.load(ordering: .relaxed) }

    package var shouldStop: Bool { stopped.load(ordering: .relaxed) }

    /// Stops the scan: `head` is full, or the reader of a pipe has gone.
    package func stop() { stopped.store(true, ordering: .relaxed) }

    /// Stops the scan for the user. The answer so far is still shown.
    package func interrupt() {
        interrupted.store(RunState.nanoseconds, ordering: .relaxed)
        stop()
        state.withLock { $0.whenInterrupted }?()
    }

    /// Sets the action at an interrupt.
    func whenInterrupted(_ body: (@Sendable () -> Void)?) {
        state.withLock { $0.whenInterrupted = body }
        if let body, wasInterrupted { body() }
    }

    package var wasInterrupted: Bool { interrupted.load(ordering: .relaxed) != 0 }

    /// Polled while rows are emitted; true once the grace period after an interrupt is over.
    package var shouldGiveUp: Bool {
        let time = interrupted.load(ordering: .relaxed)
        guard time != 0, !endsWithAnswer.load(ordering: .relaxed),
            RunState.nanoseconds > time + RunState.patience
        else { return false }
        givenUp.store(true, ordering: .relaxed)
        return true
    }

    /// Makes an interrupt the normal end of the run: the complete answer so far follows.
    func endWithAnswer() { endsWithAnswer.store(true, ordering: .relaxed) }

    /// Ends the answer: nobody waits for it.
    func giveUp() { givenUp.store(true, ordering: .relaxed) }

    /// Keeps objects of an interrupted run alive until the answer is out, because freeing them takes time.
    func keep(_ remains: Any) {
        guard wasInterrupted else { return }
        let remains = Remains(object: remains)
        state.withLock { $0.remains.append(remains) }
    }

    /// Frees the kept objects.
    func release() {
        let remains = state.withLock { state in
            defer { state.remains = [] }
            return state.remains
        }
        withExtendedLifetime(remains) {}
    }

    package var hasGivenUp: Bool { givenUp.load(ordering: .relaxed) }

    /// Nanoseconds that an interrupted run may take to emit its answer.
    private static let patience: UInt64 = 50_000_000

    private static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Ends the run. The first failure counts.
    package func fail(_ failure: RunFailure) {
        state.withLock { if $0.failure == nil { $0.failure = failure } }
        failed.store(true, ordering: .releasing)
        stop()
    }

    /// Whether `failure` is set; cheap enough for each row. A failed run emits nothing.
    var hasFailed: Bool { failed.load(ordering: .acquiring) }

    package var failure: RunFailure? { state.withLock { $0.failure } }

    /// Adds an additional scan of the run, with its problems.
    func add(_ pass: ScanAccount, _ problems: [InputProblem]) {
        state.withLock { state in
            state.passes.lines += pass.lines
            state.passes.bytes += pass.bytes
            state.passes = state.passes.skipping(pass.skipped)
            let known = Set(state.problems)
            state.problems += problems.filter { !known.contains($0) }
        }
    }

    var passes: ScanAccount { state.withLock { $0.passes } }

    var passProblems: [InputProblem] { state.withLock { $0.problems } }

    /// Adds a note beside the answer. Equal notes are shown once.
    package func note(_ sentence: String) {
        state.withLock { if !$0.notes.contains(sentence) { $0.notes.append(sentence) } }
    }

    package var notes: [String] { state.withLock { $0.notes } }

    package func assertionFailed(_ sentence: String) {
        state.withLock { $0.assertionFailures.append(sentence) }
    }

    package var assertionFailures: [String] { state.withLock { $0.assertionFailures } }
}

/// Reason why a run ended without its answer.
package struct RunFailure: Error, Sendable {
    /// What is wrong, where, what to do.
    package let message: String
    /// Exit status of the command.
    package let status: Int32

    package init(_ message: String, status: Int32 = 3) {
        self.message = message
        self.status = status
    }
}
