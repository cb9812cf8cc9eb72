/// Error or warning about a query: its range, its reason, and what to write instead.
package struct Diagnostic: Error, Hashable, Sendable {
    package enum Severity: String, Sendable { case error, warning, hint }

    package var severity: Severity
    /// One lower-case clause that names the offending text.
    package var message: String
    package var range: SourceRange
    /// Text after the caret: a similar name, or what to write.
    package var hint: String?
    /// Further lines, such as a list of names.
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

/// Maximum number of errors that one check reports.
package let maximumErrors = 5
