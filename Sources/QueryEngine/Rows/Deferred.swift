import MailLog

/// A value that is made once in each run, by the thread that needs it first; the others wait for it. Queries that
/// start from the same name share it, but what a failed run has made is of no use to the next one.
final class Deferred<Value: Sendable>: Sendable {
    private let made = Mutex<(run: RunState, value: Value)?>(nil)

    func value(for run: RunState, _ make: () -> Value) -> Value {
        made.withLock { made in
            if let made, made.run === run { return made.value }
            let value = make()
            made = (run, value)
            return value
        }
    }
}
