import MailLog

/// A value that is made once in each run, by the first thread that needs it. The other threads wait. Queries that start
/// from the same name share it. A value of a failed run is not used in the next run.
final class OncePerRun<Value: Sendable>: Sendable {
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
