/// A fact about a log that the reader of an answer must know.
package struct InputProblem: Sendable, Hashable {
    package var path: String
    /// A sentence that names the file, and the remedy if there is one.
    package var message: String
    /// Whether lines are missing from the answer. Then the exit status is 3.
    package var isDamage: Bool

    /// Text that all problems of this kind share.
    private var kind: String

    package init(path: String, message: String, isDamage: Bool, kind: String? = nil) {
        self.path = path
        self.message = message
        self.isDamage = isDamage
        self.kind = kind ?? message
    }

    /// `what` continues a sentence that begins with the file's name.
    init(path: String, what: String, isDamage: Bool) {
        let name = path == "-" ? "standard input" : path
        self.init(path: path, message: "\(name) \(what)", isDamage: isDamage, kind: what)
    }

    /// Describes why a log cannot be opened.
    init(path: String, _ failure: any Error) {
        let what =
            switch failure {
            case let failure as OpenFile.Failure: "cannot be opened: \(failure.text)"
            case let failure as LogFile.Failure: failure.message
            default: "cannot be opened"
            }
        self.init(path: path, what: what, isDamage: true)
    }

    /// Returns the messages to print: one per problem, or one for all of a kind that many logs have.
    package static func messages(of problems: [InputProblem]) -> [String] {
        var kinds: [String: [InputProblem]] = [:]
        for problem in problems { kinds[problem.kind, default: []].append(problem) }
        return problems.compactMap { problem in
            guard let all = kinds[problem.kind], all.count > manyOfAKind else { return problem.message }
            guard problem == all[0] else { return nil }
            let names = all[1..<manyOfAKind].map(\.path).joined(separator: ", ")
            return "\(problem.message) (the same is true of \(all.count - 1) more: \(names), …)"
        }
    }

    private static let manyOfAKind = 4
}
