#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Threads of the system.
package enum Threads {
    /// Runs a body on several threads at once and waits for all of them; the calling thread is one of them.
    package static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        var threads: [pthread_t] = []
        for index in 1..<max(1, count) {
            // Where no further thread is to be had, the ones that run do the work.
            guard let thread = begin({ body(index) }) else { break }
            threads.append(thread)
        }
        body(0)
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Runs a body beside whoever asks for it, who does not wait; false, and not at all, where no thread is to be
    /// had.
    @discardableResult
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = begin(body) else { return false }
        pthread_detach(thread)
        return true
    }

    private static func begin(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var thread = pthread_t()
        let task = Unmanaged.passRetained(Task(body))
        let status = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Task>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, task.toOpaque())
        guard status == 0 else {
            task.release()
            return nil
        }
        return thread
    }

    private final class Task: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
