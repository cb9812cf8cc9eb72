import Glibc
import SystemText

/// Watches files with inotify. Events from other machines (NFS) are missing, so callers also poll.
final class DirectoryWatch {
    /// A file of a directory got a name.
    struct Renaming {
        let directory: String
        /// Name before; nil if the file is new in the directory.
        let from: String?
        let to: String
    }

    private let descriptor: Int32
    /// Whether the events of a directory are not available.
    private var isBlind = false
    /// Longest wait in that case, in milliseconds.
    private static let pace: Int32 = 20
    private var directories: [Int32: String] = [:]
    /// First halves of renamings, by their cookies.
    private var leaving: [UInt32: (directory: String, name: String)] = [:]
    private var renamings: [Renaming] = []
    /// Whether the kernel dropped events because nobody read them in time.
    private var hasOverflowed = false

    // Masks of inotify(7).
    private static let modified: UInt32 = 0x2
    private static let movedFrom: UInt32 = 0x40
    private static let movedTo: UInt32 = 0x80
    private static let created: UInt32 = 0x100
    private static let overflow: UInt32 = 0x4000

    init() {
        descriptor = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches the files of a directory.
    func add(directory: String) {
        guard !directories.values.contains(directory) else { return }
        let number = add(directory, Self.modified | Self.movedFrom | Self.movedTo | Self.created)
        if number >= 0 { directories[number] = directory } else { isBlind = true }
    }

    /// Watches a single file: the target of a symbolic link.
    func add(file: String) { _ = add(file, Self.modified) }

    private func add(_ path: String, _ mask: UInt32) -> Int32 {
        descriptor < 0 ? -1 : inotify_add_watch(descriptor, SystemText.path(path), mask)
    }

    /// Waits at most `milliseconds` for an event or for bytes in a pipe.
    func wait(_ milliseconds: Int32, pipes: [Int32]) {
        var requests = (pipes + (descriptor < 0 ? [] : [descriptor])).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        _ = poll(&requests, nfds_t(requests.count), isBlind ? min(milliseconds, Self.pace) : milliseconds)
        readEvents()
    }

    /// Reads all events, and keeps only renamings.
    func readEvents() {
        guard descriptor >= 0 else { return }
        let size = 16 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { buffer.deallocate() }
        while case let count = read(descriptor, buffer.baseAddress, size), count > 0 {
            var position = 0
            while position + 16 <= count {
                // int wd; uint32_t mask, cookie, len; char name[len];
                let number = buffer.loadUnaligned(fromByteOffset: position, as: Int32.self)
                let mask = buffer.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)
                let cookie = buffer.loadUnaligned(fromByteOffset: position + 8, as: UInt32.self)
                let length = Int(buffer.loadUnaligned(fromByteOffset: position + 12, as: UInt32.self))
                let end = min(position + 16 + length, count)
                let name = buffer[position + 16..<end].prefix { $0 != 0 }
                position = end
                if mask & Self.overflow != 0 { hasOverflowed = true }
                guard let directory = directories[number] else { continue }
                let text = SystemText.string(name)
                if mask & Self.movedFrom != 0 {
                    // A file that leaves the directory has no second half.
                    if leaving.count > 1000 { leaving = [:] }
                    leaving[cookie] = (directory, text)
                } else if mask & (Self.movedTo | Self.created) != 0 {
                    let left = cookie == 0 ? nil : leaving.removeValue(forKey: cookie)
                    let from = left.flatMap { $0.directory == directory ? $0.name : nil }
                    renamings.append(Renaming(directory: directory, from: from, to: text))
                }
            }
        }
    }

    /// Returns the renamings since the last call, and whether some may be missing.
    func takeRenamings() -> (renamings: [Renaming], hasOverflowed: Bool) {
        defer { (renamings, hasOverflowed) = ([], false) }
        return (renamings, hasOverflowed)
    }
}
