#if THREAD_SANITIZER
    import Glibc

    /// Replacement for the library's mutex that ThreadSanitizer understands: a POSIX mutex.
    ///
    /// The library's mutex is a futex in code without instrumentation. The sanitizer would report every access that it
    /// guards.
    package struct Mutex<Guarded: ~Copyable>: ~Copyable, @unchecked Sendable {
        private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let value = UnsafeMutablePointer<Guarded>.allocate(capacity: 1)

        package init(_ initial: consuming sending Guarded) {
            pthread_mutex_init(lock, nil)
            value.initialize(to: initial)
        }

        deinit {
            pthread_mutex_destroy(lock)
            value.deinitialize(count: 1)
            lock.deallocate()
            value.deallocate()
        }

        package borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Guarded) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            pthread_mutex_lock(lock)
            defer { pthread_mutex_unlock(lock) }
            return try body(&value.pointee)
        }

        package borrowing func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Guarded) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result? {
            guard pthread_mutex_trylock(lock) == 0 else { return nil }
            defer { pthread_mutex_unlock(lock) }
            return try body(&value.pointee)
        }
    }
#else
    import Synchronization

    package typealias Mutex<Guarded: ~Copyable> = Synchronization.Mutex<Guarded>
#endif
