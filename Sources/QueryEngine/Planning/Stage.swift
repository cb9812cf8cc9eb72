import QuerySyntax

/// A stage as it was parsed: the values of its parameters, with the places of its names. Resolving it against the
/// schema gives the steps that run; running is kept apart, so that the same stage may once run elsewhere.
///
/// A new stage is one file with a `Form` and one line in `Stages.all`.
package protocol Stage: Sendable {
    /// Checks names and types, appends the steps that run it, and leaves the schema of the next stage.
    func resolve(_ resolution: inout Resolution) throws(Diagnostic)
    /// Whether its rows have the columns that came in, so that the stages behind it can be checked even when it is
    /// wrong.
    var keepsColumns: Bool { get }
    /// Whether it aggregates rows, so that it may follow `groupby`.
    var isAggregate: Bool { get }
    /// Whether its rows end in a file, so that none is shown.
    var savesRows: Bool { get }
    /// Why it cannot take part in a query whose rows go on coming (`--follow`): what it does, in words behind its
    /// name. Nil where it can.
    var reasonNotToFollow: String? { get }
}

extension Stage {
    package var keepsColumns: Bool { false }
    package var isAggregate: Bool { false }
    package var savesRows: Bool { false }
    package var reasonNotToFollow: String? { nil }
}
