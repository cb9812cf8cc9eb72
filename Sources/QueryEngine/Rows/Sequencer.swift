import Glibc

/// Puts what threads make of the chunks back into the order of the chunks. A thread that is far ahead waits, so
/// that memory stays bounded.
final class Sequencer<Piece>: @unchecked Sendable {
    // Everything below is guarded by `mutex`.
    private var mutex = pthread_mutex_t()
    private var condition = pthread_cond_t()
    private var pending: [Int: Piece] = [:]
    private var next = 0
    private var isDelivering = false
    private var isOver = false
    private let window: Int
    private let deliver: (Piece) -> Bool

    /// `deliver` gets the pieces one at a time, in order; false ends it.
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

    /// Hands in the piece of chunk `number`; false when no more is wanted.
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

    /// No more is wanted; whoever waits goes on.
    func end() {
        pthread_mutex_lock(&mutex)
        isOver = true
        pthread_cond_broadcast(&condition)
        pthread_mutex_unlock(&mutex)
    }
}
