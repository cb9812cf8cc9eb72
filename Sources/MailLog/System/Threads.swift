import Glibc

import struct Synchronization.Atomic

/// POSIX threads.
package enum Threads {
    /// Runs a body on several threads, one of which is the caller, and waits for all of them.
    package static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        var threads: [pthread_t] = []
        for index in 1..<max(1, count) {
            // If the system has no more threads, the running ones do the work.
            guard let thread = begin({ body(index) }) else { break }
            threads.append(thread)
        }
        body(0)
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Returns the result of a body for each element, computed by up to four threads.
    static func map<Result: Sendable>(
        _ elements: some Collection<Int>, _ body: @escaping @Sendable (Int) -> Result
    ) -> [Result] {
        let elements = Array(elements)
        let results = Mutex([Result?](repeating: nil, count: elements.count))
        let next = Atomic(0)
        run(min(elements.count, 4)) { _ in
            while case let turn = next.add(1, ordering: .relaxed).oldValue, turn < elements.count {
                let result = body(elements[turn])
                results.withLock { $0[turn] = result }
            }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    /// Runs a body on a detached thread. Returns false, without running it, if the system has no more threads.
    @discardableResult
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = begin(body) else { return false }
        pthread_detach(thread)
        return true
    }

    /// Stack size in bytes, independent of `ulimit -s`; smaller if the address space is limited.
    private static let stackSize: Int = {
        var limit = rlimit()
        let isLimited =
            getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 && limit.rlim_cur < Int.max
        return isLimited ? 2 << 20 : 8 << 20
    }()

    /// Runs a body to its end with a stack of at least `stackSize`, on another thread if necessary.
    package static func runWithStack(_ body: @escaping @Sendable () -> Void) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur < stackSize,
            let thread = begin(body)
        else { return body() }
        pthread_join(thread, nil)
    }

    private static func begin(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var thread = pthread_t()
        let task = Unmanaged.passRetained(Task(body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        let status = pthread_create(
            &thread, &attributes,
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
