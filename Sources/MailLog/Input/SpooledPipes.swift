/// Copies of pipes in temporary files. A pipe gives its bytes once, and later log sets want them too.
package final class SpooledPipes: Sendable {
    private let copies = Mutex<[String: OpenFile]>([:])

    package init() {}

    /// The copy of a pipe; if there is none of that path yet, a new one or the pipe itself.
    func copy(of pipe: OpenFile, _ path: String, isNeeded: Bool) throws(LogFile.Failure) -> OpenFile {
        if let copy = copies.withLock({ $0[path] }), copy.identity == pipe.identity { return copy }
        guard isNeeded else { return pipe }
        let copy = try pipe.spooled()
        copies.withLock { $0[path] = copy }
        return copy
    }
}
