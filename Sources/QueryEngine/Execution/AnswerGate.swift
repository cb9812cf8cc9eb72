import Glibc
import MailLog

/// Gate between a run on its own thread and the caller that waits for the answer. After an interrupt, the gate closes
/// within `patience`, unless the answer is being written. The run then ends in the background, and its output is
/// discarded.
final class AnswerGate: ByteSink, @unchecked Sendable {
    // `mutex` guards the variables. The sink belongs to the run.
    private var mutex = pthread_mutex_t()
    private var condition = pthread_cond_t()
    private var outcome: Executor.Outcome?
    private var hasBegun = false
    private var isClosed = false
    private let sink: any ByteSink

    /// Microseconds from an interrupt until the gate closes. Longer than `RunState.patience`, after which the run
    /// itself stops emitting.
    private static let patience: UInt32 = 75_000

    init(_ sink: any ByteSink) {
        self.sink = sink
        pthread_mutex_init(&mutex, nil)
        pthread_cond_init(&condition, nil)
    }

    deinit {
        pthread_cond_destroy(&condition)
        pthread_mutex_destroy(&mutex)
    }

    /// Returns the outcome of the work; nil if it was interrupted and abandoned.
    func wait(for run: RunState, _ work: @escaping () -> Executor.Outcome) -> Executor.Outcome? {
        let job = Job(work: work)
        run.whenInterrupted { [self] in
            Threads.start { [self] in
                usleep(AnswerGate.patience)
                close()
            }
        }
        let isBeside = Threads.start { [self] in
            open(with: job.work())
            run.release()
        }
        // Without a second thread, this one does the work.
        if !isBeside { open(with: work()) }
        pthread_mutex_lock(&mutex)
        while outcome == nil, !isClosed { pthread_cond_wait(&condition, &mutex) }
        let outcome = isClosed ? nil : outcome
        pthread_mutex_unlock(&mutex)
        run.whenInterrupted(nil)
        if outcome == nil { run.giveUp() }
        return outcome
    }

    private struct Job: @unchecked Sendable {
        // Passed to one thread while the other one waits.
        let work: () -> Executor.Outcome
    }

    private func open(with outcome: Executor.Outcome) {
        pthread_mutex_lock(&mutex)
        self.outcome = outcome
        pthread_cond_broadcast(&condition)
        pthread_mutex_unlock(&mutex)
    }

    /// Closes the gate unless output has passed.
    private func close() {
        pthread_mutex_lock(&mutex)
        if outcome == nil, !hasBegun {
            isClosed = true
            pthread_cond_broadcast(&condition)
        }
        pthread_mutex_unlock(&mutex)
    }

    // MARK: What the run writes

    func write(_ bytes: [UInt8]) -> Bool { pass() && sink.write(bytes) }

    func flush() {
        if pass() { sink.flush() }
    }

    /// Returns whether the gate is open. An open gate then stays open.
    private func pass() -> Bool {
        pthread_mutex_lock(&mutex)
        defer { pthread_mutex_unlock(&mutex) }
        hasBegun = !isClosed
        return hasBegun
    }
}
