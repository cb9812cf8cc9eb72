import Glibc
import MailLog
import SystemText

/// Reads and writes small files: lists of values, lookup tables, scripts.
package enum FileText {
    /// Bytes of the largest file that is read into memory.
    static let limit = 256_000_000

    /// Reads a file. With `waits`, a pipe is read until its writer closes it or a signal arrives.
    package static func read(_ path: String, waits: Bool = true) -> Result<[UInt8], RunFailure> {
        let (descriptor, kind): (Int32, FileKind)
        do { (descriptor, _, kind) = try Waiting.open(path, waits: waits) } catch {
            return .failure(failure(path, error))
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let fifo = kind == .pipe && bytes.isEmpty ? path : nil
            let count = Waiting.read(descriptor, &buffer, buffer.count, fifo: fifo)
            if count < 0 { return .failure(failure(path, OpenFile.Failure(number: errno))) }
            if count == 0 { return .success(bytes) }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > limit {
                return .failure(RunFailure("\(path) is larger than \(PeopleText.size(limit))", status: 2))
            }
        }
    }

    /// Returns the same path for all names of a file.
    static func identity(_ path: String) -> String {
        guard let real = realpath(SystemText.path(path), nil) else { return path }
        defer { free(real) }
        return SystemText.string(real)
    }

    /// Returns the first line of a file, at most 128 bytes of it.
    package static func firstLine(_ path: String) -> String? {
        guard let (descriptor, _, kind) = try? Waiting.open(path, waits: false) else { return nil }
        defer { close(descriptor) }
        guard kind == .file else { return nil }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return SystemText.string(buffer[..<count].prefix { $0 != 10 })
    }

    /// Writes a file completely or not at all. Follows symbolic links in `path` if the file may be replaced.
    package static func write(
        _ bytes: [UInt8], to path: String, mayReplace: Bool = true
    ) -> Result<Void, RunFailure> {
        let (folder, name) = parts(of: mayReplace ? target(of: path) : path)
        do throws(RunFailure) {
            let staged = try StagedFiles(in: folder)
            let file = try staged.add(SystemText.bytes(name), mayReplace: mayReplace)
            try staged.append(bytes, to: file)
            try staged.name([file], mayReplace: mayReplace)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Follows symbolic links, also a dangling one.
    private static func target(of path: String) -> String {
        var path = path
        // Linux follows at most 40.
        for _ in 0..<40 {
            var link = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(SystemText.path(path), &link, link.count)
            guard count > 0 else { break }
            let next = SystemText.string(link[..<count].map(UInt8.init(bitPattern:)))
            path = next.hasPrefix("/") ? next : parts(of: path).folder + next
        }
        return path
    }

    /// Splits a path into its folder, which ends in a slash or is empty, and its file name.
    private static func parts(of path: String) -> (folder: String, name: String) {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return (String(path[..<slash]), String(path[slash...]))
    }

    private static func failure(_ path: String, _ failure: OpenFile.Failure) -> RunFailure {
        let ending = failure.kind == nil ? "" : ", not a file"
        return RunFailure("cannot read \(path): \(failure.text)\(ending)", status: 2)
    }
}
