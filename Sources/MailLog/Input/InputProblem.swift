/// Something about a log that the reader of an answer should know.
package struct InputProblem: Sendable, Equatable {
    package var path: String
    /// A sentence that names the file, and what to do where something can be done.
    package var message: String
    /// Whether something is missing from the answer, so that the exit status says it too.
    package var isDamage: Bool

    package init(path: String, message: String, isDamage: Bool) {
        self.path = path
        self.message = message
        self.isDamage = isDamage
    }
}
