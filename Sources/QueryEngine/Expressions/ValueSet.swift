import MailLog

/// Sorted set of values for `in`, shared between threads.
struct ValueSet: Sendable {
    private let values: [Value]
    private let ignoresCase: Bool

    init(_ values: [Value], ignoresCase: Bool) {
        self.ignoresCase = ignoresCase
        self.values = values.sorted { Ordering.compare($0, $1, ignoresCase: ignoresCase) < 0 }
    }

    func contains(_ value: Value) -> Bool {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            let order = Ordering.compare(values[middle], value, ignoresCase: ignoresCase)
            if order == 0 { return true }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return false
    }
}
