import Glibc
import MailLog
import SystemText

/// Small files that a query names: lists of values, lookup tables, scripts.
package enum FileText {
    /// A file longer than this is not a list to hold in memory.
    static let limit = 256_000_000

    /// `waits` is whether the writer of a pipe is waited for, until a signal ends the wait.
    package static func read(_ path: String, waits: Bool = true) -> Result<[UInt8], RunFailure> {
        let (descriptor, _, kind) = Waiting.open(path)
        guard descriptor >= 0 else { return .failure(failure(path)) }
        defer { close(descriptor) }
        switch kind {
        case .file, .directory, .null: break
        case .pipe where waits, .terminal where waits: break
        default:
            return .failure(RunFailure("cannot read \(path): it is \(kind.rawValue), not a file", status: 2))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Waiting.read(descriptor, &buffer, buffer.count)
            if count < 0 { return .failure(failure(path)) }
            if count == 0 { return .success(bytes) }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > limit {
                return .failure(RunFailure("\(path) is larger than \(PeopleText.size(limit))", status: 2))
            }
        }
    }

    /// One name for all names of a file.
    static func identity(_ path: String) -> String {
        guard let real = realpath(SystemText.path(path), nil) else { return path }
        defer { free(real) }
        return SystemText.string(real)
    }

    /// The first line of a file, as far as its first bytes show it.
    package static func firstLine(_ path: String) -> String? {
        let (descriptor, _, kind) = Waiting.open(path)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard kind == .file else { return nil }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return SystemText.string(buffer[..<count].prefix { $0 != 10 })
    }

    /// Writes a file that is whole or not there at all. A link that the user has named is followed.
    package static func write(
        _ bytes: [UInt8], to path: String, mayReplace: Bool = true
    ) -> Result<Void, RunFailure> {
        var target = path
        if mayReplace, let resolved = realpath(SystemText.path(path), nil) {
            target = SystemText.string(resolved)
            free(resolved)
        }
        let slash = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
        do throws(RunFailure) {
            let staged = try StagedFiles(in: String(target[..<slash]))
            let file = try staged.add(SystemText.bytes(String(target[slash...])), mayReplace: mayReplace)
            try staged.append(bytes, to: file)
            try staged.name([file], mayReplace: mayReplace)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private static func failure(_ path: String) -> RunFailure {
        let reason =
            switch errno {
            case EINTR: "the wait was interrupted"
            default: String(cString: strerror(errno))
            }
        return RunFailure("cannot read \(path): \(reason)", status: 2)
    }
}
