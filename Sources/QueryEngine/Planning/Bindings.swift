import QuerySyntax

/// The pipelines and parameters that have names, and what the pipelines resolve to.
///
/// A `Program` copies them and is the only writer while it reads its text. Afterwards they are constant, and the
/// threads of a query read them.
package final class Bindings: @unchecked Sendable {
    package struct Definition: Sendable {
        let pipeline: Pipeline<any Stage>
        let wording: Wording
        /// Names of pipelines, and of parameters as `{name}`, that the pipeline contains.
        let uses: Set<String>
        /// Whether the definition has an error, which is reported once, where it stands.
        var isBroken = false
    }

    private var definitions: [String: Definition] = [:]
    package private(set) var parameters: [String: Expression] = [:]
    /// For each name, the pipelines that contain it.
    private var users: [String: Set<String>] = [:]
    /// The pipelines that were resolved since the names in them were bound. Dropped when the program is read: a
    /// resolution refers to its environment and so to this object.
    private var resolutions: [String: Resolution] = [:]
    /// Stages and columns in `resolutions`.
    private var kept = 0
    private var isOpen = true

    /// Bounds the memory of `resolutions`: many names on top of one long pipeline each repeat its stages.
    private static let maximumKept = 1 << 20

    package init() {}

    package func copy() -> Bindings {
        let copy = Bindings()
        copy.definitions = definitions
        copy.parameters = parameters
        copy.users = users
        return copy
    }

    package subscript(name: String) -> Definition? { definitions[name] }

    var names: some Sequence<String> { definitions.keys }

    func define(_ name: String, _ definition: Definition) {
        forget(name)
        for used in definitions[name]?.uses ?? [] { users[used]?.remove(name) }
        for used in definition.uses { users[used, default: []].insert(name) }
        definitions[name] = definition
    }

    func setParameter(_ name: String, _ value: Expression) {
        forget("{\(name)}")
        parameters[name] = value
    }

    /// The pipelines that contain a name, themselves or by way of others.
    func dependents(of name: String) -> Set<String> {
        var found = users[name] ?? []
        var open = Array(found)
        while let next = open.popLast() {
            for user in users[next] ?? [] where found.insert(user).inserted { open.append(user) }
        }
        return found
    }

    // MARK: Resolutions

    func resolution(of name: String) -> Resolution? { resolutions[name] }

    func keep(_ resolution: Resolution, of name: String) {
        guard isOpen else { return }
        kept += resolution.size + resolution.schema.columns.count
        if kept > Bindings.maximumKept {
            resolutions = [:]
            kept = 0
        }
        resolutions[name] = resolution
    }

    private func forget(_ name: String) {
        guard !resolutions.isEmpty else { return }
        resolutions[name] = nil
        for user in dependents(of: name) { resolutions[user] = nil }
    }

    /// Ends the writing.
    func close() {
        isOpen = false
        resolutions = [:]
    }
}
