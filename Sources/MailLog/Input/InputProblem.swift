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

    /// `what` goes on from the name of the file.
    init(path: String, what: String, isDamage: Bool) {
        let name = path == "-" ? "standard input" : path
        self.init(path: path, message: "\(name) \(what)", isDamage: isDamage)
    }

    /// Why a log could not be opened.
    init(path: String, _ failure: any Error) {
        let what =
            switch failure {
            case let failure as OpenFile.Failure: "cannot be opened: \(failure.text)"
            case let failure as LogFile.Failure: failure.message
            default: "cannot be opened"
            }
        self.init(path: path, what: what, isDamage: true)
    }
}
