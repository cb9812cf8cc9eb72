#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs a body on several threads at once and waits for all of them; the calling thread is one of them.
package enum Threads {
    package static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        guard count > 1 else { return body(0) }
        var threads: [pthread_t] = []
        for index in 1..<count {
            var thread = pthread_t()
            let task = Unmanaged.passRetained(Task { body(index) })
            let status = pthread_create(
                &thread, nil,
                { argument in
                    Unmanaged<Task>.fromOpaque(argument!).takeRetainedValue().body()
                    return nil
                }, task.toOpaque())
            if status == 0 {
                threads.append(thread)
            } else {
                // No further thread is to be had: the ones that run do the work.
                task.release()
                break
            }
        }
        body(0)
        for thread in threads { pthread_join(thread, nil) }
    }

    private final class Task: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
