import Glibc
import SystemText

/// Tells that something has happened to files, through inotify where there is one. It may miss what happens on
/// another machine (NFS), so whoever asks looks from time to time anyway.
final class DirectoryWatch {
    /// A file of a directory has got a name.
    struct Renaming {
        let directory: String
        /// Its name before; nil of a file that is new in the directory.
        let from: String?
        let to: String
    }

    private let descriptor: Int32
    /// Whether events of a directory are not to be had.
    private var isBlind = false
    /// Milliseconds between two looks then.
    private static let pace: Int32 = 20
    private var directories: [Int32: String] = [:]
    /// The first halves of renamings, by their numbers.
    private var leaving: [UInt32: (directory: String, name: String)] = [:]
    private var renamings: [Renaming] = []
    /// Whether the system has dropped events, because nobody has read them in time.
    private var hasOverflowed = false

    // The masks of inotify(7).
    private static let modified: UInt32 = 0x2
    private static let movedFrom: UInt32 = 0x40
    private static let movedTo: UInt32 = 0x80
    private static let created: UInt32 = 0x100
    private static let overflow: UInt32 = 0x4000

    init() {
        descriptor = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches what is in a directory.
    func add(directory: String) {
        guard !directories.values.contains(directory) else { return }
        let number = add(directory, Self.modified | Self.movedFrom | Self.movedTo | Self.created)
        if number >= 0 { directories[number] = directory } else { isBlind = true }
    }

    /// Watches a file that stands somewhere else than its name (a symbolic link).
    func add(file: String) { _ = add(file, Self.modified) }

    private func add(_ path: String, _ mask: UInt32) -> Int32 {
        descriptor < 0 ? -1 : inotify_add_watch(descriptor, SystemText.path(path), mask)
    }

    /// Waits until something has happened, or a pipe has something to read, for at most so many milliseconds.
    func wait(_ milliseconds: Int32, pipes: [Int32]) {
        var requests = (pipes + (descriptor < 0 ? [] : [descriptor])).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        _ = poll(&requests, nfds_t(requests.count), isBlind ? min(milliseconds, Self.pace) : milliseconds)
        readEvents()
    }

    /// Takes note of all events; only of renamings more is kept than that there was something.
    func readEvents() {
        guard descriptor >= 0 else { return }
        let size = 16 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { buffer.deallocate() }
        while case let count = read(descriptor, buffer.baseAddress, size), count > 0 {
            var place = 0
            while place + 16 <= count {
                // int wd; uint32_t mask, cookie, len; char name[len];
                let number = buffer.loadUnaligned(fromByteOffset: place, as: Int32.self)
                let mask = buffer.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
                let cookie = buffer.loadUnaligned(fromByteOffset: place + 8, as: UInt32.self)
                let length = Int(buffer.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
                let end = min(place + 16 + length, count)
                let name = buffer[place + 16..<end].prefix { $0 != 0 }
                place = end
                if mask & Self.overflow != 0 { hasOverflowed = true }
                guard let directory = directories[number] else { continue }
                let text = SystemText.string(name)
                if mask & Self.movedFrom != 0 {
                    // Files that leave the directory leave no second half.
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

    /// The renamings since the last time, and whether some may be missing.
    func takeRenamings() -> (renamings: [Renaming], hasOverflowed: Bool) {
        defer { (renamings, hasOverflowed) = ([], false) }
        return (renamings, hasOverflowed)
    }
}
