/// Beginning of a log: lines from the first one with a stamp on. It depends on the bytes alone, and not on the pieces
/// in which a slow pipe delivers them.
struct Beginning {
    /// Whole lines, except perhaps the last one.
    private(set) var lines: [UInt8] = []
    /// Stamp of the first line.
    private(set) var stamp: Stamp?
    /// Whether the first bytes contain NULs and no stamp.
    private(set) var isBinary = false

    private static let step = 64 << 10

    private let source: any ByteSource
    private var isOver = false
    private var isInsideLine = false

    /// Reads up to the first line with a stamp, and then `size` bytes of lines. Stops after `limit` bytes without a
    /// stamp.
    init(_ source: any ByteSource, size: Int, limit: Int) {
        self.source = source
        // A log that was truncated while its writer had it open begins with NULs. Other NULs mean a binary file.
        var hole = 0
        var judged = 0
        var total = 0
        var hasNUL = false
        while stamp == nil, !isOver, total < limit {
            let rest = lines.count
            readOn(judged < Beginning.step ? Beginning.step - judged : Beginning.step)
            total += lines.count - rest
            if judged == 0 {
                let nuls = lines.prefix { $0 == 0 }.count
                hole += nuls
                lines.removeFirst(nuls)
            }
            let preceding = findStamp()
            if stamp == nil, judged < Beginning.step {
                judged += lines.count - min(rest, lines.count)
                hasNUL = hasNUL || lines.contains(0)
            }
            lines.removeFirst(preceding)
            let isJudged = judged == Beginning.step || isOver
            if stamp == nil, isJudged, hasNUL || isOver && judged == 0 && hole > 0 {
                isBinary = true
                return
            }
        }
        while lines.count < size, !isOver { readOn(size - lines.count) }
        if stamp == nil || size == 0 { lines = [] }
    }

    /// Returns the first bytes of a source. With `upToLine`, it waits for no more than the first line.
    static func firstBytes(_ source: any ByteSource, upToLine: Bool, _ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, !upToLine || !bytes.contains(10) {
            let read = source.bytes(count - bytes.count)
            if read.isEmpty { break }
            bytes += read
        }
        return bytes
    }

    private mutating func readOn(_ count: Int) {
        let bytes = source.bytes(count)
        isOver = bytes.isEmpty
        lines += bytes
    }

    /// Looks for a stamp and returns the number of bytes before its line. The beginning of a very long line is enough.
    private mutating func findStamp() -> Int {
        lines.withBytes { bytes in
            var position = 0
            while position < bytes.count {
                let newline = bytes.firstIndex(of: 10, from: position)
                guard newline != nil || isOver || bytes.count - position >= Beginning.step else { break }
                let end = newline ?? bytes.count
                if !isInsideLine, let envelope = Envelope.parse(bytes[position..<end]) {
                    stamp = envelope.stamp
                    break
                }
                isInsideLine = newline == nil
                position = min(end + 1, bytes.count)
            }
            return position
        }
    }
}

/// Bytes of a pipe that were read before its lines.
final class PipeBeginning: Sendable {
    private let kept = Mutex<[UInt8]>([])

    var bytes: [UInt8] { kept.withLock { $0 } }

    func append(_ bytes: UnsafeBufferPointer<UInt8>) { kept.withLock { $0.append(contentsOf: bytes) } }

    /// Reads `count` bytes; fewer only at the end of the pipe.
    func read(
        _ count: Int, of pipe: OpenFile, into buffer: UnsafeMutablePointer<UInt8>
    ) throws(OpenFile.Failure) -> Int {
        var done = 0
        while done < count {
            let step = try pipe.waitAndRead(buffer + done, count: count - done, isFirst: done == 0)
            if step == 0 { break }
            done += step
        }
        append(UnsafeBufferPointer(start: buffer, count: done))
        return done
    }
}

/// A pipe whose bytes are kept, so that they can be read again.
final class KeepingSource: ByteSource {
    private let beginning: PipeBeginning
    private let pipe: any ByteSource
    private var kept: PrefixedSource

    init(_ beginning: PipeBeginning, _ pipe: any ByteSource) {
        self.beginning = beginning
        self.pipe = pipe
        kept = PrefixedSource(beginning.bytes, pipe)
    }

    var consumed: Int { kept.consumed }
    var trouble: String? { kept.trouble }
    var isReady: Bool { kept.isReady }

    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        let before = pipe.consumed
        let step = kept.read(buffer, count: count)
        if pipe.consumed > before { beginning.append(UnsafeBufferPointer(start: buffer, count: step)) }
        return step
    }
}

extension ByteSource {
    /// Returns the next bytes: at most `count`, empty at the end.
    fileprivate func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = buffer.baseAddress.map { read($0, count: count) } ?? 0
        }
    }
}

/// Bytes that were already read, followed by the rest of a source.
final class PrefixedSource: ByteSource {
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
