import Glibc

/// A log: its path, compression, and first and last lines.
package struct LogFile: Sendable {
    package let path: String
    package private(set) var file: OpenFile
    package let packing: Packing
    /// Whether its lines are journald or docker records.
    private(set) var isWrapped = false
    /// First and last stamp. The last one is known only for plain files.
    package private(set) var firstStamp: Stamp?
    package private(set) var lastStamp: Stamp?
    /// Whether its stamps have no year.
    package var isYearless: Bool { firstStamp.map { $0.year == 0 } ?? true }
    /// Last change of the content, from gzip or the file system, in seconds since 1970.
    let modified: Int?
    /// Whether the time of the last change is from gzip.
    let isGzipTime: Bool
    package internal(set) var years = YearWindow(start: 0)
    package internal(set) var yearSource: YearSource?
    /// First stamp with a year, if the first stamp has none. Only the beginning of the log is searched.
    private(set) var yearStamp: Stamp?
    /// UTC offset from the log itself, in seconds east.
    package internal(set) var offset: Int?
    /// Its name, as that of a rotation.
    let rotation: Rotation
    /// A line that may also be in another log.
    typealias KnownLine = (hash: UInt64, stamp: Stamp)
    /// First lines, and the hosts that wrote them.
    private(set) var firstLines: [KnownLine] = []
    private(set) var firstHosts: Set<[UInt8]> = []
    /// Last lines, last one first. Empty unless the log is plain.
    private(set) var lastLines: [KnownLine] = []
    /// Whether no line is skipped because of its time.
    var isReadWhole = false
    /// Whether `firstLines` are all lines that have stamps.
    private(set) var isKnown = false
    /// Other logs that are merged with this one.
    package internal(set) var merged: [String] = []
    /// First unpacked bytes. Copies begin with the same bytes.
    private(set) var beginning: [UInt8] = []
    /// Bytes of a pipe that were read before its lines.
    private(set) var pipe: PipeBeginning?

    /// Compression. mlq unpacks gzip itself, and runs a program for the others.
    package enum Packing: String, Sendable { case plain, gzip, xz, bzip2, zstd }

    /// Whether any part of the file can be read by itself.
    var isPlain: Bool { packing == .plain && !isWrapped && file.isRegular }

    package var name: String { path == "-" ? "standard input" : path }

    /// Size on disk, in bytes.
    package var size: Int { file.size }

    package var firstTime: Value? { firstStamp.map(years.time) }
    package var lastTime: Value? { lastStamp.map(years.time) }

    struct Failure: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }

    /// Number of bytes to examine, from the first line with a stamp on and at the end of a plain log.
    private static let probeSize = 64 << 10
    private static let beginningSize = GrowingFile.beginningSize
    /// Maximum number of bytes without a stamp that are kept of a pipe.
    private static let pipeLimit = 16 << 20
    /// Number of bytes that show the compression and gzip's time.
    private static let magicSize = 8

    init(_ path: String, _ file: OpenFile) throws(Failure) {
        self.path = path
        self.file = file
        rotation = Rotation(path)
        pipe = file.isRegular ? nil : PipeBeginning()
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.probeSize)
        defer { buffer.deallocate() }
        let start: Bytes
        do {
            let count: Int
            if let pipe {
                count = try pipe.read(Self.magicSize, of: file, into: buffer)
            } else {
                count = try file.read(buffer, count: Self.magicSize, at: 0)
            }
            start = Bytes(UnsafePointer(buffer), count: count)
        } catch {
            throw Failure("cannot be read: \(error.text)")
        }
        packing = Self.packing(start)
        let gzipTime = packing == .gzip ? GzipSource.time(start) : 0
        isGzipTime = gzipTime > 0
        modified = gzipTime > 0 ? gzipTime : file.isRegular ? file.modified : nil
        if let pipe, packing != .plain, packing != .gzip {
            // The program that unpacks it reads a file.
            self.file = try file.spooled(after: pipe.bytes)
            self.pipe = nil
        }
        // A pipe is examined again if the years of its stamps matter.
        try readBeginning(isWhole: self.pipe == nil) { Waiting.isOver }
        if packing == .plain, !isWrapped, file.isRegular, file.size > 0 {
            let size = min(file.size, Self.probeSize)
            let read = (try? file.read(buffer, count: size, at: file.size - size)) ?? 0
            let tail = Bytes(UnsafePointer(buffer), count: read)
            lastStamp = Self.lastStamp(tail)
            lastLines = Self.lastLines(tail)
        }
    }

    /// Reads lines from the first one with a stamp on; only that one unless `isWhole`.
    mutating func readBeginning(isWhole: Bool, shouldStop: @escaping @Sendable () -> Bool) throws(Failure) {
        let source = source(keeping: true, shouldStop: shouldStop)
        let first = Beginning.firstBytes(source, upToLine: pipe != nil, Self.probeSize)
        if first.isEmpty, packing != .plain, packing != .gzip, let trouble = source.trouble {
            throw Failure(trouble)
        }
        let lines = PrefixedSource(first, source)
        beginning = Array(first.prefix(Self.beginningSize))
        isWrapped = first.withBytes { Unwrapper.isWrapped($0) }
        let found = Beginning(
            isWrapped ? UnwrappingSource(lines) : lines, size: isWhole ? Self.probeSize : 0,
            limit: pipe == nil ? .max : Self.pipeLimit)
        if found.isBinary { throw Failure("looks like a binary file, not a log; skipped") }
        firstStamp = found.stamp
        (firstLines, firstHosts) = found.lines.withBytes { Self.firstLines($0) }
        isKnown =
            packing == .plain && !isWrapped && file.isRegular && first.count == file.size
            && firstLines.count < Self.knownLimit && first.last == 10
        guard let first = firstStamp else { return }
        if first.year != 0 {
            // Later stamps may have no year.
            years = YearWindow(first: first, year: Int(first.year))
        } else if isWhole {
            yearStamp = found.lines.withBytes { Self.yearStamp($0) }
        }
    }

    /// Returns the range of bytes to read for lines of a time range, in microseconds of the wall clock. Sequential
    /// files are read completely or not at all.
    package func part(holding times: Range<Int64>?) -> Range<Int> {
        guard let times, !isReadWhole else { return 0..<max(1, size) }
        return TimeSearch(times).part(of: self)
    }

    /// Opens a stream of all lines. With `keeping`, the bytes of a pipe can be read again.
    func stream(keeping: Bool = false, shouldStop: @escaping @Sendable () -> Bool) -> ByteStream {
        let source = source(keeping: keeping, shouldStop: shouldStop)
        return ByteStream(isWrapped ? UnwrappingSource(source) : source)
    }

    /// Opens a stream of the bytes without unwrapping records.
    func packed(shouldStop: @escaping @Sendable () -> Bool) -> ByteStream {
        ByteStream(source(shouldStop: shouldStop))
    }

    /// Opens a stream of the lines that begin in a part of a plain log, and of some lines after them. Of other logs,
    /// all lines.
    func stream(of part: Range<Int>, shouldStop: @escaping @Sendable () -> Bool) -> ByteStream {
        guard isPlain, part.lowerBound > 0 else { return stream(shouldStop: shouldStop) }
        // The byte before the part shows whether a line begins with it.
        let start = part.lowerBound - 1
        let source = PlainSource(file, from: start, shouldStop: shouldStop)
        let stream = ByteStream(source, offset: start)
        stream.dropsFirstLine = true
        return stream
    }

    /// The same, not unwrapped.
    private func source(
        keeping: Bool = false, shouldStop: @escaping @Sendable () -> Bool
    ) -> any ByteSource {
        guard packing == .plain || packing == .gzip else { return ToolSource(file, packing) }
        var source: any ByteSource = PlainSource(file, shouldStop: shouldStop)
        if let pipe {
            source = keeping ? KeepingSource(pipe, source) : PrefixedSource(pipe.bytes, source)
        }
        return packing == .gzip ? GzipSource(source) : source
    }

    /// Counts the stamps of all lines, or of those that are known without reading the log.
    func stampHours(readingAll: Bool) -> StampHours {
        var hours = StampHours()
        func add(_ line: Bytes) {
            if let stamp = Envelope.parse(line)?.stamp { hours.add(years.time(of: stamp).wallClock) }
        }
        if readingAll, file.isRegular {
            readLines(from: 0) { _, line in
                add(line)
                return !Waiting.isOver
            }
            return hours
        }
        if let firstTime { hours.add(firstTime.wallClock) }
        if isPlain { TimeSearch.sample(self) { _, lines in lines.lines.forEach { add($0.line) } } }
        if let lastTime { hours.add(lastTime.wallClock) }
        return hours
    }

    /// Reads the log, or a part of it: its last stamp, and the number of occurrences of lines by their hashes.
    func survey(
        for wanted: Set<UInt64>, in part: Range<Int>? = nil, shouldStop: @escaping @Sendable () -> Bool
    ) -> (last: Stamp?, met: [UInt64: Int]) {
        let part = part ?? 0..<max(1, size)
        guard !part.isEmpty else { return (nil, [:]) }
        let stream = stream(of: part, shouldStop: shouldStop)
        let block = Block()
        var last: Stamp?
        var met: [UInt64: Int] = [:]
        while !shouldStop(), let lines = stream.next(into: block, numbered: false) {
            if isPlain, lines.offset >= part.upperBound { break }
            let bytes = lines.bytes
            last = Self.lastStamp(bytes) ?? last
            guard !wanted.isEmpty else { continue }
            for (_, line) in bytes.lines {
                let hash = Self.hash(line)
                if wanted.contains(hash) { met[hash, default: 0] += 1 }
            }
        }
        return (last, met)
    }

    /// Reads lines as long as `take` returns true. Lines of plain files begin at or after `start`; of others, all lines
    /// are read. `take` gets the offset of each line.
    func readLines(from start: Int, _ take: (_ offset: Int, _ line: Bytes) -> Bool) {
        let stream = stream(of: start..<max(start, size)) { false }
        let block = Block()
        while let lines = stream.next(into: block, numbered: false) {
            for (offset, line) in lines.bytes.lines where !take(lines.offset + offset, line) { return }
        }
    }

    /// Hash of a line. Equal lines of different logs have equal hashes.
    static func hash(_ line: Bytes) -> UInt64 {
        (line.hasSuffix("\r") ? line.dropLast(1) : line).hash(seed: 0)
    }

    /// Returns the first lines with stamps, and their hosts.
    private static func firstLines(_ bytes: Bytes) -> ([KnownLine], Set<[UInt8]>) {
        var lines: [KnownLine] = []
        var hosts: Set<[UInt8]> = []
        var position = 0
        while lines.count < knownLimit, let end = bytes.firstIndex(of: 10, from: position) {
            let line = bytes[position..<end]
            position = end + 1
            guard let envelope = Envelope.parse(line) else { continue }
            lines.append((hash(line), envelope.stamp))
            hosts.insert(
                envelope.host.map { Array(UnsafeBufferPointer(start: $0.base, count: $0.count)) } ?? [])
        }
        return (lines, hosts)
    }

    /// Returns the last whole lines with stamps.
    private static func lastLines(_ bytes: Bytes) -> [KnownLine] {
        var lines: [KnownLine] = []
        guard var end = bytes.lastIndex(of: 10) else { return [] }
        while lines.count < knownLimit, let before = bytes.prefix(end).lastIndex(of: 10) {
            let line = bytes[before + 1..<end]
            if let envelope = Envelope.parse(line) { lines.append((hash(line), envelope.stamp)) }
            end = before
        }
        return lines
    }

    /// Number of lines that are compared with other logs.
    private static let knownLimit = 32

    /// Whether another log begins with all unpacked bytes of this one. A few equal lines of one second do not count if
    /// the other log has more lines: a rotation may have split a burst of them.
    func isBeginning(of other: LogFile) -> Bool {
        guard file.isRegular, other.file.isRegular, !beginning.isEmpty,
            beginning.count <= other.beginning.count, other.beginning.starts(with: beginning)
        else { return false }
        if packing == .plain, other.packing == .plain, size > other.size { return false }
        return comparison(with: other).isBeginning
    }

    /// Compares the unpacked bytes of two logs; negative if this log comes first. A log comes before logs that begin
    /// with all of it.
    func order(before other: LogFile) -> Int {
        let count = min(beginning.count, other.beginning.count)
        let order = Int(memcmp(beginning, other.beginning, count))
        if order != 0 || count < Self.beginningSize {
            return order != 0 ? order : beginning.count - other.beginning.count
        }
        return comparison(with: other).order
    }

    /// Whether the log can be compared with other logs.
    var isComparable: Bool { file.isRegular && !beginning.isEmpty }

    private func comparison(with other: LogFile) -> (order: Int, isBeginning: Bool) {
        let sources = (source { false }, other.source { false })
        let size = 256 << 10
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * size)
        defer { buffer.deallocate() }
        while true {
            let count = sources.0.read(buffer, count: size)
            // A damaged log may have more lines.
            if count == 0 {
                let goesOn = sources.1.read(buffer, count: 1) > 0
                let isBeginning = sources.0.trouble == nil && !(goesOn && mayBeBurst(beside: other))
                return (goesOn ? -1 : 0, isBeginning)
            }
            var compared = 0
            while compared < count {
                let step = sources.1.read(buffer + size, count: count - compared)
                guard step > 0 else { return (1, false) }
                let order = Int(memcmp(buffer + compared, buffer + size, step))
                guard order == 0 else { return (order, false) }
                compared += step
            }
        }
    }

    /// Whether all lines are of one second, and none occurs exactly once in both logs.
    private func mayBeBurst(beside other: LogFile) -> Bool {
        guard let first = firstLines.first, firstLines.count < Self.knownLimit else { return false }
        let isOnce = { (lines: [KnownLine], hash: UInt64) in lines.count { $0.hash == hash } == 1 }
        return firstLines.allSatisfy {
            $0.stamp.microsecondsOfDay == first.stamp.microsecondsOfDay
                && !(isOnce(firstLines, $0.hash) && isOnce(other.firstLines, $0.hash))
        }
    }

    /// Returns the first stamp with a year.
    private static func yearStamp(_ bytes: Bytes) -> Stamp? {
        for (_, line) in bytes.lines {
            if let stamp = Envelope.parse(line)?.stamp, stamp.year != 0 { return stamp }
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

    /// Returns the compression by the first bytes.
    private static func packing(_ bytes: Bytes) -> Packing {
        func begins(_ magic: [UInt8]) -> Bool {
            bytes.count >= magic.count && magic.indices.allSatisfy { bytes[$0] == magic[$0] }
        }
        if GzipSource.isGzip(bytes) { return .gzip }
        if begins([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) { return .xz }
        if begins([0x42, 0x5A, 0x68]), bytes.count > 3, bytes[3].isDigit { return .bzip2 }
        if begins([0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
        return .plain
    }
}

/// Evidence for the year of stamps without one.
package enum YearSource: String, Sendable {
    case stamps = "its later stamps"
    case option = "--year"
    case births = "its message ids"
    case others = "the other logs' message ids"
    case name = "the file's name"
    case sibling = "its dated siblings"
    case gzip = "gzip's time stamp"
    case file = "the file's time stamp"
    case clock = "today's date"

    /// Whether the evidence is only the time of the last change.
    var isTimeStamp: Bool { self == .gzip || self == .file || self == .clock }
}
