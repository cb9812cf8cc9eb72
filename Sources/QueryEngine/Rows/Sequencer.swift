import Glibc

/// Restores the order of the results of chunks that threads work on. A thread that is too far ahead waits, so that
/// memory stays bounded.
final class Sequencer<Piece>: @unchecked Sendable {
    // `mutex` guards everything below.
    private var mutex = pthread_mutex_t()
    private var condition = pthread_cond_t()
    private var pending: [Int: Piece] = [:]
    private var next = 0
    private var isDelivering = false
    private var isOver = false
    private let window: Int
    private let deliver: (Piece) -> Bool

    /// `deliver` gets the results one at a time, in order. It returns false to stop.
    init(window: Int, deliver: @escaping (Piece) -> Bool) {
        self.window = window
        self.deliver = deliver
        pthread_mutex_init(&mutex, nil)
        pthread_cond_init(&condition, nil)
    }

    deinit {
        pthread_cond_destroy(&condition)
        pthread_mutex_destroy(&mutex)
    }

    /// Takes the result of chunk `number`. Returns false if no more are wanted.
    func put(_ piece: Piece, number: Int) -> Bool {
        pthread_mutex_lock(&mutex)
        while number >= next + window, !isOver { pthread_cond_wait(&condition, &mutex) }
        pending[number] = piece
        if !isDelivering {
            isDelivering = true
            while !isOver, let piece = pending.removeValue(forKey: next) {
                pthread_mutex_unlock(&mutex)
                let goesOn = deliver(piece)
                pthread_mutex_lock(&mutex)
                next += 1
                if !goesOn { isOver = true }
                pthread_cond_broadcast(&condition)
            }
            isDelivering = false
        }
        let goesOn = !isOver
        pthread_mutex_unlock(&mutex)
        return goesOn
    }

    /// Stops. Waiting threads continue.
    func end() {
        pthread_mutex_lock(&mutex)
        isOver = true
        pthread_cond_broadcast(&condition)
        pthread_mutex_unlock(&mutex)
    }
}
