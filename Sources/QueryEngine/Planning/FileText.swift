#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Small files that a query names: lists of values, lookup tables, scripts.
package enum FileText {
    /// A file longer than this is not a list to hold in memory.
    static let limit = 256_000_000

    package static func read(_ path: String) -> Result<[UInt8], RunFailure> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(failure(path)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return .failure(failure(path)) }
            if count == 0 { return .success(bytes) }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > limit {
                return .failure(RunFailure("\(path) is larger than \(PeopleText.size(limit))", status: 2))
            }
        }
    }

    /// The first line of a file, as far as its first bytes show it.
    package static func firstLine(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != 10 }, as: UTF8.self)
    }

    package static func write(_ bytes: [UInt8], to path: String) -> Result<Void, RunFailure> {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return .failure(failure(path, "write")) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return .failure(failure(path, "write")) }
            done += count
        }
        return .success(())
    }

    private static func failure(_ path: String, _ verb: String = "read") -> RunFailure {
        RunFailure("cannot \(verb) \(path): \(String(cString: strerror(errno)))", status: 2)
    }
}
