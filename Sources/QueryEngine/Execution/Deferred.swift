import Synchronization

/// A value that is made when it is first asked for, by whichever thread asks first; the others wait for it.
final class Deferred<Value: Sendable>: Sendable {
    private let made = Mutex<Value?>(nil)

    func value(_ make: () -> Value) -> Value {
        made.withLock { made in
            if let made { return made }
            let value = make()
            made = value
            return value
        }
    }
}
