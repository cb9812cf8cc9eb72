import QueryEngine

/// An error of the call or of a command: exit status 2.
struct UsageError: Error {
    let message: String
    /// Whether the message is printed as it is, also with `--redact`.
    let isRedacted: Bool

    init(_ message: String, isRedacted: Bool = false) {
        self.message = message
        self.isRedacted = isRedacted
    }
}

extension Result where Failure == RunFailure {
    /// The value, or the failure as a usage error.
    func orUsageError() throws(UsageError) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let failure): throw UsageError(failure.message)
        }
    }
}
