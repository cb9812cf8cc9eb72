import Glibc
import MailLog

/// Stands between a run, which has a thread of its own, and whoever waits for its answer. After an interrupt nobody
/// waits longer than can hardly be noticed, unless the answer is being written by then: the run is left to end by
/// itself, and nothing more of it is seen.
final class AnswerGate: ByteSink, @unchecked Sendable {
    // What changes is guarded by `mutex`; the sink is the run's.
    private var mutex = pthread_mutex_t()
    private var condition = pthread_cond_t()
    private var outcome: Executor.Outcome?
    private var hasBegun = false
    private var isClosed = false
    private let sink: any ByteSink

    /// Microseconds from an interrupt until the gate closes; the run itself stops putting together what takes
    /// longer than `RunState.patience`, which is less.
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

    /// What came of the work; nil where it was interrupted and left alone.
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
            run.letGo()
        }
        // Where no thread is to be had, this one does it.
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
        // Handed to one thread, while the other one waits.
        let work: () -> Executor.Outcome
    }

    private func open(with outcome: Executor.Outcome) {
        pthread_mutex_lock(&mutex)
        self.outcome = outcome
        pthread_cond_broadcast(&condition)
        pthread_mutex_unlock(&mutex)
    }

    /// Closes it where nothing has come through.
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

    /// Whether it is open; from now on it stays so.
    private func pass() -> Bool {
        pthread_mutex_lock(&mutex)
        defer { pthread_mutex_unlock(&mutex) }
        hasBegun = !isClosed
        return hasBegun
    }
}
