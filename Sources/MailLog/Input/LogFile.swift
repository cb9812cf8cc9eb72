import Glibc

/// One log: where it is, how it is packed, and where in time it stands, as far as its beginning and its end
/// tell.
package struct LogFile: Sendable {
    package let path: String
    package private(set) var file: OpenFile
    package let packing: Packing
    /// Whether its lines are wrapped as journald and docker do.
    private(set) var isWrapped = false
    /// The stamps of the first line that has one, and of the last; of the last only where a file can be read
    /// from its end.
    package private(set) var firstStamp: Stamp?
    package private(set) var lastStamp: Stamp?
    /// Whether stamps leave the year to be found out.
    package var isYearless: Bool { firstStamp.map { $0.year == 0 } ?? true }
    /// When what the file holds was last changed, as the file system or gzip remembers it; seconds since
    /// 1970.
    let modified: Int?
    /// Whether the time is gzip's.
    let isGzipTime: Bool
    package internal(set) var years = YearWindow(start: 0)
    package internal(set) var yearSource: YearSource?
    /// The first stamp with a year in the beginning of a log whose first stamp has none.
    private(set) var yearStamp: Stamp?
    /// Seconds east of UTC, as the log itself tells, at its beginning at least.
    package internal(set) var offset: Int?
    /// Its name, as that of a rotation.
    let rotation: Rotation
    /// A line that may stand in another log, too.
    typealias KnownLine = (hash: UInt64, stamp: Stamp)
    /// Lines that it begins with, and the hosts that wrote them.
    private(set) var firstLines: [KnownLine] = []
    private(set) var firstHosts: Set<[UInt8]> = []
    /// Lines that it ends with, the last one first; none of what is not plain.
    private(set) var lastLines: [KnownLine] = []
    /// Whether no line is skipped for its time.
    var isReadWhole = false
    /// Whether the first lines are all that have stamps.
    private(set) var isKnown = false
    /// Other logs that it is merged with line by line.
    package internal(set) var merged: [String] = []
    /// The first bytes, unpacked: what holds the same lines begins in the same way.
    private(set) var beginning: [UInt8] = []
    /// Bytes that were read of a pipe before its lines are.
    private(set) var pipe: PipeBeginning?

    /// How it is compressed; all but gzip is unpacked by the program of that name.
    package enum Packing: String, Sendable { case plain, gzip, xz, bzip2, zstd }

    /// Whether any part of it can be read by itself.
    var isPlain: Bool { packing == .plain && !isWrapped && file.isRegular }

    package var name: String { path == "-" ? "standard input" : path }

    /// Bytes as they lie on the disk.
    package var size: Int { file.size }

    package var firstTime: Value? { firstStamp.map(years.time) }
    package var lastTime: Value? { lastStamp.map(years.time) }

    struct Failure: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }

    /// Bytes that are looked at: from the first line with a stamp on, and at the end of a plain log.
    private static let probeSize = 64 << 10
    private static let beginningSize = GrowingFile.beginningSize
    /// Bytes of a pipe without any stamp that are kept in memory.
    private static let pipeLimit = 16 << 20
    /// Bytes that tell how a log is compressed, and gzip's time stamp.
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
        // A pipe is looked at again when the years of its stamps matter.
        try readBeginning(isWhole: self.pipe == nil) { Waiting.isOver }
        if packing == .plain, !isWrapped, file.isRegular, file.size > 0 {
            let size = min(file.size, Self.probeSize)
            let read = (try? file.read(buffer, count: size, at: file.size - size)) ?? 0
            let tail = Bytes(UnsafePointer(buffer), count: read)
            lastStamp = Self.lastStamp(tail)
            lastLines = Self.lastLines(tail)
        }
    }

    /// Reads the lines from the first one with a stamp on; unless `isWhole`, none after that one.
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

    /// The bytes that must be read for lines of those times, on the wall clock; of a file that can only be read
    /// from its beginning, all or none.
    package func part(holding times: Range<Int64>?) -> Range<Int> {
        guard let times, !isReadWhole else { return 0..<max(1, size) }
        return TimePlace(times).part(of: self)
    }

    /// The bytes from the beginning, for whoever reads them in one go. With `keeping`, those of a pipe can be read
    /// again.
    func stream(keeping: Bool = false, shouldStop: @escaping @Sendable () -> Bool) -> ByteStream {
        let source = source(keeping: keeping, shouldStop: shouldStop)
        return ByteStream(isWrapped ? UnwrappingSource(source) : source)
    }

    /// The same bytes, not unwrapped.
    func packed(shouldStop: @escaping @Sendable () -> Bool) -> ByteStream {
        ByteStream(source(shouldStop: shouldStop))
    }

    /// The lines that begin in a part of a plain log, and perhaps some behind them; of others, all.
    func stream(of part: Range<Int>, shouldStop: @escaping @Sendable () -> Bool) -> ByteStream {
        guard isPlain, part.lowerBound > 0 else { return stream(shouldStop: shouldStop) }
        // The byte before tells whether a line begins with the part.
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

    /// Stamps of all lines, or of as many as are known without reading the log.
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
        if isPlain { TimePlace.sample(self) { _, lines in lines.lines.forEach { add($0.line) } } }
        if let lastTime { hours.add(lastTime.wallClock) }
        return hours
    }

    /// Reads it, or a part of it, for its last stamp and for how often it has lines by their hashes.
    func survey(
        for lines: Set<UInt64>, in part: Range<Int>? = nil, shouldStop: @escaping @Sendable () -> Bool
    ) -> (last: Stamp?, met: [UInt64: Int]) {
        let part = part ?? 0..<max(1, size)
        guard !part.isEmpty else { return (nil, [:]) }
        let stream = stream(of: part, shouldStop: shouldStop)
        let block = Block()
        var last: Stamp?
        var met: [UInt64: Int] = [:]
        while !shouldStop(), let place = stream.next(into: block, numbered: false) {
            if isPlain, place.offset >= part.upperBound { break }
            let bytes = Bytes(UnsafePointer(block.base + place.before), count: place.count)
            last = Self.lastStamp(bytes) ?? last
            guard !lines.isEmpty else { continue }
            for (_, line) in bytes.lines {
                let hash = Self.hash(line)
                if lines.contains(hash) { met[hash, default: 0] += 1 }
            }
        }
        return (last, met)
    }

    /// Reads line after line while more are wanted, of a plain file those that begin at a byte or behind it, of
    /// others all; `take` gets the place of each.
    func readLines(from start: Int, _ take: (_ place: Int, _ line: Bytes) -> Bool) {
        let stream = stream(of: start..<max(start, size)) { false }
        let block = Block()
        while let place = stream.next(into: block, numbered: false) {
            let bytes = Bytes(UnsafePointer(block.base + place.before), count: place.count)
            for (offset, line) in bytes.lines where !take(place.offset + offset, line) { return }
        }
    }

    /// The same for equal lines in whatever logs.
    static func hash(_ line: Bytes) -> UInt64 {
        (line.hasSuffix("\r") ? line.dropLast(1) : line).hash(seed: 0)
    }

    /// The first lines with stamps, which tell logs that overlap from those that hold the same.
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

    /// The last lines with stamps that are whole.
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

    /// So many lines tell whether logs share some.
    private static let knownLimit = 32

    /// Whether the other one begins with all that this one holds, unpacked. A few equal lines of one second prove
    /// nothing if the other one goes on: a rotation may have cut a burst of them in two.
    func isBeginning(of other: LogFile) -> Bool {
        guard file.isRegular, other.file.isRegular, !beginning.isEmpty,
            beginning.count <= other.beginning.count, other.beginning.starts(with: beginning)
        else { return false }
        if packing == .plain, other.packing == .plain, size > other.size { return false }
        return comparison(with: other).isBeginning
    }

    /// Compares the unpacked bytes of two logs; negative where the other log comes later. A log comes before those that
    /// begin with all of it.
    func order(before other: LogFile) -> Int {
        let count = min(beginning.count, other.beginning.count)
        let order = Int(memcmp(beginning, other.beginning, count))
        if order != 0 || count < Self.beginningSize {
            return order != 0 ? order : beginning.count - other.beginning.count
        }
        return comparison(with: other).order
    }

    /// Whether its bytes can be compared with those of other logs.
    var isComparable: Bool { file.isRegular && !beginning.isEmpty }

    private func comparison(with other: LogFile) -> (order: Int, isBeginning: Bool) {
        let sources = (source { false }, other.source { false })
        let size = 256 << 10
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * size)
        defer { buffer.deallocate() }
        while true {
            let count = sources.0.read(buffer, count: size)
            // What is cut off or damaged may hold more.
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

    /// Whether it has only lines of one second, none of which is once in both logs.
    private func mayBeBurst(beside other: LogFile) -> Bool {
        guard let first = firstLines.first, firstLines.count < Self.knownLimit else { return false }
        let isOnce = { (lines: [KnownLine], hash: UInt64) in lines.count { $0.hash == hash } == 1 }
        return firstLines.allSatisfy {
            $0.stamp.microsecondsOfDay == first.stamp.microsecondsOfDay
                && !(isOnce(firstLines, $0.hash) && isOnce(other.firstLines, $0.hash))
        }
    }

    /// The first stamp that has a year.
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

    /// By what the file begins with, whatever its name.
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

/// Where the year of stamps without one was taken from.
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

    /// Whether it is only the time at which something was stored.
    var isTimeStamp: Bool { self == .gzip || self == .file || self == .clock }
}
