import Glibc
import SystemText

/// A log and its rotations, in the log's directory and in the directory that its symbolic link points to.
struct LogFamily {
    let path: String

    struct Member {
        let path: String
        let version: Version
        var identity: OpenFile.Identity { version.identity }
        var modified: Int64 { version.modified }

        var name: String { LogFamily.split(path).name }
        /// A file with its size and modification time, under any name.
        struct Version: Hashable {
            let identity: OpenFile.Identity
            let size: Int
            /// Nanoseconds since 1970.
            let modified: Int64
        }

        var isPacked: Bool { Rotation(path).isPacked }
    }

    /// Path of the log, and the target of its symbolic link.
    private var paths: [String] {
        guard let target = realpath(SystemText.path(path), nil) else { return [path] }
        defer { free(target) }
        let real = SystemText.string(target)
        // The directory of the log may be a symbolic link, too.
        return LogFamily.split(real).name == name ? [path] : [path, real]
    }

    var name: String { LogFamily.split(path).name }
    var directory: String { LogFamily.split(path).directory }
    var directories: [String] { paths.map { LogFamily.split($0).directory } }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        return (directory, String(path[path.index(after: slash)...]))
    }

    /// Lists the files, and whether two listings agree: the kernel may skip a file that is renamed meanwhile. `others`
    /// are further names that belong to the log.
    func members(besides others: [String: Int]) throws(OpenFile.Failure) -> (
        members: [Member], isStable: Bool
    ) {
        var before = try list(others)
        for _ in 0..<LogFamily.tries {
            let now = try list(others)
            if now.elementsEqual(before, by: { $0.path == $1.path && $0.identity == $1.identity }) {
                return (now, true)
            }
            before = now
        }
        return (before, false)
    }

    private static let tries = 3

    /// Fails if no more files may be open. A missing directory has no members.
    private func list(_ others: [String: Int]) throws(OpenFile.Failure) -> [Member] {
        var members: [Member] = []
        var seen: Set<OpenFile.Identity> = []
        for path in paths {
            let (directory, log) = LogFamily.split(path)
            let names: [String]
            do { names = try DirectoryListing.names(in: directory) } catch {
                if [EMFILE, ENFILE].contains(error.number) { throw error }
                continue
            }
            for name in names
            where name == log || others[name] != nil || Rotation.isName(name, ofRotationOf: log) {
                var status = stat()
                let path = directory == "." && path == log ? name : "\(directory)/\(name)"
                guard stat(SystemText.path(path), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                    continue
                }
                let time = status.st_mtim
                let version = Member.Version(
                    identity: OpenFile.Identity(status), size: Int(status.st_size),
                    modified: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
                let member = Member(path: path, version: version)
                if seen.insert(member.identity).inserted { members.append(member) }
            }
        }
        return members.sorted { $0.path < $1.path }
    }

    /// Sorts members by age. Order of preference: renamings, if all are known; last changes; names.
    func inOrder(_ members: [Member], renamed: [String: Int]) -> [Member] {
        let log = name
        let order = { (member: Member) in member.name == log ? Int.max : renamed[member.name] }
        if members.allSatisfy({ order($0) != nil }) {
            return members.sorted { (order($0) ?? 0) < (order($1) ?? 0) }
        }
        let ages = members.map { ($0, age: $0.name == log ? .max : min(Rotation($0.path).age, .max - 1)) }
        // Numbers go up if the file that was changed last has the highest number.
        let numbered = ages.filter { $0.age < 0 }.sorted { $0.0.modified < $1.0.modified }
        let goesUp =
            (numbered.first.flatMap { first in numbered.last.map { first.age > $0.age } } ?? false)
            && numbered.first?.0.modified != numbered.last?.0.modified
        func isBefore(_ a: (Member, age: Int), _ b: (Member, age: Int)) -> Bool {
            // The log itself comes last.
            if (a.age == .max) != (b.age == .max) { return b.age == .max }
            if a.0.modified != b.0.modified { return a.0.modified < b.0.modified }
            return goesUp && a.age < 0 && b.age < 0 ? a.age > b.age : a.age < b.age
        }
        return ages.sorted(by: isBefore).map(\.0)
    }
}
