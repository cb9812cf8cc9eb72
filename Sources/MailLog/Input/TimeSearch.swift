/// Finds the part of a log that may contain the lines of a time range.
///
/// - A plain file is sampled at even distances. The part before the first early samples and after the last late ones is
///   skipped. Lines may be out of order by less than `tolerance`. If samples are out of order (`cat maillog*` puts the
///   newest log first), all is read.
/// - The first stamp of a compressed file is known, and no line is younger than the file. Rotations are sorted, so no
///   line is older than the first one. Files with other names may have been concatenated in any order.
///
/// Samples do not prove the order of lines between them: a clock that was days behind at boot is not noticed. So small
/// logs are read completely (`isCheap`), and the account of an answer reports skipped bytes.
struct TimeSearch {
    /// Microseconds. Clocks are set back by an hour in autumn, and lines are slightly out of order.
    static let tolerance: Int64 = 2 * 3_600_000_000
    private static let day: Int64 = 86_400_000_000
    private static let maximumSamples = 1024
    private static let sampleSize = 8 << 10
    /// Size in bytes up to which a file is not sampled.
    private static let smallSize = 64 << 10

    /// Total of plain bytes that are read completely, in about 20 ms.
    private static let cheapSize = 32 << 20
    /// Cost of unpacking a byte, in plain bytes.
    private static let unpackingCost = 16

    private let from: Int64
    private let to: Int64

    /// Whether logs are small enough to be read completely.
    static func isCheap(_ logs: [LogFile]) -> Bool {
        logs.reduce(0) { $0 + ($1.isPlain ? $1.size : $1.size * unpackingCost) } <= cheapSize
    }

    /// `times` are microseconds of the wall clock.
    init(_ times: Range<Int64>) {
        let (lower, upper) = (times.lowerBound, times.upperBound)
        from = lower < .min + TimeSearch.tolerance ? .min : lower - TimeSearch.tolerance
        to = upper > .max - TimeSearch.tolerance ? .max : upper + TimeSearch.tolerance
    }

    /// Returns the range of bytes to read. Sequential files are read completely or not at all.
    func part(of log: LogFile) -> Range<Int> {
        let whole = 0..<max(1, log.size)
        guard log.file.isRegular, let first = log.firstTime?.wallClock else { return whole }
        guard log.isPlain else {
            let written = max(log.modified ?? 0, log.file.modified)
            let last = Int64(written) * 1_000_000 + TimeSearch.day
            // A modification time before the first line is wrong.
            let isTooEarly = first <= last && last < from
            return isTooEarly || first >= to && log.rotation.isOld ? 0..<0 : whole
        }
        guard log.size > TimeSearch.smallSize else { return whole }
        let samples = samples(of: log)
        for (sample, next) in zip(samples, samples.dropFirst())
        where next.time < sample.time - TimeSearch.tolerance { return whole }
        let early = samples.prefix { $0.time < from }
        if early.count == samples.count { return 0..<0 }
        let late = samples.reversed().prefix { $0.time >= to }
        let block = ChunkReader.blockSize
        let start = (early.last?.offset ?? 0) / block * block
        let end = late.last.map { ($0.offset + block - 1) / block * block } ?? log.size
        return start < end ? start..<min(end, log.size) : 0..<0
    }

    /// Stamps at even distances, with the offsets of their lines.
    private func samples(of log: LogFile) -> [(offset: Int, time: Int64)] {
        var samples: [(offset: Int, time: Int64)] = []
        TimeSearch.sample(log) { offset, lines in
            for (index, line) in lines.lines {
                guard let envelope = Envelope.parse(line) else { continue }
                samples.append((offset + index, log.years.time(of: envelope.stamp).wallClock))
                break
            }
        }
        if let last = log.lastTime { samples.append((log.size, last.wallClock)) }
        return samples
    }

    /// Reads whole lines at even distances of a plain log.
    static func sample(_ log: LogFile, _ take: (_ offset: Int, _ lines: Bytes) -> Void) {
        let count = min(max(log.size / ChunkReader.blockSize, 16), maximumSamples)
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: sampleSize)
        defer { buffer.deallocate() }
        for index in 0..<count {
            let offset = log.size / count * index
            let got = try? log.file.read(buffer, count: sampleSize, at: offset)
            let bytes = Bytes(UnsafePointer(buffer), count: got ?? 0)
            // All samples except the first begin within a line.
            let start = index == 0 ? 0 : bytes.lineEnd(after: 0) + 1
            guard let end = bytes.lastIndex(of: 10), start < end else { continue }
            take(offset + start, bytes[start..<end + 1])
        }
    }
}
