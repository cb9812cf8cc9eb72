import Glibc
import MailLog
import struct Synchronization.Atomic

/// What all threads of a run share: whether to go on, and what went wrong.
package final class RunState: Sendable {
    private let stopped = Atomic<Bool>(false)
    /// When that was, in nanoseconds of a clock that only goes forward; 0 for never.
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
        // Kept to be let go, and for nothing else.
        let object: Any
    }

    /// Bytes of memory that grouping and sorting may hold before they spill to temporary files.
    package let memory: Int
    package let threads: Int
    /// Whether `write` makes its files; not where rows are only counted.
    package let writesFiles: Bool
    private let spilled = Atomic<Bool>(false)

    package init(memory: Int, threads: Int, writesFiles: Bool = true) {
        self.writesFiles = writesFiles
        self.memory = memory
        self.threads = threads
    }

    /// What one thread may hold of all rows that its operator keeps. The other half of the memory is for merging and
    /// emitting.
    var share: Int { memory / max(1, threads) / 2 }

    /// Fails a run whose rows or values cannot go to temporary files: `what` names the operator and "more" of them.
    func failForMemory(_ what: String, _ advice: String, status: Int32 = 2) {
        fail(
            RunFailure(
                "\(what) than fit into \(PeopleText.size(memory)); raise --memory, or \(advice)",
                status: status))
    }

    /// Grouping or sorting has gone to temporary files.
    package func noteSpill() { spilled.store(true, ordering: .relaxed) }

    package var hasSpilled: Bool { spilled.load(ordering: .relaxed) }

    package var shouldStop: Bool { stopped.load(ordering: .relaxed) }

    /// Nothing more is wanted (`head` is full, the reader of a pipe is gone).
    package func stop() { stopped.store(true, ordering: .relaxed) }

    /// The user wants no more; what has been seen so far is still shown.
    package func interrupt() {
        interrupted.store(RunState.nanoseconds, ordering: .relaxed)
        stop()
        state.withLock { $0.whenInterrupted }?()
    }

    /// What is to be done at an interrupt; nil for nothing more.
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

    /// An interrupt is how this run ends: the answer so far comes however long it takes.
    func endWithAnswer() { endsWithAnswer.store(true, ordering: .relaxed) }

    /// Nobody waits for the answer any more.
    func giveUp() { givenUp.store(true, ordering: .relaxed) }

    /// Keeps what an interrupted run has gathered until its answer is out: it takes a while to let it go.
    func keep(_ remains: Any) {
        guard wasInterrupted else { return }
        let remains = Remains(object: remains)
        state.withLock { $0.remains.append(remains) }
    }

    /// Lets go of what was kept.
    func letGo() {
        let remains = state.withLock { state in
            defer { state.remains = [] }
            return state.remains
        }
        withExtendedLifetime(remains) {}
    }

    /// Whether an answer was given up.
    package var hasGivenUp: Bool { givenUp.load(ordering: .relaxed) }

    /// What an interrupted run may still take to show what it has, in nanoseconds.
    private static let patience: UInt64 = 50_000_000

    private static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The first failure wins; the run ends.
    package func fail(_ failure: RunFailure) {
        state.withLock { if $0.failure == nil { $0.failure = failure } }
        failed.store(true, ordering: .releasing)
        stop()
    }

    /// Whether `failure` is set: cheap enough to ask for each row. A failed run emits nothing further.
    var hasFailed: Bool { failed.load(ordering: .acquiring) }

    package var failure: RunFailure? { state.withLock { $0.failure } }

    /// What was read besides the scan of the query itself, and what was wrong with it.
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

    /// Something to say beside the answer; each sentence is said once.
    package func note(_ sentence: String) {
        state.withLock { if !$0.notes.contains(sentence) { $0.notes.append(sentence) } }
    }

    package var notes: [String] { state.withLock { $0.notes } }

    package func assertionFailed(_ sentence: String) {
        state.withLock { $0.assertionFailures.append(sentence) }
    }

    package var assertionFailures: [String] { state.withLock { $0.assertionFailures } }
}

/// Why a run could not be finished.
package struct RunFailure: Error, Sendable {
    /// A sentence: what, where, what to do.
    package let message: String
    /// The command's exit status.
    package let status: Int32

    package init(_ message: String, status: Int32 = 3) {
        self.message = message
        self.status = status
    }
}
