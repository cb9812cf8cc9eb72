import QuerySyntax

/// Named pipelines and parameters, with the resolved pipelines.
///
/// A `Program` copies them, and is the only writer while it reads its text. Afterwards they are constant, and threads
/// may read them.
package final class Bindings: @unchecked Sendable {
    package struct Definition: Sendable {
        let pipeline: Pipeline<any Stage>
        let wording: Wording
        /// Names of pipelines in the pipeline, and parameters as `{name}`.
        let uses: Set<String>
        /// Whether the definition has an error. The error is reported once, at the definition.
        var isBroken = false
    }

    private var definitions: [String: Definition] = [:]
    package private(set) var parameters: [String: Expression] = [:]
    /// Pipelines that contain a name, by name.
    private var users: [String: Set<String>] = [:]
    /// Resolved pipelines. Cleared after the program is read: a resolution refers to its environment and so to this
    /// object.
    private var resolutions: [String: Resolution] = [:]
    /// Number of stages and columns in `resolutions`.
    private var kept = 0
    private var isOpen = true

    /// Limits the memory of `resolutions`: names based on one long pipeline each repeat its stages.
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

    /// Returns the pipelines that contain a name, directly or indirectly.
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

    /// Ends writing.
    func close() {
        isOpen = false
        resolutions = [:]
    }
}
