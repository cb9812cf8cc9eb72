/// What is wrong with a query: where, why, and what to do instead.
package struct Diagnostic: Error, Hashable, Sendable {
    package enum Severity: String, Sendable { case error, warning, hint }

    package var severity: Severity
    /// One lower-case clause that names the offending text.
    package var message: String
    package var range: SourceRange
    /// Stands beside the caret: the near suggestion, or what to write.
    package var hint: String?
    /// Further lines below: what is available here.
    package var notes: [String]

    package init(
        _ message: String, at range: SourceRange, hint: String? = nil, notes: [String] = [],
        severity: Severity = .error
    ) {
        self.severity = severity
        self.message = message
        self.range = range
        self.hint = hint
        self.notes = notes
    }
}

/// How many errors one check reports before it stops.
package let maximumErrors = 5
