extension OpenFile {
    /// Copies the rest of a pipe, after `head`, which was read before, into a temporary file.
    func spooled(after head: [UInt8] = []) throws(LogFile.Failure) -> OpenFile {
        let capacity = 1 << 16
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        defer { buffer.deallocate() }
        var isFirst = true
        do {
            let copy = try OpenFile(copyOf: self, mayBeEmpty: true) { () throws(Failure) in
                defer { isFirst = false }
                if isFirst, !head.isEmpty {
                    precondition(head.count <= capacity, "the head of a pipe is at most one buffer")
                    buffer.update(from: head, count: head.count)
                    return UnsafeBufferPointer(start: buffer, count: head.count)
                }
                let count = try waitAndRead(buffer, count: capacity, isFirst: isFirst)
                return count > 0 ? UnsafeBufferPointer(start: buffer, count: count) : nil
            }
            return copy.unsafelyUnwrapped
        } catch {
            throw LogFile.Failure(
                "cannot be copied to a temporary file in \(TemporaryFile.directory): \(error.text)")
        }
    }
}

/// Copies of pipes in temporary files. A pipe can be read only once, and later log sets need it too.
package final class SpooledPipes: Sendable {
    private let copies = Mutex<[String: OpenFile]>([:])

    package init() {}

    /// Returns the copy of a pipe. Without a copy, makes one if `isNeeded`, or returns the pipe itself.
    func copy(of pipe: OpenFile, _ path: String, isNeeded: Bool) throws(LogFile.Failure) -> OpenFile {
        if let copy = copies.withLock({ $0[path] }), copy.identity == pipe.identity { return copy }
        guard isNeeded else { return pipe }
        let copy = try pipe.spooled()
        copies.withLock { $0[path] = copy }
        return copy
    }
}
