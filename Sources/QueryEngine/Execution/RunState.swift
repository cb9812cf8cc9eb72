import Synchronization

/// What all threads of a run share: whether to go on, and what went wrong.
package final class RunState: Sendable {
    private let stopped = Atomic<Bool>(false)
    private let interrupted = Atomic<Bool>(false)
    private let state = Mutex<State>(State())

    private struct State {
        var failure: RunFailure?
        var notes: [String] = []
        var assertionFailures: [String] = []
    }

    /// Bytes of memory that grouping and sorting may hold before they spill to temporary files.
    package let memory: Int
    package let threads: Int
    private let spilled = Atomic<Bool>(false)

    package init(memory: Int, threads: Int) {
        self.memory = memory
        self.threads = threads
    }

    /// Grouping or sorting has gone to temporary files.
    package func noteSpill() { spilled.store(true, ordering: .relaxed) }

    package var hasSpilled: Bool { spilled.load(ordering: .relaxed) }

    package var shouldStop: Bool { stopped.load(ordering: .relaxed) }

    /// Nothing more is wanted (`head` is full, the reader of a pipe is gone).
    package func stop() { stopped.store(true, ordering: .relaxed) }

    /// The user wants no more; what has been seen so far is still shown.
    package func interrupt() {
        interrupted.store(true, ordering: .relaxed)
        stop()
    }

    package var wasInterrupted: Bool { interrupted.load(ordering: .relaxed) }

    /// The first failure wins; the run ends.
    package func fail(_ failure: RunFailure) {
        state.withLock { if $0.failure == nil { $0.failure = failure } }
        stop()
    }

    package var failure: RunFailure? { state.withLock { $0.failure } }

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
