/// One log: where it is, how it is packed, and where in time it stands, as far as its beginning and its end tell.
package struct LogFile: Sendable {
    package let path: String
    package let file: OpenFile
    package let packing: Packing
    /// The stamps of the first line that has one, and of the last; of the last only where a file can be read from
    /// its end.
    package let firstStamp: Stamp?
    package private(set) var lastStamp: Stamp?
    /// Whether stamps leave the year to be found out.
    package var isYearless: Bool { firstStamp.map { $0.year == 0 } ?? false }
    /// When what the file holds was last changed, as the file system or gzip remembers it; seconds since 1970.
    let modified: Int?
    /// Whether the time is gzip's.
    let isGzipTime: Bool
    package internal(set) var years: YearWindow
    package internal(set) var yearSource: YearSource?
    /// What was read of a pipe to look at its beginning.
    private let head: [UInt8]

    package enum Packing: String, Sendable { case plain, gzip }

    /// Whether any part of it can be read by itself.
    var isPlain: Bool { packing == .plain && file.isRegular }

    package var name: String { path == "-" ? "standard input" : path }

    /// Bytes as they lie on the disk.
    package var size: Int { file.size }

    package var firstTime: Value? { firstStamp.map(years.time) }
    package var lastTime: Value? { lastStamp.map(years.time) }

    struct Failure: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }

    private static let probeSize = 64 << 10

    init(_ path: String, _ file: OpenFile) throws(Failure) {
        self.path = path
        self.file = file
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.probeSize)
        defer { buffer.deallocate() }
        var count = 0
        do {
            if file.isRegular {
                count = try file.read(buffer, count: Self.probeSize, at: 0)
            } else {
                // A pipe gives what it has; a few lines will do, and a slow writer must not be waited for.
                while count < Self.probeSize {
                    let step = try file.readNext(buffer + count, count: Self.probeSize - count)
                    count += step
                    if step == 0 || Bytes(UnsafePointer(buffer), count: count).firstIndex(of: 10) != nil {
                        break
                    }
                }
            }
        } catch {
            throw Failure("cannot be read: \(error.text)")
        }
        let start = Bytes(UnsafePointer(buffer), count: count)
        head = file.isRegular ? [] : Array(UnsafeBufferPointer(start: buffer, count: count))
        if let packer = Self.otherPacking(start) {
            throw Failure(
                "is compressed with \(packer), which mlq does not read; use: \(packer) -dc \(path) | mlq …")
        }
        packing = GzipSource.isGzip(start) ? .gzip : .plain
        let gzipTime = packing == .gzip ? GzipSource.time(start) : 0
        isGzipTime = gzipTime > 0
        modified = gzipTime > 0 ? gzipTime : file.isRegular ? file.modified : nil
        years = YearWindow(start: 0)

        var lines = start
        let unpacked = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.probeSize)
        defer { unpacked.deallocate() }
        if packing == .gzip {
            let source = GzipSource(HeadSource(start))
            lines = Bytes(UnsafePointer(unpacked), count: source.read(unpacked, count: Self.probeSize))
        }
        firstStamp = Self.firstStamp(lines)
        if firstStamp == nil, lines.firstIndex(of: 0) != nil {
            throw Failure("looks like a binary file, not like a log; it was left out")
        }
        if isPlain, file.size > 0 {
            let size = min(file.size, Self.probeSize)
            let read = (try? file.read(buffer, count: size, at: file.size - size)) ?? 0
            lastStamp = Self.lastStamp(Bytes(UnsafePointer(buffer), count: read))
        }
    }

    /// The bytes from the beginning, for whoever reads them in one go.
    func stream(shouldStop: @escaping @Sendable () -> Bool) -> ByteStream {
        var source: any ByteSource = PlainSource(file, shouldStop: shouldStop)
        if !head.isEmpty { source = PrefixedSource(head, source) }
        return ByteStream(packing == .gzip ? GzipSource(source) : source)
    }

    /// The last stamp, which in a compressed file takes reading all of it.
    func findLastStamp() -> Stamp? {
        guard lastStamp == nil, file.isRegular else { return lastStamp }
        let stream = stream { false }
        let block = Block()
        var last: Stamp?
        while let place = stream.next(into: block, numbered: false) {
            last = Self.lastStamp(Bytes(UnsafePointer(block.base), count: place.count)) ?? last
        }
        return last
    }

    private static func firstStamp(_ bytes: Bytes) -> Stamp? {
        var position = 0
        while position < bytes.count {
            let end = bytes.lineEnd(after: position)
            if let envelope = Envelope.parse(bytes[position..<end]) { return envelope.stamp }
            position = end + 1
        }
        return nil
    }

    private static func lastStamp(_ bytes: Bytes) -> Stamp? {
        var end = bytes.count
        var tries = 0
        while end > 0, tries < 1000 {
            let start = bytes.lineStart(before: end - 1)
            if let envelope = Envelope.parse(bytes[start..<end]) { return envelope.stamp }
            end = start
            tries += 1
        }
        return nil
    }

    private static func otherPacking(_ bytes: Bytes) -> String? {
        func begins(_ magic: [UInt8]) -> Bool {
            bytes.count >= magic.count && magic.indices.allSatisfy { bytes[$0] == magic[$0] }
        }
        if begins([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) { return "xz" }
        if begins([0x42, 0x5A, 0x68]), bytes.count > 3, bytes[3].isDigit { return "bzip2" }
        if begins([0x28, 0xB5, 0x2F, 0xFD]) { return "zstd" }
        return nil
    }
}

/// Where the year of stamps without one was taken from.
package enum YearSource: String, Sendable {
    case option = "--year"
    case name = "the file's name"
    case sibling = "its dated siblings"
    case gzip = "gzip's time stamp"
    case file = "the file's time stamp"
    case clock = "today's date"
}

/// The first bytes of a file, to look at what they unpack to.
private final class HeadSource: ByteSource {
    private let bytes: Bytes
    private(set) var consumed = 0
    var trouble: String? { nil }
    var isReady: Bool { true }

    init(_ bytes: Bytes) { self.bytes = bytes }

    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        let step = min(count, bytes.count - consumed)
        buffer.update(from: bytes.base + consumed, count: step)
        consumed += step
        return step
    }
}

/// What was already read of a source, and then the rest of it.
private final class PrefixedSource: ByteSource {
    private var prefix: ArraySlice<UInt8>
    private let source: any ByteSource
    private let prefixCount: Int

    init(_ prefix: [UInt8], _ source: any ByteSource) {
        self.prefix = prefix[...]
        self.source = source
        prefixCount = prefix.count
    }

    var consumed: Int { prefixCount - prefix.count + source.consumed }
    var trouble: String? { source.trouble }
    var isReady: Bool { !prefix.isEmpty || source.isReady }

    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        guard !prefix.isEmpty else { return source.read(buffer, count: count) }
        let step = min(count, prefix.count)
        prefix.withUnsafeBufferPointer {
            if let base = $0.baseAddress { buffer.update(from: base, count: step) }
        }
        prefix = prefix.dropFirst(step)
        return step
    }
}
