import Glibc
import SystemText

/// Lists directories.
package enum DirectoryListing {
    /// Names in any order, without `.` and `..`.
    package static func names(in path: String) throws(OpenFile.Failure) -> [String] {
        guard let handle = opendir(SystemText.path(path)) else { throw OpenFile.Failure(number: errno) }
        return read(handle)
    }

    /// Names in an open directory; empty if it cannot be read.
    package static func names(in descriptor: Int32) -> [String] {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let handle = fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            return []
        }
        return read(handle)
    }

    private static func read(_ handle: OpaquePointer) -> [String] {
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { SystemText.string($0.prefix { $0 != 0 }) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
