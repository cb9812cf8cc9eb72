import QuerySyntax

/// A parsed stage: the values of its parameters, with the source ranges of its names. `resolve` turns it into steps.
///
/// A new stage is one file with a `Form` and one line in `Stages.all`.
package protocol Stage: Sendable {
    /// Checks names and types, appends steps, and sets the schema for the next stage.
    func resolve(_ resolution: inout Resolution) throws(Diagnostic)
    /// Whether its rows have the columns of its input. Later stages can then be checked even if this one has an error.
    var keepsColumns: Bool { get }
    /// Whether it aggregates rows and may follow `groupby`.
    var isAggregate: Bool { get }
    /// Whether it saves its rows, so that none are shown.
    var savesRows: Bool { get }
    /// Reason why it does not work with `--follow`, as words after its name; nil if it works.
    var reasonNotToFollow: String? { get }
}

extension Stage {
    package var keepsColumns: Bool { false }
    package var isAggregate: Bool { false }
    package var savesRows: Bool { false }
    package var reasonNotToFollow: String? { nil }
}
