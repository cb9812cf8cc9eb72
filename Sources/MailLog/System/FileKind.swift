import Glibc

/// Kind of a file, by how mlq reads it.
///
///     file, directory         read at once
///     pipe, terminal          read when its writer writes
///     null                    `/dev/null`, read as an empty file
///     socket, device          refused: it has no end, or reading it has effects
package enum FileKind: String, Sendable {
    case file
    case directory = "a directory"
    case pipe = "a FIFO"
    case terminal = "a terminal"
    case null = "/dev/null"
    case socket = "a socket"
    case device = "a device"

    /// Kind of an open file.
    package init(_ status: stat, _ descriptor: Int32) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        case S_IFIFO: self = .pipe
        case S_IFSOCK: self = .socket
        case S_IFCHR where isatty(descriptor) == 1: self = .terminal
        case S_IFCHR where FileKind.isNull(status): self = .null
        default: self = .device
        }
    }

    private static func isNull(_ status: stat) -> Bool {
        var null = stat()
        return stat("/dev/null", &null) == 0 && null.st_rdev == status.st_rdev
    }
}
